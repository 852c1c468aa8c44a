#pragma once

#include "tests/bench/link/exchange.h"

#include <optional>
#include <string>
#include <vector>

namespace tizilim::bench {

/// One figure and its limit. Nothing stands where the work did not come to its end.
struct Figure {
    std::string name;
    std::string unit;
    double limit = 0;
    std::optional<double> agent{};
    std::optional<double> pouchdb{};
    std::string remark{};

    [[nodiscard]] bool is_met() const { return agent && *agent <= limit; }
};

/// A run, for whoever looks for what it was spent on.
struct Run {
    std::string name;
    Exchange exchange;
};

/// As a table of Markdown.
[[nodiscard]] std::string table(const std::vector<Figure>& figures);
/// Every exchange: when, how long, what, how many bytes each way.
[[nodiscard]] std::string requests_of(const Run& run);
[[nodiscard]] std::string json(const std::vector<Figure>& figures, const std::vector<Run>& runs);

}  // namespace tizilim::bench
