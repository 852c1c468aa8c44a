#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// Column 3 of the form: "постановление следователя № 7 от 03.11.2025, Отдел полиции".
struct BasisColumn {
    std::string type;  ///< in words
    std::string number;
    std::string date;    ///< as it stands; empty where there is none
    std::string issuer;  ///< empty where there is none
};

/// Takes the column apart as the printed form puts it together, in Kazakh or Russian; nothing when
/// it can't be told what is what: words, №, the number, "от" or a comma, the day, a comma, who
/// issued it.
[[nodiscard]] std::optional<BasisColumn> basis_column(std::string_view text);

}  // namespace tizilim::agent
