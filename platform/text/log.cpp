#include "platform/text/log.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/unicode.h"
#include "platform/text/visible.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

namespace tizilim::platform {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr unsigned char kDelete = 0x7f;

bool is_control(unsigned char c) {
    return c < 0x20 || c == kDelete;
}

bool needs_quotes(std::string_view text) {
    if (text.empty() || invalid_utf8_at(text) || visible(text) != text) return true;
    return std::any_of(text.begin(), text.end(), [](char c) {
        return is_control(static_cast<unsigned char>(c)) || c == ' ' || c == '"' || c == '=' ||
               c == '\\';
    });
}

void append_byte_escape(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 0xfU];
}

/// `text` is valid UTF-8. What is hidden beyond ASCII stands as \uXXXX.
void append_escaped(std::string& out, std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            escaped += '\\';
            escaped += c;
        } else if (c == '\n') {
            escaped += "\\n";
        } else if (is_control(static_cast<unsigned char>(c))) {
            append_byte_escape(escaped, c);
        } else {
            escaped += c;
        }
    }
    out += visible(escaped);
}

void append_value(std::string& out, std::string_view text) {
    if (!needs_quotes(text)) {
        out += text;
        return;
    }
    out += '"';
    while (const auto invalid = invalid_utf8_at(text)) {
        append_escaped(out, text.substr(0, *invalid));
        append_byte_escape(out, text[*invalid]);
        text.remove_prefix(*invalid + 1);
    }
    append_escaped(out, text);
    out += '"';
}

/// RFC 3339 in UTC with milliseconds, so that lines of many machines sort together.
std::string timestamp(WallTime time) {
    const auto millisecond = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
    std::string text = format_time(time, UtcOffset::zero());
    text.resize(text.find('+'));
    text += '.';
    const std::string digits = std::to_string(millisecond);
    text.append(3 - digits.size(), '0');
    return text + digits + 'Z';
}

/// Whether a name can be written behind it which is then the only one: it names no process, and no
/// quote is open at its end.
bool is_of_log(std::string_view line) {
    if (!line.starts_with("time=") || line.find("process=") != std::string_view::npos) return false;
    bool is_quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '\\')
            ++at;
        else if (line[at] == '"')
            is_quoted = !is_quoted;
    }
    return !is_quoted && line.back() != '\\';
}

}  // namespace

std::string_view log_level_name(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    check_failed("is_known(level)", __FILE__, __LINE__);
}

std::string Log::line_of(LogLevel level, std::string_view event,
                         std::initializer_list<LogField> fields) const {
    std::string line = "time=" + timestamp(clock_.wall_now());
    line += " level=";
    line += log_level_name(level);
    line += " event=";
    append_value(line, event);
    for (const LogField& field : fields) {
        line += ' ';
        line += field.name;
        line += '=';
        if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
            line += std::to_string(*number);
        } else {
            append_value(line, std::get<std::string>(field.value));
        }
    }
    return line;
}

void Log::put(const std::string& line, std::string_view process) {
    const std::scoped_lock lock(mutex_);
    out_ << line;
    if (!process.empty()) out_ << " process=" << process;
    out_ << '\n' << std::flush;
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (level < least_) return;
    put(line_of(level, event, fields), process_);
}

void Log::pass_on(std::string_view line, std::string_view process) {
    constexpr std::size_t kPrintedBytesMax = 2000;
    if (is_of_log(line)) return put(visible(line), process);
    put(line_of(LogLevel::warning, "printed",
                {{"text", std::string(line.substr(0, kPrintedBytesMax))}}),
        process);
}

}  // namespace tizilim::platform
