#pragma once

#include "agent/config/places.h"
#include "agent/texts/words.h"

#include <string>
#include <vector>

namespace tizilim::agent {

/// The words for a person at this command line: in the language of `--language`, else of the
/// configuration's register, else of the locale (LC_ALL, LC_MESSAGES, LANG), else English; with
/// times at the register's offset. What is wrong in arguments or configuration is passed over: it
/// is told in these words.
[[nodiscard]] Words words_of(const std::vector<std::string>& arguments,
                             const Environment& environment);

}  // namespace tizilim::agent
