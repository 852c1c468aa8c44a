#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/file.h"
#include "platform/process/standard_files.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"

#include <cstddef>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace tizilim::support {
namespace {

constexpr std::size_t kKeyFileBytesMax = std::size_t{1} << 20;

/// Lines of base64: contents in, a detached CMS of each out.
int run(const std::string& key_file, const std::string& password) {
    const platform::WallTime now = platform::SystemClock().wall_now();
    const auto key =
        platform::SigningKey::open(platform::read_file(key_file, kKeyFileBytesMax), password, now);
    if (!key) throw platform::MessageError(key.error());
    for (std::string line; std::getline(std::cin, line);) {
        const auto content = platform::from_base64(line);
        if (!content) throw std::runtime_error("a line is no base64");
        const auto cms = key->sign(*content, now);
        if (!cms) throw platform::MessageError(cms.error());
        std::cout << platform::to_base64(*cms) << '\n';
    }
    return 0;
}

}  // namespace
}  // namespace tizilim::support

int main(int argc, char** argv) {
    tizilim::platform::open_standard_files();
    if (argc != 3) {
        std::cerr << "usage: sign_with_key KEY.p12 PASSWORD <CONTENTS >SIGNATURES\n";
        return 2;
    }
    try {
        return tizilim::support::run(argv[1], argv[2]);
    } catch (const std::exception& failure) {
        std::cerr << "sign_with_key: " << failure.what() << '\n';
        return 1;
    }
}
