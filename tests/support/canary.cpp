#include "tests/support/canary.h"

#include "platform/hex.h"
#include "platform/text/base64.h"

#include <Poco/InflatingStream.h>
#include <Poco/MemoryStream.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

constexpr std::size_t kInflatedBytesMax = 256'000'000;  ///< of one gzip member
constexpr int kNestingMax = 3;                          ///< gzip in gzip, JSON in JSON
constexpr std::string_view kGzipHeader = "\x1f\x8b\x08";

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::optional<std::uint32_t> hex_number(std::string_view digits, std::size_t count) {
    if (digits.size() < count) return {};
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint32_t number = 0;
    for (const char c : digits.substr(0, count)) {
        const std::size_t digit =
            kDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c | 32 : c));
        if (digit == std::string_view::npos) return {};
        number = number << 4 | static_cast<std::uint32_t>(digit);
    }
    return number;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80 | ((point >> shift) & 0x3f));
    };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0 | (point >> 6));
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xe0 | (point >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | (point >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// The character of the escape at the front of `text`, which is taken off; or its backslash.
void take_escape(std::string_view& text, std::string& out) {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    const std::size_t kind = text.size() < 2 ? std::string_view::npos : kShort.find(text[1]);
    if (kind != std::string_view::npos) {
        out += kMeaning[kind];
        text.remove_prefix(2);
        return;
    }
    const auto unit = text.starts_with("\\u") ? hex_number(text.substr(2), 4) : std::nullopt;
    if (!unit) {
        out += '\\';
        text.remove_prefix(1);
        return;
    }
    text.remove_prefix(6);
    const auto low = text.starts_with("\\u") ? hex_number(text.substr(2), 4) : std::nullopt;
    const bool pair = *unit >= 0xd800 && *unit < 0xdc00 && low && *low >= 0xdc00 && *low < 0xe000;
    if (!pair) {
        append_utf8(out, *unit);
        return;
    }
    append_utf8(out, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
    text.remove_prefix(6);
}

std::string unescape_json(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (text.front() == '\\') {
            take_escape(text, out);
        } else {
            const std::size_t plain = std::min(text.find('\\'), text.size());
            out += text.substr(0, plain);
            text.remove_prefix(plain);
        }
    }
    return out;
}

std::string unescape_percent(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = text[i] == '%' ? hex_number(text.substr(i + 1), 2) : std::nullopt;
        if (byte) i += 2;
        out += byte ? static_cast<char>(*byte) : text[i] == '+' ? ' ' : text[i];
    }
    return out;
}

/// One alphabet, no line breaks.
std::string plain_base64(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '\r' || c == '\n') continue;
        out += c == '-' ? '+' : c == '_' ? '/' : c;
    }
    return out;
}

/// The characters that stand for `canary` and nothing else, when `shift` bytes come before it in
/// its group of three.
std::string base64_core(const std::string& canary, std::size_t shift) {
    const std::string encoded = platform::to_base64(std::string(shift, '\0') + canary);
    const std::size_t first = (shift * 8 + 5) / 6;
    const std::size_t last = (shift + canary.size()) * 8 / 6;
    return encoded.substr(first, last - first);
}

std::string utf16(std::string_view utf8, bool big_endian) {
    std::string out;
    const auto unit = [&](std::uint32_t value) {
        const char high = static_cast<char>(value >> 8);
        const char low = static_cast<char>(value & 0xff);
        out += big_endian ? high : low;
        out += big_endian ? low : high;
    };
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
        for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k) {
            point = (point << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3fU);
        }
        i += length;
        if (point >= 0x10000) {
            unit(0xd800 + ((point - 0x10000) >> 10));
            point = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        unit(point);
    }
    return out;
}

/// A body in which canaries are looked for.
struct Haystack {
    std::string bytes;
    int depth = 0;  ///< of gzip members around it
};

class Search {
public:
    Search(const std::vector<std::string>& canaries, std::vector<CanarySighting>& found)
        : canaries_(canaries), found_(found) {}

    void look(const Haystack& hay) {
        inflated_ = hay.depth > 0;
        look_raw(hay.bytes, "raw");
        std::string unescaped = hay.bytes;
        for (int i = 0; i < kNestingMax && unescaped.find('\\') != std::string::npos; ++i) {
            unescaped = unescape_json(unescaped);
            look_raw(unescaped, "json");
        }
        if (hay.bytes.find('%') != std::string::npos) {
            look_raw(unescape_percent(hay.bytes), "percent-encoded");
        }
        const std::string lowered = lower(hay.bytes);
        const std::string base64 = plain_base64(hay.bytes);
        for (const std::string& canary : canaries_) {
            find(lowered, canary, platform::to_hex(std::as_bytes(std::span(canary))), "hex");
            for (std::size_t shift = 0; shift < 3; ++shift) {
                find(base64, canary, base64_core(canary, shift), "base64");
            }
            find(hay.bytes, canary, utf16(canary, false), "utf-16");
            find(hay.bytes, canary, utf16(canary, true), "utf-16");
        }
    }

private:
    void look_raw(std::string_view bytes, const char* form) {
        for (const std::string& canary : canaries_) find(bytes, canary, canary, form);
    }
    void find(std::string_view bytes, const std::string& canary, const std::string& needle,
              const char* form) {
        const std::size_t at = bytes.find(needle);
        if (at == std::string_view::npos) return;
        found_.push_back({.canary = canary, .form = form, .offset = at, .inflated = inflated_});
    }

    const std::vector<std::string>& canaries_;
    std::vector<CanarySighting>& found_;
    bool inflated_ = false;
};

/// As much of the gzip member at the front of `bytes` as can be inflated: a cut one leaks, too.
std::string inflate(std::string_view bytes) {
    Poco::MemoryInputStream in(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    Poco::InflatingInputStream inflating(in, Poco::InflatingStreamBuf::STREAM_GZIP);
    std::string out;
    char c = 0;
    while (out.size() < kInflatedBytesMax && inflating.get(c)) out += c;
    return out;
}

}  // namespace

std::vector<CanarySighting> find_canaries(std::string_view bytes,
                                          const std::vector<std::string>& canaries) {
    std::vector<CanarySighting> found;
    Search search(canaries, found);
    std::vector<Haystack> waiting{{.bytes = std::string(bytes)}};
    while (!waiting.empty()) {
        const Haystack hay = std::move(waiting.back());
        waiting.pop_back();
        search.look(hay);
        if (hay.depth == kNestingMax) continue;
        for (std::size_t at = hay.bytes.find(kGzipHeader); at != std::string::npos;
             at = hay.bytes.find(kGzipHeader, at + 1)) {
            std::string inner = inflate(std::string_view(hay.bytes).substr(at));
            if (!inner.empty()) waiting.push_back({std::move(inner), hay.depth + 1});
        }
    }
    return found;
}

std::string describe(const std::vector<CanarySighting>& sightings) {
    std::string text;
    for (const CanarySighting& sighting : sightings) {
        text += sighting.canary + ": " + sighting.form + " at " + std::to_string(sighting.offset) +
                (sighting.inflated ? " of an inflated gzip member\n" : "\n");
    }
    return text;
}

}  // namespace tizilim::support
