#pragma once

#include "agent/config/setup_fields.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tizilim::agent {

/// What tizilimd and a program that it started say to each other, as frames of JSON, over their
/// pair. Nothing of an entry.
inline constexpr std::size_t kOrderBytesMax = std::size_t{64} * 1024;

/// To tizilim-register: a new tizilim-sync was started. The next thing that comes is the
/// descriptor of the pair with it.
struct NetworkStarted {
    int pid = 0;
    std::uint64_t restarts = 0;  ///< since tizilimd was started, without the first start

    bool operator==(const NetworkStarted&) const = default;
};

/// From tizilim-register: entries can be recorded from now on.
struct Ready {
    bool operator==(const Ready&) const = default;
};

/// From tizilim-register: there is no register, but a person can have one made from now on. Ready
/// follows once it is.
struct WithoutRegister {
    bool operator==(const WithoutRegister&) const = default;
};

/// From tizilim-register: a person may have corrected the configuration or a secret. Answered with
/// a Renewed.
struct Renew {
    bool operator==(const Renew&) const = default;
};

/// To tizilim-register.
struct Renewed {
    std::optional<platform::Message> problem;  ///< why they can't be used; nothing: they are

    bool operator==(const Renewed&) const = default;
};

/// A page's session, which is to outlast the tizilim-register that it began with.
struct KeptSession {
    std::string id;
    std::string token;  ///< a secret

    bool operator==(const KeptSession&) const = default;
};

/// From tizilim-register: what a person says on the first run, for the configuration: a taken-over
/// tizilim-register, which may not write there, is not to name another server once it has entries.
/// Answered with a SetUpDone.
struct SetUp {
    SetupFields fields;
    std::optional<KeptSession> session;  ///< of the page that asks

    bool operator==(const SetUp&) const = default;
};

/// To tizilim-register. Where all is well and there is no register yet, it is to end: another one
/// is started, with the new configuration.
struct SetUpDone {
    FieldProblems problems;  ///< why nothing was written; none: it was

    bool operator==(const SetUpDone&) const = default;
};

/// To tizilim-register, first of all.
struct Begin {
    std::optional<KeptSession> session;

    bool operator==(const Begin&) const = default;
};

/// From tizilim-sync: it will be heard of within this time, or it hangs; nothing: it waits to be
/// asked.
struct Expect {
    std::optional<std::chrono::milliseconds> within;

    bool operator==(const Expect&) const = default;
};

/// From tizilim-register: what this tizilim-sync says can't be understood. A new one, please.
struct Discard {
    int pid = 0;

    bool operator==(const Discard&) const = default;
};

/// To tizilim-register: does it still read the register? Answered with an Alive.
struct Probe {
    bool operator==(const Probe&) const = default;
};

/// From tizilim-register.
struct Alive {
    bool is_well = true;  ///< it has read from the register, or there is none

    bool operator==(const Alive&) const = default;
};

using Order = std::variant<NetworkStarted, Ready, WithoutRegister, Renew, Renewed, Expect, Discard,
                           Probe, Alive, SetUp, SetUpDone, Begin>;

[[nodiscard]] std::string frame_of(const Order& order);
/// Of an untrusted frame.
[[nodiscard]] platform::Expected<Order, platform::Message> read_order(std::string_view frame);

}  // namespace tizilim::agent
