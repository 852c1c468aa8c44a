#include "tests/simulation/marks.h"

#include <string>
#include <vector>

namespace tizilim::simulation {

void Marks::add(const Marks& others) {
    for (const auto& [name, count] : others.counts_) counts_[name] += count;
}

std::vector<std::string> Marks::missing(const std::vector<std::string>& names) const {
    std::vector<std::string> absent;
    for (const std::string& name : names) {
        if (!counts_.contains(name)) absent.push_back(name);
    }
    return absent;
}

}  // namespace tizilim::simulation
