#pragma once

#include "tests/support/attempts.h"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

/// A program of the product, taken over: what a test has it try, from inside.
namespace tizilim::inside {

/// Where the test waits for the programs: a stream socket's name, in their environment. Without it
/// there is no back door.
inline constexpr const char* kBackDoorVariable = "TIZILIM_TEST_BACK_DOOR";
/// The newest version of the rules on files that they find, as a number.
inline constexpr const char* kRulesVersionVariable = "TIZILIM_TEST_RULES_VERSION";

/// After how many seconds without progress tizilim-sync hangs, in place of its own five minutes.
inline constexpr const char* kHangsAfterVariable = "TIZILIM_TEST_HANGS_AFTER";

/// A file that names a flood (flood.h): tizilim-sync does nothing but send it to tizilim-register.
inline constexpr const char* kFloodVariable = "TIZILIM_TEST_FLOOD";

inline constexpr std::size_t kFrameBytesMax = std::size_t{64} * 1024;

/// What the program says once it is at work.
struct Hello {
    support::Inside program{};
    int pid = 0;
};

struct Order {
    support::Targets targets;
    std::string only{};        ///< the attempt of this name; empty: each
    bool in_children = false;  ///< each in a child of its own, which it may leave in ruins
    bool by_own_port = false;  ///< the listening socket is the one that the program serves
};

/// The descriptors of an order's targets travel behind it, in this order.
[[nodiscard]] inline std::array<int*, 4> descriptors_of(support::Targets& targets) {
    return {&targets.pair, &targets.listening, &targets.terminal, &targets.sibling_descriptor};
}

/// All attempts there are, in the order of their results.
[[nodiscard]] std::vector<support::Attempt> all_attempts();

/// Both sides are of one build: what one writes, the other reads.
[[nodiscard]] std::string frame_of(const Hello& hello);
[[nodiscard]] std::string frame_of(const Order& order);
[[nodiscard]] std::string frame_of(const std::vector<int>& results);
[[nodiscard]] Hello hello_in(const std::string& frame);
[[nodiscard]] Order order_in(const std::string& frame);
[[nodiscard]] std::vector<int> results_in(const std::string& frame);

}  // namespace tizilim::inside
