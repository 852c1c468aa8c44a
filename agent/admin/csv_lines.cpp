#include "agent/admin/csv_lines.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

class Reader {
public:
    explicit Reader(std::string_view text)
        : text_(text), separator_(separator_of(text.substr(0, text.find_first_of("\r\n")))) {}

    std::optional<CsvLine> next() {
        while (skip_line_end()) {
        }
        if (at_ >= text_.size()) return {};
        CsvLine line{.number = line_, .fields = {}};
        const std::size_t began = at_;
        for (;;) {
            auto field = is('"') ? quoted() : plain();
            if (!field) {
                line.is_broken = true;
                at_ = std::min(text_.find_first_of("\r\n", began), text_.size());
                break;
            }
            line.fields.push_back(*std::move(field));
            if (!is(separator_)) break;
            ++at_;
        }
        return line;
    }

private:
    /// The one that the header has most of.
    static char separator_of(std::string_view header) {
        char best = ',';
        for (const char one : {';', '\t'})
            if (std::ranges::count(header, one) > std::ranges::count(header, best)) best = one;
        return best;
    }
    [[nodiscard]] bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool ends_field() const {
        return at_ >= text_.size() || is(separator_) || is('\r') || is('\n');
    }
    bool skip_line_end() {
        if (!is('\r') && !is('\n')) return false;
        at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1;
        ++line_;
        return true;
    }
    std::optional<std::string> plain() {
        const std::size_t began = at_;
        while (!ends_field()) ++at_;
        const std::string_view field = text_.substr(began, at_ - began);
        if (field.find('"') != std::string_view::npos) return {};
        return std::string(field);
    }
    std::optional<std::string> quoted() {
        std::string field;
        for (++at_; at_ < text_.size();) {
            if (skip_line_end()) {
                field += '\n';
                continue;
            }
            const char c = text_[at_++];
            if (c == '"' && !is('"')) return ends_field() ? std::optional(field) : std::nullopt;
            if (c == '"') ++at_;
            field += c;
        }
        return {};
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

std::vector<CsvLine> csv_lines(std::string_view text, std::size_t lines_max) {
    std::vector<CsvLine> lines;
    Reader reader(text);
    while (lines.size() < lines_max) {
        auto line = reader.next();
        if (!line) break;
        lines.push_back(*std::move(line));
    }
    return lines;
}

}  // namespace tizilim::admin
