#include "agent/api/page_sessions.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/hex.h"
#include "platform/keyed_digest.h"
#include "platform/text/message.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;
using platform::Unexpected;

constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kCodeBytes = 16;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTypedDigits = 8;
constexpr std::uint64_t kTypedCodes = 100'000'000;
constexpr unsigned kWrongOnesMax = 5;
/// More tabs than a person has; past that the one that was used the longest ago ends.
constexpr std::size_t kSessionsMax = 16;
constexpr std::size_t kCodesMax = 32;
/// As hexadecimal digits of 16 to 64 bytes.
constexpr std::size_t kChallengeMin = 32;
constexpr std::size_t kChallengeMax = 128;

bool is_challenge(std::string_view text) {
    return text.size() >= kChallengeMin && text.size() <= kChallengeMax &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

void PageSessions::serve_at(std::string address) {
    const std::scoped_lock lock(mutex_);
    address_ = std::move(address);
}

std::string PageSessions::address() const {
    const std::scoped_lock lock(mutex_);
    return address_;
}

PageSessions::Code PageSessions::make_code() {
    const std::scoped_lock lock(mutex_);
    return add_code(random_.hex(kCodeBytes), false, kCodeTime);
}

PageSessions::Code PageSessions::make_typed_code() {
    const std::scoped_lock lock(mutex_);
    std::string digits = std::to_string(random_.below(kTypedCodes));
    digits.insert(0, kTypedDigits - digits.size(), '0');
    std::erase_if(codes_, [](const KnownCode& known) { return known.is_typed; });
    wrong_ones_ = 0;
    return add_code(std::move(digits), true, kTypedCodeTime);
}

PageSessions::Code PageSessions::add_code(std::string text, bool is_typed,
                                          std::chrono::seconds time) {
    forget_what_is_over();
    if (codes_.size() >= kCodesMax) codes_.erase(codes_.begin());
    codes_.push_back({{random_.hex(kIdBytes), std::move(text)}, is_typed, clock_.now() + time});
    return codes_.back().code;
}

/// A code that made a session is known as long as that lasts, for its second use.
void PageSessions::forget_what_is_over() const {
    const platform::Instant now = clock_.now();
    std::erase_if(sessions_, [now](const auto& known) {
        const KnownSession& session = known.second;
        return session.ends_at <= now || session.acted_at + kIdleTime <= now;
    });
    std::erase_if(codes_, [&](const KnownCode& known) {
        return known.session.empty() ? known.ends_at <= now : !sessions_.contains(known.session);
    });
}

PageSessions::CodeState PageSessions::state_of(std::string_view code_id) const {
    const std::scoped_lock lock(mutex_);
    forget_what_is_over();
    for (const KnownCode& known : codes_)
        if (known.code.id == code_id)
            return known.session.empty() ? CodeState::waiting : CodeState::traded;
    return CodeState::over;
}

platform::Expected<PageSessions::Session, Message> PageSessions::trade(std::string_view code) {
    const std::scoped_lock lock(mutex_);
    forget_what_is_over();
    const auto known = std::ranges::find_if(codes_, [&](const KnownCode& one) {
        return platform::is_same_secret(one.code.text, code);
    });
    if (known == codes_.end()) {
        if (++wrong_ones_ >= kWrongOnesMax)
            std::erase_if(codes_,
                          [](const KnownCode& one) { return one.is_typed && one.session.empty(); });
        return Unexpected{Message{"page.code_unknown"}};
    }
    if (!known->session.empty()) {
        sessions_.erase(known->session);
        codes_.erase(known);
        return Unexpected{Message{"page.code_used"}};
    }
    Session session = begin_session();
    known->session = session.id;
    return session;
}

PageSessions::Session PageSessions::begin_session() {
    Session session{random_.hex(kIdBytes), random_.hex(kTokenBytes)};
    add_session(session);
    return session;
}

void PageSessions::add_session(const Session& session) {
    if (sessions_.size() >= kSessionsMax)
        sessions_.erase(std::ranges::min_element(
            sessions_, {}, [](const auto& known) { return known.second.acted_at; }));
    const platform::Instant now = clock_.now();
    sessions_.insert_or_assign(session.id, KnownSession{session.token, now + kSessionTime, now});
}

std::optional<PageSessions::Session> PageSessions::session_of(std::string_view session_id) const {
    const std::scoped_lock lock(mutex_);
    forget_what_is_over();
    const auto known = sessions_.find(session_id);
    if (known == sessions_.end()) return {};
    return Session{known->first, known->second.token};
}

void PageSessions::keep(const Session& session) {
    const std::scoped_lock lock(mutex_);
    add_session(session);
}

std::optional<std::string> PageSessions::admit(std::string_view credentials, bool acts) {
    const std::scoped_lock lock(mutex_);
    forget_what_is_over();
    const std::size_t dot = credentials.find('.');
    if (dot == std::string_view::npos) return {};
    const auto known = sessions_.find(credentials.substr(0, dot));
    if (known == sessions_.end() ||
        !platform::is_same_secret(known->second.token, credentials.substr(dot + 1)))
        return {};
    if (acts) known->second.acted_at = clock_.now();
    return known->first;
}

std::optional<std::string> PageSessions::proof(std::string_view session_id,
                                               std::string_view challenge) const {
    const std::scoped_lock lock(mutex_);
    forget_what_is_over();
    const auto known = sessions_.find(session_id);
    if (known == sessions_.end() || !is_challenge(challenge)) return {};
    const std::string digest = platform::hmac_sha256(known->second.token, challenge);
    return platform::to_hex(std::as_bytes(std::span(digest)));
}

void PageSessions::end(std::string_view session_id) {
    const std::scoped_lock lock(mutex_);
    const auto known = sessions_.find(session_id);
    if (known != sessions_.end()) sessions_.erase(known);
}

std::size_t PageSessions::end_all() {
    const std::scoped_lock lock(mutex_);
    forget_what_is_over();
    codes_.clear();
    return std::exchange(sessions_, {}).size();
}

}  // namespace tizilim::agent
