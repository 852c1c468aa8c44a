#include "platform/text/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::platform {

// Out of line, since they need JsonMember whole. A value is as deep as its reader's bounds let it
// be. NOLINTBEGIN(misc-no-recursion)
JsonValue::JsonValue() = default;
JsonValue::~JsonValue() = default;
JsonValue::JsonValue(const JsonValue&) = default;
JsonValue::JsonValue(JsonValue&&) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue&) = default;
JsonValue& JsonValue::operator=(JsonValue&&) noexcept = default;
// NOLINTEND(misc-no-recursion)

namespace {

/// What is left to write, the next one last. Values wait here, not on the call stack, so that deep
/// input cannot exhaust it.
struct Step {
    const JsonValue* value = nullptr;  ///< null: write `close`
    const JsonMember* member = nullptr;
    char close = 0;
    bool first = false;  ///< no comma before it
};

enum class Order { given, canonical };

constexpr std::size_t kTypicalBytes = 512;
constexpr std::size_t kNumberBytesMax = 32;

/// For each byte: 0 as it is, 'u' as \u00xx, else the letter after the backslash.
constexpr std::array<char, 256> kEscapes = [] {
    std::array<char, 256> escapes{};
    for (std::size_t c = 0; c < 0x20; ++c) escapes.at(c) = 'u';
    escapes.at('\b') = 'b';
    escapes.at('\t') = 't';
    escapes.at('\n') = 'n';
    escapes.at('\f') = 'f';
    escapes.at('\r') = 'r';
    escapes.at('"') = '"';
    escapes.at('\\') = '\\';
    return escapes;
}();

/// Whether `a` sorts before `b` by UTF-16 code units. That is the order of UTF-8 bytes, except
/// that characters from U+10000 up (lead bytes F0..F4) come before U+E000..U+FFFF (EE and EF).
bool utf16_less(std::string_view a, std::string_view b) {
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (right == b.end()) return false;
    if (left == a.end()) return true;
    const auto x = static_cast<unsigned char>(*left);
    const auto y = static_cast<unsigned char>(*right);
    const bool x_above = x == 0xee || x == 0xef;
    const bool y_above = y == 0xee || y == 0xef;
    if (x_above != y_above && x >= 0xee && y >= 0xee) return y_above;
    return x < y;
}

void append_integer(std::string& out, std::int64_t number) {
    std::array<char, kNumberBytesMax> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    out.append(buffer.data(), end);
}

/// As ECMAScript's Number::toString, which RFC 8785 asks for. Infinity and NaN become null, as
/// JSON.stringify does: JSON has no word for them.
void append_double(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    if (number == 0) {
        out += '0';
        return;
    }
    if (number < 0) out += '-';
    std::array<char, kNumberBytesMax> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                   std::chars_format::scientific)
                         .ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const std::size_t e = text.find('e');
    std::string digits(text.substr(0, e));
    if (digits.size() > 1) digits.erase(1, 1);  // the point
    int exponent = 0;
    const char* from = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(from, end, exponent);

    const int point = exponent + 1;  // how many digits stand before the decimal point
    const int count = static_cast<int>(digits.size());
    if (point > 21 || point <= -6) {
        if (count > 1) digits.insert(1, 1, '.');
        out += digits + 'e' + (exponent < 0 ? '-' : '+') + std::to_string(std::abs(exponent));
    } else if (point >= count) {
        out += digits.append(static_cast<std::size_t>(point - count), '0');
    } else if (point > 0) {
        out += digits.insert(static_cast<std::size_t>(point), 1, '.');
    } else {
        out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    }
}

/// The elements go on in reverse, so that the first is taken first.
void push_array(std::vector<Step>& steps, const JsonArray& array) {
    steps.push_back({.close = ']'});
    for (std::size_t i = array.size(); i > 0; --i) {
        steps.push_back({.value = &array[i - 1], .first = i == 1});
    }
}

void push_object(std::vector<Step>& steps, const JsonObject& object, Order order) {
    steps.push_back({.close = '}'});
    const auto begin = static_cast<std::ptrdiff_t>(steps.size());
    for (const JsonMember& member : object) {
        steps.push_back({.value = &member.value, .member = &member});
    }
    if (order == Order::canonical) {
        const auto less = [](const Step& a, const Step& b) {
            return utf16_less(a.member->name, b.member->name);
        };
        // Ours are often sorted already.
        if (!std::is_sorted(steps.begin() + begin, steps.end(), less)) {
            std::sort(steps.begin() + begin, steps.end(), less);
        }
    }
    std::reverse(steps.begin() + begin, steps.end());
    if (!object.empty()) steps.back().first = true;
}

void write_scalar(std::string& out, const JsonValue& value) {
    if (const auto* text = value.string()) {
        append_json_string(out, *text);
    } else if (const auto* integer = value.integer()) {
        append_integer(out, *integer);
    } else if (const auto* boolean = value.boolean()) {
        out += *boolean ? "true" : "false";
    } else if (const auto* number = std::get_if<double>(&value.value)) {
        append_double(out, *number);
    } else {
        out += "null";
    }
}

std::string write(const JsonValue& root, Order order) {
    std::string out;
    out.reserve(kTypicalBytes);
    std::vector<Step> steps;
    steps.push_back({.value = &root, .first = true});
    while (!steps.empty()) {
        const Step step = steps.back();
        steps.pop_back();
        if (step.value == nullptr) {
            out += step.close;
            continue;
        }
        if (!step.first) out += ',';
        if (step.member != nullptr) {
            append_json_string(out, step.member->name);
            out += ':';
        }
        if (const auto* array = step.value->array()) {
            out += '[';
            push_array(steps, *array);
        } else if (const auto* object = step.value->object()) {
            out += '{';
            push_object(steps, *object, order);
        } else {
            write_scalar(out, *step.value);
        }
    }
    return out;
}

using Pair = std::pair<const JsonValue*, const JsonValue*>;

/// Compares all but what is inside containers, which is left in `pairs` for later.
bool equal_so_far(const JsonValue& a, const JsonValue& b, std::vector<Pair>& pairs) {
    if (a.value.index() != b.value.index()) return false;
    if (const auto* left = a.array()) {
        const JsonArray& right = *b.array();
        if (left->size() != right.size()) return false;
        for (std::size_t i = 0; i < right.size(); ++i) pairs.emplace_back(&(*left)[i], &right[i]);
        return true;
    }
    if (const auto* left = a.object()) {
        const JsonObject& right = *b.object();
        if (left->size() != right.size()) return false;
        for (std::size_t i = 0; i < right.size(); ++i) {
            if ((*left)[i].name != right[i].name) return false;
            pairs.emplace_back(&(*left)[i].value, &right[i].value);
        }
        return true;
    }
    if (const auto* text = a.string()) return *text == *b.string();
    if (const auto* integer = a.integer()) return *integer == *b.integer();
    if (const auto* boolean = a.boolean()) return *boolean == *b.boolean();
    if (const auto* number = std::get_if<double>(&a.value)) {
        return *number == std::get<double>(b.value);
    }
    return true;
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
    const JsonObject* members = object();
    if (members == nullptr) return nullptr;
    for (const JsonMember& member : *members) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

bool JsonValue::operator==(const JsonValue& other) const {
    std::vector<Pair> pairs{{this, &other}};
    while (!pairs.empty()) {
        const auto [left, right] = pairs.back();
        pairs.pop_back();
        if (!equal_so_far(*left, *right, pairs)) return false;
    }
    return true;
}

bool JsonMember::operator==(const JsonMember& other) const {
    return name == other.name && value == other.value;
}

std::string to_json(const JsonValue& value) {
    return write(value, Order::given);
}

std::string canonical_json(const JsonValue& value) {
    return write(value, Order::canonical);
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const char escape = kEscapes.at(byte);
        if (escape == 0) continue;
        out.append(text, copied, i - copied);
        copied = i + 1;
        out += '\\';
        out += escape;
        if (escape == 'u') {
            out += byte < 0x10 ? "000" : "001";
            out += "0123456789abcdef"[byte & 0xfU];
        }
    }
    out.append(text, copied);
    out += '"';
}

}  // namespace tizilim::platform
