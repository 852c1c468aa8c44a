#pragma once

#include "platform/text/json.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {

/// How long a process under sanitizers may take for what it does at once, on a busy machine.
inline constexpr std::chrono::seconds kCommandTime{30};
/// How long delivery may take, backoff included.
inline constexpr std::chrono::seconds kDeliveryTime{60};

/// A lawyer's PC: a register in a folder of its own, the real tizilimd and the real tizilim.
class Office {
public:
    /// Makes the configuration and the register. `url` is the unified system's; empty: none.
    explicit Office(const std::string& url);
    /// Nothing is there yet. Its programs get `environment`, as "NAME=value".
    explicit Office(std::vector<std::string> environment);

    /// Another PC of the lawyer whose first one is `first`, whose daemon runs: `pair` there,
    /// `init --join --here` here.
    void join(const Office& first);

    /// From now on its programs are started by `starter`, which becomes what its last arguments
    /// say.
    void start_programs_by(support::Command starter) { starter_ = std::move(starter); }

    /// The whole configuration; `more_sync` and `more` are lines added to [sync] and at the end.
    void configure(const std::string& url, const std::string& more_sync = {},
                   const std::string& more = {});

    [[nodiscard]] support::Finished tizilim(const std::vector<std::string>& arguments) const;
    /// The same with --json; null unless it ends with code 0.
    [[nodiscard]] platform::JsonValue ask(std::vector<std::string> arguments) const;
    /// `tizilim add` of an entry that may leave; `minutes` tells it from others.
    [[nodiscard]] std::vector<std::string> add_arguments(int minutes) const;
    [[nodiscard]] support::Command tizilim_command(const std::vector<std::string>& arguments) const;

    /// Starts the daemon without waiting for it.
    support::ChildProcess& start_daemon();
    /// Starts it and waits until it answers.
    [[nodiscard]] bool start();
    [[nodiscard]] support::ChildProcess& daemon() { return *daemon_; }
    /// Runs a second daemon, which is to end by itself.
    [[nodiscard]] support::Finished run_daemon(
        const std::vector<std::string>& arguments = {}) const;

    /// As `tizilim status --json`; null while the daemon can't be reached.
    [[nodiscard]] platform::JsonValue status() const;
    [[nodiscard]] std::string state() const;
    /// status().entries.<name>, or -1.
    [[nodiscard]] std::int64_t entries(const std::string& name) const;
    /// Waits until the state is `state`.
    [[nodiscard]] bool reaches(const std::string& state) const;

    [[nodiscard]] std::string log() const { return support::text_of(folder_ / "tizilimd.log"); }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path register_folder() const { return folder_ / "register"; }
    /// Where the anchor is, as if in the home of who works here.
    [[nodiscard]] std::filesystem::path state_folder() const { return folder_ / "state"; }
    [[nodiscard]] std::filesystem::path config() const { return folder_ / "tizilim.conf"; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void use_port(std::uint16_t port) { port_ = port; }
    /// Another program file, with others beside it.
    void use_daemon(const std::filesystem::path& program) { daemon_program_ = program; }

private:
    [[nodiscard]] support::Command program(const std::string& path) const;

    support::TempDirectory folder_;
    std::vector<std::string> environment_;
    support::Command starter_;
    std::string daemon_program_{TIZILIMD_PROGRAM};
    std::uint16_t port_;
    std::unique_ptr<support::ChildProcess> daemon_;
};

/// What `json` has under `names`, from the outside in, or null.
[[nodiscard]] const platform::JsonValue* at(const platform::JsonValue& json,
                                            const std::vector<std::string>& names);

/// What `text` says as JSON; null where it is none.
[[nodiscard]] platform::JsonValue json_of(const std::string& text);

}  // namespace tizilim::process
