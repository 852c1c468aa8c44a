#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// Big endian, in `bytes` bytes.
inline void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t shift = 8 * bytes; shift > 0; shift -= 8) {
        out += static_cast<char>(number >> (shift - 8) & 0xff);
    }
}

/// Takes parts from the front of bytes that nobody vouches for. Past their end all is zero, and
/// whole() false.
class Parts {
public:
    explicit Parts(std::string_view bytes) : rest_(bytes) {}

    std::string_view take(std::size_t bytes) {
        if (bytes > rest_.size()) {
            whole_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view part = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return part;
    }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t number = 0;
        for (const char c : take(bytes)) number = number << 8 | static_cast<unsigned char>(c);
        return number;
    }
    [[nodiscard]] bool whole() const { return whole_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
    bool whole_ = true;
};

}  // namespace tizilim::store
