#pragma once

#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::process {

/// A document of the other end.
struct HeldDocument {
    std::string id;
    std::string revision;
};

/// The other end, as a process that can be down: unified_stand_in, always on the same port and with
/// the same data.
class UnifiedSystem {
public:
    /// It gets `environment`, as "NAME=value".
    explicit UnifiedSystem(std::vector<std::string> environment = {});
    [[nodiscard]] std::string url() const { return url_at(port_); }
    /// As it is reached by way of another port.
    [[nodiscard]] static std::string url_at(std::uint16_t port);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Waits until it listens.
    [[nodiscard]] bool start();
    /// As an orderly end, which keeps its data.
    [[nodiscard]] bool stop();

    /// Its `entry:` documents.
    [[nodiscard]] std::vector<HeldDocument> entries() const;
    /// Every byte of every request that it got so far, as it came.
    [[nodiscard]] std::string recorded() const;
    /// The whole answer of `_all_docs` with documents; empty when there is none.
    [[nodiscard]] std::string all_documents() const;

private:
    support::TempDirectory folder_;
    const std::vector<std::string> environment_;
    const std::uint16_t port_;
    std::unique_ptr<support::ChildProcess> process_;
};

}  // namespace tizilim::process
