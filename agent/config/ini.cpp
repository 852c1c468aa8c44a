#include "agent/config/ini.h"

#include "platform/text/message.h"
#include "platform/text/text_input.h"
#include "platform/text/unicode.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

class IniReader {
public:
    void line(std::string_view raw) {
        ++line_;
        const std::string_view text = trimmed(raw);
        if (platform::invalid_utf8_at(raw))
            return problem({"config.not_utf8"}, text.starts_with('[') ? "" : section_);
        if (text.empty() || text.front() == '#' || text.front() == ';') return;
        if (text.front() == '[') return section(text);
        setting(text);
    }
    IniText take() { return std::move(read_); }

private:
    void problem(platform::Message message, std::string section) {
        read_.problems.push_back({{line_, std::move(message)}, std::move(section)});
    }
    void problem(platform::Message message) { problem(std::move(message), section_); }

    void section(std::string_view text) {
        if (text.back() != ']') return problem({"config.section_unclosed"}, "");
        section_ = trimmed(text.substr(1, text.size() - 2));
        in_section_ = true;
        read_.settings.push_back({line_, section_, {}, {}});
    }

    void setting(std::string_view text) {
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) return problem({"config.no_setting"});
        if (!in_section_) return problem({"config.key_before_section"});
        std::string key{trimmed(text.substr(0, equals))};
        if (key.empty()) return problem({"config.key_missing"});
        const auto [first, is_new] = lines_.try_emplace({section_, key}, line_);
        if (!is_new)
            return problem({"config.given_twice",
                            {{"section", section_}, {"key", key}, {"first", first->second}}});
        read_.settings.push_back(
            {line_, section_, std::move(key), std::string(trimmed(text.substr(equals + 1)))});
    }

    IniText read_;
    std::size_t line_ = 0;
    bool in_section_ = false;
    std::string section_;
    std::map<std::pair<std::string, std::string>, std::size_t> lines_;
};

}  // namespace

IniText read_ini(std::string_view bytes) {
    const std::string all = platform::text_or_bytes(std::string(bytes));
    std::string_view text = all;
    IniReader reader;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        reader.line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return reader.take();
}

}  // namespace tizilim::agent
