#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace tizilim::simulation {

/// Everything that a run decides by chance: the same for the same seed, on every machine.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    /// Each step of a run begins so: leaving one out then changes none of the others' dice.
    void begin(std::uint64_t seed, std::uint64_t step) {
        constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
        engine_.seed(seed * kOdd + step);
    }

    /// In [0, bound). `bound` is above 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    /// In [least, most].
    [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + below(most - least + 1);
    }
    [[nodiscard]] bool percent(std::uint64_t chance) { return below(100) < chance; }
    [[nodiscard]] std::uint64_t seed() { return engine_(); }

    template <class List>
    [[nodiscard]] auto& of(List& list) {
        return list[static_cast<std::size_t>(below(list.size()))];
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace tizilim::simulation
