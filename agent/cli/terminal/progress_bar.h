#pragma once

#include "agent/cli/terminal/console.h"

#include <cstdint>
#include <ostream>

namespace tizilim::agent {

/// A line on a terminal that shows a long command's progress; nothing elsewhere.
class ProgressBar {
public:
    ProgressBar(std::ostream& out, bool on_terminal) : out_(out), on_(on_terminal) {}
    explicit ProgressBar(const Console& console)
        : ProgressBar(console.bar == nullptr ? console.err : *console.bar, console.progress) {}
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    void show(std::uint64_t done, std::uint64_t total);
    /// Call it before another line is written.
    void clear();

private:
    std::ostream& out_;
    const bool on_;
    bool drawn_ = false;
};

}  // namespace tizilim::agent
