#pragma once

#include "agent/texts/words.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <CLI/FormatterFwd.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {

/// What `--help` prints, in the person's words: what the command does, how it is written, its
/// arguments, flags and commands.
class Help : public CLI::FormatterBase {
public:
    /// In lines of at most `cells_max`, and never more than a page's.
    Help(Words words, std::size_t cells_max) : words_(words), cells_(std::min(cells_max, kCells)) {}

    [[nodiscard]] std::string make_help(const CLI::App* app, std::string name,
                                        CLI::AppFormatMode mode) const override;

private:
    [[nodiscard]] std::string usage(const CLI::App& app, const std::string& name) const;
    /// "--format csv|jsonl"
    [[nodiscard]] std::string written(const CLI::Option& option) const;
    [[nodiscard]] std::string explained(const CLI::Option& option) const;
    /// A name, and what it is.
    void add_row(std::string& out, const std::string& name, std::string_view text) const;
    void add_options(std::string& out, const std::string& title,
                     const std::vector<const CLI::Option*>& options) const;
    void add_commands(std::string& out, const CLI::App& app) const;

    static constexpr std::size_t kCells = 80;

    Words words_;
    std::size_t cells_;
};

}  // namespace tizilim::agent
