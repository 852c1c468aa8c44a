#include "agent/config/ini_edit.h"

#include "agent/config/ini.h"
#include "platform/text/text_input.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

/// With their ends.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
        lines.emplace_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

class IniEditor {
public:
    explicit IniEditor(std::string_view text)
        : lines_(lines_of(text)),
          line_end_(!lines_.empty() && lines_.front().ends_with("\r\n") ? "\r\n" : "\n") {}

    void change(const IniChange& change) {
        const IniText read = read_ini(take());
        const auto of_section = [&](const IniSetting& setting) {
            return setting.section == change.section;
        };
        const auto found = std::ranges::find_if(read.settings, [&](const IniSetting& setting) {
            return of_section(setting) && setting.key == change.key;
        });
        if (found != read.settings.end()) return replace(found->line - 1, change);
        if (!change.value) return;
        const auto last = std::find_if(read.settings.rbegin(), read.settings.rend(), of_section);
        if (last == read.settings.rend()) {
            end_last_line();
            if (!lines_.empty()) lines_.push_back(line_end_);
            lines_.push_back('[' + change.section + ']' + line_end_);
            return insert(lines_.size(), change);
        }
        insert(last->line, change);
    }

    [[nodiscard]] std::string take() const {
        std::string text;
        for (const std::string& line : lines_) text += line;
        return text;
    }

private:
    [[nodiscard]] std::string line_of(const IniChange& change) const {
        const std::string value = change.value.value_or("");
        return change.key + " =" + (value.empty() ? "" : ' ' + value);
    }

    void replace(std::size_t at, const IniChange& change) {
        std::string& line = lines_[at];
        if (!change.value) {
            lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(at));
            return;
        }
        const std::string indent = line.substr(0, line.find_first_not_of(" \t"));
        const std::size_t end = line.find_last_not_of("\r\n");
        line = indent + line_of(change) + line.substr(end + 1);
    }

    void insert(std::size_t at, const IniChange& change) {
        if (at == lines_.size()) end_last_line();
        lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(at),
                      line_of(change) + line_end_);
    }

    void end_last_line() {
        if (!lines_.empty() && !lines_.back().ends_with('\n')) lines_.back() += line_end_;
    }

    std::vector<std::string> lines_;
    const std::string line_end_;
};

}  // namespace

std::string edit_ini(std::string_view text, const std::vector<IniChange>& changes) {
    IniEditor editor(platform::text_or_bytes(std::string(text)));
    for (const IniChange& change : changes) editor.change(change);
    return editor.take();
}

}  // namespace tizilim::agent
