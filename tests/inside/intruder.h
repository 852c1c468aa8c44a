#pragma once

#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "tests/inside/order.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::inside {

/// The test's end of the back door of a program that is at work.
class Intruder {
public:
    explicit Intruder(platform::Descriptor connection);

    [[nodiscard]] support::Inside program() const { return hello_.program; }
    [[nodiscard]] int pid() const { return hello_.pid; }

    /// What each of all_attempts() came to; nothing: the program has ended.
    [[nodiscard]] std::optional<std::vector<int>> carry_out(Order order) const;
    /// The same of one attempt.
    [[nodiscard]] std::optional<int> carry_out(Order order, const std::string& attempt) const;

private:
    std::unique_ptr<platform::FrameStream> door_;
    Hello hello_;
};

/// Where programs with a back door report, as they start.
class Den {
public:
    explicit Den(const std::filesystem::path& socket);
    /// The next program that is at work.
    [[nodiscard]] Intruder next() const;

private:
    platform::Descriptor listening_;
};

}  // namespace tizilim::inside
