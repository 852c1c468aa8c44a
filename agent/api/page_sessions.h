#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Who may ask over the status port for what is the owner's: pages that the owner opened. A code,
/// made over the control endpoint, is traded once, by the page, for a session; its token travels
/// with each request. All of it is in memory: when the program ends, so do the sessions. Safe for
/// threads.
class PageSessions {
public:
    PageSessions(const platform::Clock& clock, platform::Random& random)
        : clock_(clock), random_(random) {}

    static constexpr std::chrono::seconds kCodeTime{60};
    /// Of a code that a person types.
    static constexpr std::chrono::seconds kTypedCodeTime{180};
    static constexpr std::chrono::hours kSessionTime{12};
    /// A session without an act ends after it.
    static constexpr std::chrono::minutes kIdleTime{30};

    /// Where the page is, once that is known.
    void serve_at(std::string address);
    [[nodiscard]] std::string address() const;

    struct Code {
        std::string id;    ///< for state_of(); no secret
        std::string text;  ///< the secret, one use
    };
    /// For the address that a browser is led to: 32 hexadecimal digits.
    [[nodiscard]] Code make_code();
    /// For a person to type: 8 digits. The one before ends; so does this after 5 wrong ones.
    [[nodiscard]] Code make_typed_code();

    enum class CodeState { waiting, traded, over };
    [[nodiscard]] CodeState state_of(std::string_view code_id) const;

    struct Session {
        std::string id;  ///< no secret
        std::string token;
    };
    /// Or why there is none. A code that was used before ends the session that it made: two have
    /// had it.
    [[nodiscard]] platform::Expected<Session, platform::Message> trade(std::string_view code);

    /// The session of this id, for the program that follows this one; nothing: it is over.
    [[nodiscard]] std::optional<Session> session_of(std::string_view session_id) const;
    /// One that began with the program before this one.
    void keep(const Session& session);

    /// The id of the session whose `credentials`, "<id>.<token>", these are; nothing: it is over,
    /// or never was. `acts`: a person did something, and the page didn't just look.
    [[nodiscard]] std::optional<std::string> admit(std::string_view credentials, bool acts);

    /// HMAC-SHA256 of `challenge` by the session's token, in hexadecimal digits: only this program
    /// and the page can make it. Nothing: there is no such session, or the challenge is none.
    [[nodiscard]] std::optional<std::string> proof(std::string_view session_id,
                                                   std::string_view challenge) const;

    void end(std::string_view session_id);
    /// And codes. How many sessions there were.
    std::size_t end_all();

private:
    struct KnownCode {
        Code code;
        bool is_typed = false;
        platform::Instant ends_at{};
        std::string session{};  ///< that it made; empty: none yet
    };
    struct KnownSession {
        std::string token;
        platform::Instant ends_at{};
        platform::Instant acted_at{};
    };

    Code add_code(std::string text, bool is_typed, std::chrono::seconds time);
    void forget_what_is_over() const;
    [[nodiscard]] Session begin_session();
    void add_session(const Session& session);

    const platform::Clock& clock_;
    platform::Random& random_;
    mutable std::mutex mutex_;  ///< guards all below
    std::string address_;
    mutable std::vector<KnownCode> codes_;
    mutable std::map<std::string, KnownSession, std::less<>> sessions_;
    unsigned wrong_ones_ = 0;  ///< since the last typed code was made
};

}  // namespace tizilim::agent
