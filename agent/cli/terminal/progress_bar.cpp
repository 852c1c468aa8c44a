#include "agent/cli/terminal/progress_bar.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

namespace tizilim::agent {

void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
    constexpr std::uint64_t kCells = 40;
    if (!on_ || total == 0) return;
    const std::uint64_t reached = std::min(done, total);
    const auto full = static_cast<std::size_t>(reached * kCells / total);
    out_ << "\r[" << std::string(full, '#') << std::string(kCells - full, '.') << "] "
         << reached * 100 / total << " %" << std::flush;
    drawn_ = true;
}

void ProgressBar::clear() {
    constexpr std::size_t kLineCells = 60;
    if (drawn_) out_ << '\r' << std::string(kLineCells, ' ') << '\r' << std::flush;
    drawn_ = false;
}

ProgressBar::~ProgressBar() {
    clear();
}

}  // namespace tizilim::agent
