#pragma once

#include "platform/files/descriptor.h"
#include "tests/support/attempts.h"
#include "tests/support/confined_child.h"
#include "tests/support/temp_directory.h"

#include <optional>
#include <sys/types.h>
#include <utility>

namespace tizilim::support {

/// A machine on which attempts are made: an account's folders, sockets that listen, a sibling.
class AttemptScene {
public:
    /// `account` nothing: the caller's own.
    explicit AttemptScene(std::optional<uid_t> account);
    [[nodiscard]] const Targets& targets() const { return targets_; }

private:
    void make_folders(std::optional<uid_t> account);
    void make_sockets();

    TempDirectory root_;
    Targets targets_;
    Sibling sibling_;
    platform::Descriptor control_{-1};
    platform::Descriptor datagrams_{-1};
    platform::Descriptor session_bus_{-1};
    platform::Descriptor abstract_{-1};
    platform::Descriptor port_{-1};
    platform::Descriptor port_ipv6_{-1};
    platform::Descriptor listening_{-1};
    platform::Descriptor terminal_{-1};
    platform::Descriptor sibling_descriptor_{-1};
    std::pair<platform::Descriptor, platform::Descriptor> pair_;
};

}  // namespace tizilim::support
