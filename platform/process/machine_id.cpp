#include "platform/process/machine_id.h"

#include "platform/files/file.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>

namespace tizilim::platform {

std::string machine_id(const std::filesystem::path& file) {
    constexpr std::size_t kDigits = 32;
    constexpr std::size_t kFileBytesMax = 4096;
    std::string text;
    try {
        text = read_file(file, kFileBytesMax);
    } catch (const FileError&) {
        // A small system has no such file: nothing is compared then.
        return {};
    }
    if (text.ends_with('\n')) text.pop_back();
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    // "uninitialized" on a first start; zeros are nobody's.
    const bool good = text.size() == kDigits && std::all_of(text.begin(), text.end(), is_digit) &&
                      text.find_first_not_of('0') != std::string::npos;
    return good ? text : std::string();
}

}  // namespace tizilim::platform
