#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace tizilim::manual {

/// A man page that is written from its head to its end.
class ManPage {
public:
    /// `day` is that of the release, 2026-12-01.
    ManPage(std::string_view name, int section, std::string_view day);

    void heading(std::string_view title);
    void paragraph(std::string_view text);
    /// A line as it is typed.
    void example(std::string_view line);
    /// What is explained, and what is said of it.
    void term(std::string_view name, std::string_view text);
    /// In the words of `NAME`: "tizilim - what it does".
    void name_and_purpose(std::string_view name, std::string_view purpose);

    [[nodiscard]] std::string text() const { return out_.str(); }

private:
    std::ostringstream out_;
};

/// `text` so that roff takes none of it for its own.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace tizilim::manual
