#include "agent/cli/care/link_checks.h"

#include "agent/cli/care/finding.h"
#include "agent/cli/terminal/reply.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::JsonValue;
using platform::Message;

/// In the order in which an exchange comes to them.
enum class Step { proxy, address, server, encryption, credentials, database, rules };

struct OfStep {
    Step step;
    std::string_view subject;
    Verdict failed;    ///< where it goes no further
    const char* well;  ///< what is said where it does; none: said otherwise
};
constexpr auto kSteps = std::to_array<OfStep>(
    {{Step::proxy, "proxy", Verdict::warn, nullptr},
     {Step::address, "address", Verdict::warn, "doctor.address_known"},
     {Step::server, "server", Verdict::warn, "doctor.server_answers"},
     {Step::encryption, "encryption", Verdict::fail, nullptr},
     {Step::credentials, "credentials", Verdict::fail, "doctor.credentials_accepted"},
     {Step::database, "database", Verdict::fail, "doctor.database_right"},
     {Step::rules, "rules", Verdict::fail, nullptr}});

struct OfReason {
    std::string_view beginning;  ///< of the code of why the exchange failed
    Step step;
};
/// The first that fits; of any other reason it is the server.
constexpr auto kReasons =
    std::to_array<OfReason>({{"link.proxy_", Step::proxy},
                             {"link.name_unknown", Step::address},
                             {"link.certificate_", Step::encryption},
                             {"link.tls_", Step::encryption},
                             {"link.not_tls", Step::encryption},
                             {"link.system_ca_unusable", Step::encryption},
                             {"link.ca_file_unusable", Step::encryption},
                             {"link.client_certificate_unusable", Step::encryption},
                             {"peer.wrong_password", Step::credentials},
                             {"peer.password_", Step::credentials},
                             {"peer.account_locked", Step::credentials},
                             {"peer.user_", Step::credentials},
                             {"peer.no_database", Step::database},
                             {"peer.another_", Step::database},
                             {"peer.checkpoint_contested", Step::database},
                             {"peer.refused", Step::rules},
                             {"peer.does_not_keep", Step::rules}});

Step step_of(std::string_view code) {
    const auto* const found = std::ranges::find_if(
        kReasons, [&](const OfReason& reason) { return code.starts_with(reason.beginning); });
    return found == kReasons.end() ? Step::server : found->step;
}

std::int64_t count_at(const JsonValue& json, std::string_view name) {
    const std::int64_t* const count = value_at(json, name).integer();
    return count == nullptr ? 0 : *count;
}

Finding proxy_of(const std::optional<std::string>& proxy) {
    if (!proxy) return {"proxy", Verdict::ok, {"doctor.proxy_of_environment"}};
    if (proxy->empty()) return {"proxy", Verdict::ok, {"doctor.no_proxy"}};
    return {"proxy", Verdict::ok, {"doctor.proxy", {{"proxy", *proxy}}}};
}

Finding encryption_of(const JsonValue& link, const std::string& url, platform::WallTime now) {
    const std::string ends_at = text_at(link, "certificateEndsAt");
    if (url.starts_with("http:")) return {"encryption", Verdict::ok, {"doctor.not_encrypted"}};
    if (ends_at.empty()) return {"encryption", Verdict::ok, {"doctor.encrypted"}};
    return end_of_certificate("encryption", "doctor.renew_server", ends_at, now);
}

Finding rules_of(const JsonValue& status) {
    const std::int64_t refused = count_at(value_at(status, "entries"), "quarantined");
    const std::int64_t skipped = count_at(value_at(status, "link"), "skipped");
    if (refused > 0) return {"rules", Verdict::warn, {"doctor.refused", {{"count", refused}}}};
    if (skipped > 0) return {"rules", Verdict::warn, {"doctor.skipped", {{"count", skipped}}}};
    return {"rules", Verdict::ok, {"doctor.nothing_refused"}};
}

/// What the unified system was asked whether it has.
Finding receipts_of(const JsonValue& status) {
    const std::string asked_at = text_at(status, "lastVerifiedAt");
    if (asked_at.empty()) return {"receipts", Verdict::ok, {"doctor.no_receipts"}};
    const std::int64_t sent = count_at(value_at(status, "entries"), "sent");
    if (sent > 0 && text_at(status, "state") == "stuck")
        return {"receipts", Verdict::warn, {"doctor.receipts_late", {{"count", sent}}}};
    return {"receipts", Verdict::ok, {"doctor.receipts", {{"at", asked_at}}}};
}

Finding well(const OfStep& step, const JsonValue& status, const std::string& url,
             const std::optional<std::string>& proxy, platform::WallTime now) {
    if (step.step == Step::proxy) return proxy_of(proxy);
    if (step.step == Step::encryption) return encryption_of(value_at(status, "link"), url, now);
    if (step.step == Step::rules) return rules_of(status);
    return {step.subject, Verdict::ok, {step.well}};
}

}  // namespace

Finding end_of_certificate(std::string_view subject, const char* renew, const std::string& ends_at,
                           platform::WallTime now) {
    const auto end = platform::parse_time(ends_at);
    const platform::JsonObject values{{"at", ends_at}};
    if (!end || end->time > now + kCertificateEndsSoon)
        return {subject, Verdict::ok, {"doctor.certificate", values}};
    return {subject, end->time <= now ? Verdict::fail : Verdict::warn, {renew, values}};
}

Findings link_findings(const JsonValue& status, const std::string& url,
                       const std::optional<std::string>& proxy, platform::WallTime now) {
    if (url.empty()) return {{"server", Verdict::warn, {"doctor.no_address"}}};
    const JsonValue& link = value_at(status, "link");
    const std::string failed = text_at(link, "failed");
    if (failed.empty() && !true_at(link, "answered"))
        return {proxy_of(proxy), {"server", Verdict::warn, {"doctor.not_tried"}}};
    const Message why = platform::message_of(link).value_or(platform::as_it_stands(failed));
    Findings found;
    for (const OfStep& step : kSteps) {
        if (!failed.empty() && step.step == step_of(why.code)) {
            const bool is_gate = why.code == "peer.another_answers";
            found.push_back({step.subject, is_gate ? Verdict::warn : step.failed, why});
            return found;
        }
        found.push_back(well(step, status, url, proxy, now));
    }
    found.push_back(receipts_of(status));
    return found;
}

}  // namespace tizilim::agent
