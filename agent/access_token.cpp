#include "agent/access_token.h"

#include "platform/file.h"
#include "platform/hex.h"
#include "platform/random.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

namespace tizilim::agent {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenFileBytesMax = 256;

}  // namespace

std::filesystem::path token_file(const std::filesystem::path& register_directory) {
    return register_directory / "token";
}

std::string load_token(const std::filesystem::path& file) {
    std::string token = platform::read_file(file, kTokenFileBytesMax);
    if (token.ends_with('\n')) token.pop_back();
    if (token.size() != kTokenBytes * 2 || !platform::from_hex(token))
        throw platform::FileError(file.string() +
                                      " holds no token: remove it and start tizilimd "
                                      "again, which makes a new one",
                                  0);
    return token;
}

std::string load_or_make_token(const std::filesystem::path& file, platform::Random& random) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
        platform::write_file_atomically(file, random.hex(kTokenBytes) + '\n');
    const std::string mode = platform::access_beyond_owner(file);
    if (!mode.empty())
        throw platform::FileError("others may read the token " + file.string() + " (" + mode +
                                      "): remove it and start again, which makes a new one",
                                  0);
    return load_token(file);
}

}  // namespace tizilim::agent
