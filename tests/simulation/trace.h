#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tizilim::simulation {

/// What happened, in order: a hash of it, and the lines themselves where a person wants them. No
/// line holds anything of this machine, such as a path.
class Trace {
public:
    explicit Trace(bool print) : print_(print) {}

    void say(std::string_view line);
    /// Counts into the hash without being shown.
    void absorb(std::string_view bytes);
    /// Is shown without being counted.
    void show(std::string_view line) const;
    [[nodiscard]] bool prints() const { return print_; }
    [[nodiscard]] std::uint64_t hash() const { return hash_; }

private:
    bool print_;
    std::uint64_t hash_ = 14695981039346656037ULL;
};

}  // namespace tizilim::simulation
