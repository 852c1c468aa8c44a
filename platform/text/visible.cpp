#include "platform/text/visible.h"

#include "platform/text/unicode.h"

#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr char32_t kBeyondOneUnit = 0x10000;

void append_unit(std::string& out, char32_t unit) {
    out += "\\u";
    for (unsigned shift = 16; shift > 0; shift -= 4) {
        out += "0123456789abcdef"[unit >> (shift - 4) & 0xfU];
    }
}

void append_escape(std::string& out, char32_t value) {
    if (value < kBeyondOneUnit) return append_unit(out, value);
    append_unit(out, 0xd800 + ((value - kBeyondOneUnit) >> 10U));
    append_unit(out, 0xdc00 + ((value - kBeyondOneUnit) & 0x3ffU));
}

}  // namespace

std::string visible(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const CodePoint next = first_code_point(text);
        const bool ends_line = text.starts_with('\n') || text.starts_with("\r\n");
        if (!next.valid) {
            shown += kReplacement;
        } else if (is_hidden(next.value) && !ends_line && next.value != '\t') {
            append_escape(shown, next.value);
        } else {
            shown += text.substr(0, next.bytes);
        }
        text.remove_prefix(next.bytes);
    }
    return shown;
}

}  // namespace tizilim::platform
