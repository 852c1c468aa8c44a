#include "agent/config/iin.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace tizilim::agent {
namespace {

constexpr std::size_t kChecked = 11;
constexpr int kNoDigit = 10;

int check_digit(std::string_view iin, const std::array<int, kChecked>& weights) {
    int sum = 0;
    for (std::size_t i = 0; i < kChecked; ++i) sum += (iin[i] - '0') * weights[i];
    return sum % 11;
}

}  // namespace

bool is_iin(std::string_view text) {
    return text.size() == kChecked + 1 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool iin_checks(std::string_view iin) {
    if (!is_iin(iin)) return false;
    int digit = check_digit(iin, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    if (digit == kNoDigit) digit = check_digit(iin, {3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2});
    return digit != kNoDigit && iin[kChecked] - '0' == digit;
}

}  // namespace tizilim::agent
