#pragma once

#include "platform/expected.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// The most bytes of a request's or an answer's head, which ends with an empty line.
inline constexpr std::size_t kHeadBytesMax = std::size_t{64} * 1024;

enum class StreamFailure {
    ended,      ///< the other side sends no more
    timed_out,  ///< too slow
    stopped,    ///< the StopEvent was set
    too_long,   ///< a head has more than kHeadBytesMax
};

/// A connection to another program on this machine: bytes both ways, every wait bounded. One thread
/// at a time.
class LocalStream {
public:
    class Connection;  ///< the system's side of it
    explicit LocalStream(std::unique_ptr<Connection> connection);
    ~LocalStream();
    LocalStream(LocalStream&& other) noexcept;
    LocalStream& operator=(LocalStream&& other) noexcept;

    enum class Head { incomplete, whole, too_long, ended };
    /// Reads what has arrived of the head, without waiting.
    [[nodiscard]] Head gather_head();
    /// The head, with its empty line, once gather_head() has said `whole`.
    [[nodiscard]] std::string take_head();
    /// The whole head, within `at_most`.
    [[nodiscard]] Expected<std::string, StreamFailure> read_head(std::chrono::milliseconds at_most);

    /// At least one byte, at most `bytes_max`; `at_most` bounds the wait for the first.
    [[nodiscard]] Expected<std::string, StreamFailure> read(std::size_t bytes_max,
                                                            std::chrono::milliseconds at_most);
    /// Exactly `bytes`, within `at_most`.
    [[nodiscard]] Expected<std::string, StreamFailure> read_exactly(
        std::size_t bytes, std::chrono::milliseconds at_most);

    /// False: the other side is gone or took nothing for `at_most`, or the StopEvent was set.
    [[nodiscard]] bool write(std::string_view bytes, std::chrono::milliseconds at_most);
    /// The other side reads to the end of what was written; nothing more comes.
    void finish();

    [[nodiscard]] const Connection& connection() const { return *connection_; }

private:
    /// Adds what has arrived to `received_`. False: nothing had.
    bool receive(std::size_t bytes_max);

    std::unique_ptr<Connection> connection_;
    std::string received_;
    std::size_t searched_ = 0;  ///< so far there is no empty line in `received_`
    std::size_t head_bytes_ = 0;
    bool ended_ = false;
};

/// Who may use a control socket, beside the account that listens and the administrator.
enum class ControlAccess {
    owner,  ///< nobody
    group,  ///< members of the group of the folder that it is in
};

struct ConnectFailure {
    enum class Kind {
        none_listens,
        /// The system keeps the socket from this user.
        not_let_in,
        /// What listens there is no program of the folder's owner. Nothing was sent to it.
        other_account,
    };
    Kind kind = Kind::none_listens;
    Message reason;  ///< the system's, or the number of the other account
};

/// Connects to the control socket in `folder`, if the system says that the program that listens
/// runs as the owner of `folder`. \throws FileError when the folder can't be opened
[[nodiscard]] Expected<LocalStream, ConnectFailure> connect_to_control(
    const std::filesystem::path& folder);

}  // namespace tizilim::platform
