#pragma once

#include "tests/support/temp_directory.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace tizilim::process {

/// The time that programs are made to believe it is, by libfaketime: it goes on by itself, and
/// jumps when it is set, for those that run too. What waits goes on as ever.
class FakeTime {
public:
    /// \throws std::runtime_error where libfaketime is not installed
    FakeTime();
    void set(std::chrono::sys_seconds now) const;
    /// What a program that is to believe it gets into its environment.
    [[nodiscard]] const std::vector<std::string>& environment() const { return environment_; }

private:
    [[nodiscard]] std::filesystem::path file() const { return folder_ / "offset"; }

    /// tizilim-sync asks for the time, too, and is denied to read but in a few folders.
    support::TempDirectory folder_{"/usr/local/share/ca-certificates"};
    std::vector<std::string> environment_;
};

}  // namespace tizilim::process
