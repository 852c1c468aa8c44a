#pragma once

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What somebody would try who has taken over a program of ours: each attempt with the error that
/// the program's confinement (platform/process/confinement.h) answers. A test runs them from inside
/// such a program, and without confinement, where they succeed.
namespace tizilim::support {

/// At what the attempts are aimed. What has no part in a test may be left out.
struct Targets {
    std::filesystem::path register_file;    ///< a file that holds what is confidential
    std::filesystem::path key_file;         ///< the key with which it is read
    std::filesystem::path home;             ///< a folder with the files `.bashrc` and `unwanted`
    std::filesystem::path writable;         ///< where tizilim-register may write
    std::filesystem::path readable;         ///< a file that tizilim-sync may read
    std::filesystem::path control_socket;   ///< a stream socket that listens
    std::filesystem::path datagram_socket;  ///< a datagram socket
    std::filesystem::path session_bus;      ///< a stream socket that listens, of the session bus
    std::string abstract_name;       ///< of a stream socket that listens, without its first zero
    std::uint16_t port = 0;          ///< that listens at 127.0.0.1
    std::uint16_t port_ipv6 = 0;     ///< that listens at ::1; 0: this machine has no IPv6
    std::string address;             ///< of IPv4, in a network of its own where a test can make one
    std::uint16_t address_port = 0;  ///< that listens there
    int sibling = 0;                 ///< another process of this account
    /// What the program was handed, all open: a pair of connected sockets, a listening TCP socket,
    /// a terminal, and the sibling as pidfd_open() gives it.
    int pair = -1;
    int listening = -1;
    int terminal = -1;
    int sibling_descriptor = -1;
};

/// What the attempt gives where nothing stands in the way.
enum class Control {
    succeeds,
    succeeds_as_root,  ///< and is nobody else's
    /// Succeeds, but a machine may have it switched off or not have it at all; no test of ours can
    /// have it otherwise. Where it failed, tests name it.
    machine_decides,
};

inline constexpr int kNotTried = -1;

struct Attempt {
    std::string_view name;
    /// 0: done; else errno.
    int (*act)(const Targets& targets);
    /// The error under confine_network() and confine_register(); 0: done all the same.
    int network = kNotTried;
    int registering = kNotTried;
    Control control = Control::succeeds;
    /// The version of the kernel's rules on files that it takes for `network`.
    int rules_version = 0;
};

/// Which of the two programs makes the attempts.
enum class Inside { registering, network };

/// What it answers where no newer rules on files than of `rules_version_max` hold; nothing: it
/// does not try.
[[nodiscard]] inline std::optional<int> expected_of(const Attempt& attempt, Inside program,
                                                    int rules_version_max) {
    const int answer = program == Inside::network ? attempt.network : attempt.registering;
    if (answer == kNotTried) return {};
    const bool by_newer_rules = rules_version_max < attempt.rules_version;
    return program == Inside::network && by_newer_rules ? 0 : answer;
}

/// Whether it succeeds without confinement, on any machine.
[[nodiscard]] inline bool succeeds_unconfined(const Attempt& attempt, bool as_root) {
    return attempt.control == Control::succeeds ||
           (attempt.control == Control::succeeds_as_root && as_root);
}

/// Those of `attempts` that may fail without confinement and did, each with its error, for a test's
/// output: there, that they meet an error under confinement shows nothing. `results` as of act().
[[nodiscard]] std::string without_control(std::span<const Attempt> attempts,
                                          std::span<const int> results, bool as_root);

/// Of a call of the system: 0, or its error.
[[nodiscard]] inline int error_of(long result) {
    return result < 0 ? errno : 0;
}

[[nodiscard]] std::span<const Attempt> attempts_on_files();
[[nodiscard]] std::span<const Attempt> attempts_on_processes();
[[nodiscard]] std::span<const Attempt> attempts_on_sockets();

/// Makes a call of the kernel by the number that another architecture has for it: the end of a
/// confined program, by SIGSYS. False: on this machine there is no other.
bool call_as_another_architecture();

}  // namespace tizilim::support
