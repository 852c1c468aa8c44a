#pragma once

#include "platform/clock.h"

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tizilim::platform {

enum class LogLevel { debug, info, warning, error };
[[nodiscard]] std::string_view log_level_name(LogLevel level);

struct LogField {
    std::string_view name;
    std::variant<std::int64_t, std::string> value;
};

/// Structured log, a line an event: `time=… level=info event=delivered entries=3`. Values with a
/// space, quote, control character or `=` are quoted and escaped, so a line is always one line.
/// Never give it a field of an entry. Safe for threads.
class Log {
public:
    /// `process` stands in each line, unless it is empty.
    Log(std::ostream& out, const Clock& clock, LogLevel least = LogLevel::info,
        std::string process = {})
        : out_(out), clock_(clock), least_(least), process_(std::move(process)) {}
    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::info, event, fields);
    }
    void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::warning, event, fields);
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::error, event, fields);
    }

    /// A line of the log of another program of ours: it gets the name of its writer, which that one
    /// can't choose. Whatever else it printed is the text of an event of its own, cut at its bound.
    void pass_on(std::string_view line, std::string_view process);

private:
    [[nodiscard]] std::string line_of(LogLevel level, std::string_view event,
                                      std::initializer_list<LogField> fields) const;
    void put(const std::string& line, std::string_view process);

    std::ostream& out_;
    const Clock& clock_;
    const LogLevel least_;
    const std::string process_;
    std::mutex mutex_;  ///< guards out_
};

}  // namespace tizilim::platform
