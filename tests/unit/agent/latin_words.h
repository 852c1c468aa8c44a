#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

/// The words in Latin letters, outside `commands`, {values}, --flags, file.names and the like.
[[nodiscard]] std::vector<std::string> latin_words(std::string_view text);

/// Those that have no place in a Kazakh or Russian sentence: neither names of programs and formats
/// nor what is typed as it stands.
[[nodiscard]] std::vector<std::string> foreign_words(std::string_view sentence);

/// The same of what a command prints, which names commands, columns and codes, too.
[[nodiscard]] std::vector<std::string> foreign_words_printed(std::string_view text);

}  // namespace tizilim::support
