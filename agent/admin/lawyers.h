#pragma once

#include "platform/expected.h"
#include "platform/text/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::admin {

/// A lawyer for whom a register is wanted. The IIN tells whether it is there already; without one,
/// the database's name does.
struct Lawyer {
    std::string name;
    std::string iin{};
    std::string bar_association{};
    std::string bar_association_kk{};
    std::string language{};  ///< "kk" or "ru"; empty: the program's default
    std::string database{};  ///< empty: register-<identity>
    std::string user{};      ///< empty: as the database
};

using Problems = std::vector<platform::Message>;

/// What is wrong with one of them; empty: nothing.
[[nodiscard]] Problems problems_of(const Lawyer& lawyer);

/// The lawyers of a CSV file (RFC 4180; UTF-8, or UTF-16 with its mark; comma, semicolon or tab)
/// whose first line names the columns: lawyer, iin, bar_association, bar_association_kk, language,
/// database, user, in any order, as many as there are. Every line that is wrong is named, one that
/// repeats another as well; then there are none.
[[nodiscard]] platform::Expected<std::vector<Lawyer>, Problems> read_lawyers(std::string bytes);

}  // namespace tizilim::admin
