#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>

namespace tizilim::process {

/// Another user of this machine, made with `useradd` and gone with its object. Only for root.
class Stranger {
public:
    Stranger();
    ~Stranger();
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;

    /// Why there can be none here; empty: there can.
    [[nodiscard]] static std::string obstacle();

    [[nodiscard]] uid_t user() const { return user_; }

    /// What a process of that user does until it is killed, or, with the result, to its end.
    using Act = std::function<int()>;

    /// A process of that user that does `act`; killed with its object.
    class Process {
    public:
        Process(const Stranger& stranger, const Act& act);
        ~Process();
        Process(const Process&) = delete;
        Process& operator=(const Process&) = delete;
        /// To its end, which must come by itself.
        [[nodiscard]] int result();

    private:
        pid_t pid_ = -1;
    };

private:
    std::string name_;
    uid_t user_ = 0;
};

/// A listening socket of its caller: on a port of the loopback, or as the file `path`.
[[nodiscard]] int listen_at(std::uint16_t port);
[[nodiscard]] int listen_at(const std::filesystem::path& path);

/// Takes whatever comes for tizilimd: adds what it hears to `heard` and answers that all is well.
[[noreturn]] void impersonate(int listener, const std::filesystem::path& heard);

}  // namespace tizilim::process
