#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tizilim::simulation {

/// Named counters of what a run came through. A kind of trouble that no run ever met is not tested.
class Marks {
public:
    void hit(const std::string& name) { ++counts_[name]; }
    void add(const std::string& name, std::uint64_t count) { counts_[name] += count; }
    void add(const Marks& others);
    /// Of `names`, those never hit.
    [[nodiscard]] std::vector<std::string> missing(const std::vector<std::string>& names) const;
    [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

private:
    std::map<std::string, std::uint64_t> counts_;
};

}  // namespace tizilim::simulation
