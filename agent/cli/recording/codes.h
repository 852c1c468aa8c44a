#pragma once

#include "agent/texts/words.h"
#include "store/entry/fields.h"

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace tizilim::agent {

/// What `tizilim codes KIND` takes: the flag of a coded field, without its dashes.
[[nodiscard]] std::string kind_of(const store::EntryField& field);
[[nodiscard]] std::vector<std::string> code_kinds();

/// Number, code and words of what `field` may be, for a terminal of that width.
void print_codes(std::ostream& out, const Words& words, const store::EntryField& field,
                 std::size_t cells_max);

}  // namespace tizilim::agent
