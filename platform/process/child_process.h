#pragma once

#include "platform/files/descriptor.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::platform {

/// How a program of ours is started.
struct ChildCommand {
    std::filesystem::path program;         ///< absolute: no shell and no PATH look for it
    std::vector<std::string> arguments{};  ///< without the program's own name
    /// What the child gets, as its descriptors 3, 4, … in this order. It gets nothing else that is
    /// open here.
    std::vector<const Descriptor*> handed_over{};
};

/// The number of the first descriptor that is handed over.
inline constexpr int kFirstHandedOver = 3;

/// How a process ended.
struct ChildEnd {
    bool by_signal = false;
    int number = 0;  ///< the exit code, or the signal's number

    /// By what terminate() sends: the process had no other answer to it.
    [[nodiscard]] bool by_terminate() const;
    bool operator==(const ChildEnd&) const = default;
};

/// A process that runs a program of ours. Its input is empty; what it prints, on both outputs,
/// comes here. It is killed with this object. One thread at a time, but for terminate(), kill() and
/// read_output().
class ChildProcess {
public:
    /// From the thread that lives the longest: die_with_parent() goes by the thread that started
    /// it. \throws MessageError the program can't be started
    explicit ChildProcess(const ChildCommand& command);
    ~ChildProcess();
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) = delete;

    [[nodiscard]] int pid() const { return pid_; }

    /// Waits for what it prints next. Empty: it has ended, and with it all that print there.
    [[nodiscard]] std::string read_output();
    /// Readable when there is output or its end.
    [[nodiscard]] const Descriptor& output() const { return output_; }

    /// Nothing: it still runs.
    [[nodiscard]] std::optional<ChildEnd> ended();
    [[nodiscard]] ChildEnd wait();
    /// Readable once it has ended.
    [[nodiscard]] const Descriptor& ending() const { return process_; }

    void terminate() const;  ///< asks it to end
    void kill() const;

private:
    std::optional<ChildEnd> reap(int options);

    Descriptor output_;
    Descriptor process_;
    int pid_ = -1;
    std::optional<ChildEnd> end_;
};

/// For the child's main, as its first act: from now on the system kills this process when the
/// thread that started it ends. False: that was so before, or `parent` is not its parent, and this
/// process is to end.
[[nodiscard]] bool die_with_parent(int parent);

/// The process of the caller, for its children's die_with_parent().
[[nodiscard]] int this_process();

}  // namespace tizilim::platform
