#include "agent/cli/care/bundle.h"

#include "agent/cli/care/doctor.h"
#include "agent/cli/care/finding.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/config/config.h"
#include "agent/config/network_settings.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/register/register.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

constexpr std::string_view kLeftOut = "…";
/// Members of the daemon's answers whose texts are of a few that it can have, or its own.
constexpr auto kOwnTexts = std::to_array<std::string_view>(
    {"state", "version", "pid", "cause", "end", "name", "month", "code"});
/// Numbers that would tell how many entries there are.
constexpr auto kNumbersLeftOut = std::to_array<std::string_view>(
    {"number", "entry", "first", "last", "recorded", "local", "documents", "documentsMax"});

bool is_among(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

/// A part of confinement: "landlock:7".
bool is_of_confinement(std::string_view text) {
    return text == "seccomp" ||
           (text.starts_with("landlock:") &&
            text.find_first_not_of("0123456789", text.find(':') + 1) == std::string_view::npos);
}

bool may_stand(std::string_view name, const std::string& text) {
    return text.empty() || is_among(kOwnTexts, name) || is_of_confinement(text) ||
           platform::parse_time(text) || platform::parse_date(text);
}

// What is in another is `depth` deep at most.
// NOLINTBEGIN(misc-no-recursion)
JsonObject cleaned_values(const JsonObject& values, int depth) {
    JsonObject kept;
    for (const auto& [name, value] : values) {
        const bool is_number = value.integer() != nullptr;
        if (is_number && is_among(kNumbersLeftOut, name)) continue;
        if (const auto inner = platform::message_of(value)) {
            kept.push_back(
                {name,
                 as_json(Message{inner->code, depth > 0 ? cleaned_values(inner->values, depth - 1)
                                                        : JsonObject{}})});
        } else if (const std::string* const text = value.string()) {
            const bool is_safe = platform::parse_time(*text) || platform::parse_date(*text);
            kept.push_back({name, is_safe ? *text : std::string(kLeftOut)});
        } else if (is_number) {
            kept.push_back({name, value});
        } else {
            kept.push_back({name, std::string(kLeftOut)});
        }
    }
    return kept;
}

constexpr int kDepthMax = 8;

JsonValue cleaned(std::string_view name, const JsonValue& value, int depth) {
    if (depth == 0) return {};
    if (const std::string* const text = value.string())
        return may_stand(name, *text) ? value : JsonValue(std::string(kLeftOut));
    if (const JsonArray* const array = value.array()) {
        JsonArray kept;
        for (const JsonValue& one : *array) kept.push_back(cleaned(name, one, depth - 1));
        return kept;
    }
    if (value.object() == nullptr) return value;
    JsonObject kept;
    const auto told = platform::message_of(value);
    for (const auto& [member, content] : *value.object()) {
        if (content.integer() != nullptr && is_among(kNumbersLeftOut, member)) continue;
        const bool is_of_message = told && (member == "values" || member == "code");
        if (!is_of_message) kept.push_back({member, cleaned(member, content, depth - 1)});
    }
    if (told) kept.push_back({"says", english(without_texts(*told))});
    return kept;
}

// NOLINTEND(misc-no-recursion)

std::string_view given(bool is_given) {
    return is_given ? "given" : "not given";
}

/// "https://unified.example:443", without user, path and query.
std::string host_of(std::string_view url) {
    const std::size_t start = url.find("://");
    if (start == std::string_view::npos) return std::string(given(!url.empty()));
    const std::string_view scheme = url.substr(0, start);
    std::string_view host = url.substr(start + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    if (const std::size_t at = host.rfind('@'); at != std::string_view::npos)
        host.remove_prefix(at + 1);
    return std::string(scheme) + "://" + std::string(host);
}

class Text {
public:
    void section(std::string_view name) { ((text_ += "\n== ") += name) += " ==\n"; }
    void line(std::string_view content) { (text_ += content) += '\n'; }
    void line(std::string_view name, std::string_view content) {
        (((text_ += name) += ": ") += content) += '\n';
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string yes(bool is_so) {
    return is_so ? "true" : "false";
}

void add_configuration(Text& text, const Configuration& with) {
    text.section("configuration");
    text.line("file", given(!with.file.empty()));
    const store::RegisterSettings& registry = with.registry;
    text.line("[register] lawyer", given(!with.lawyer.empty()));
    text.line("[register] iin", given(!registry.lawyer_iin.empty()));
    text.line("[register] language", store::code_of(registry.language));
    text.line("[register] utc_offset", platform::format_utc_offset(registry.utc_offset));
    text.line("[register] require_signature", yes(registry.require_signature));
    text.line("[eds] ca_file", given(!with.eds.ca_file.empty()));
    text.line("[eds] own_key_only", yes(registry.own_key_only));
    text.line("[eds] tsa_url", given(!with.timestamps.url.empty()));
    const UnifiedSettings& unified = with.unified;
    text.line("[unified] url", host_of(unified.url));
    text.line("[unified] user", given(!unified.user.empty()));
    text.line("[unified] password_file", given(!unified.password_file.empty()));
    text.line("[unified] token_file", given(!unified.token_file.empty()));
    text.line("[unified] ca_file", given(!unified.ca_file.empty()));
    text.line("[unified] client_certificate", given(!unified.client_certificate.empty()));
    text.line("[unified] proxy", unified.proxy ? host_of(*unified.proxy) : "environment");
    text.line("[sync] enabled", yes(with.sync.enabled));
    text.line("[sync] poll_seconds", std::to_string(with.sync.poll_interval.count()));
    text.line("[sync] bandwidth_kbps", std::to_string(with.sync.bandwidth_kbps));
    text.line("[sync] metered", yes(with.sync.metered));
    text.line("[security] require_confinement", yes(with.security.require_confinement));
    text.line("[status] port", std::to_string(with.status.port));
    text.line("[backup] directory", given(!with.backup.directory.empty()));
    text.line("[backup] every", std::to_string(with.backup.every.count()) + "h");
    text.line("[backup] keep", std::to_string(with.backup.keep));
}

/// The answer of the daemon; nothing: there is none.
std::optional<JsonValue> answer_of(const DaemonClient& daemon, const std::string& path) {
    const DaemonReply reply = daemon.ask({.path = path});
    if (!is_success(reply.status)) return {};
    return read_reply(reply.body);
}

void add_answers(Text& text, const Command& command, const Examined& seen) {
    const DaemonClient daemon(command.configuration);
    text.section("status");
    if (const auto status = answer_of(daemon, "/status?as=anyone"))
        text.line(platform::to_json(without_texts(*status)));
    for (const char* const name : {"backup", "timestamps"})
        text.line(name, platform::to_json(without_texts(value_at(seen.status, name))));
    text.section("metrics");
    const DaemonReply metrics = daemon.ask({.path = "/metrics?as=anyone"});
    text.line(is_success(metrics.status) ? metrics.body : std::string());
    text.section("outages");
    if (const auto report = answer_of(daemon, "/api/v1/outages"))
        for (const JsonValue& outage : array_at(*report, "outages"))
            text.line(platform::to_json(without_texts(outage)));
    text.section("tables");
    text.line(english({"bundle.tables"}));
    if (const auto tables = answer_of(daemon, "/api/v1/tables"))
        for (const JsonValue& table : array_at(*tables, "tables"))
            text.line(text_at(table, "name"), text_at(table, "bytes"));
}

}  // namespace

Message without_texts(const Message& message) {
    // Its count is that of all entries.
    if (message.code == "overview.nothing_lost") return {"bundle.nothing_lost"};
    return {message.code, cleaned_values(message.values, kDepthMax)};
}

JsonValue without_texts(const JsonValue& json) {
    return cleaned("", json, kDepthMax);
}

std::string bundle_of(const Command& command, const Examined& seen) {
    const platform::UtcOffset offset = command.configuration.registry.utc_offset;
    Text text;
    text.line("Tizilim " TIZILIM_VERSION ", " +
              platform::format_time(command.console.now(), offset));
    text.line(english({"bundle.head"}));
    text.section("doctor");
    for (const Finding& finding : seen.findings) {
        const Message found = without_texts(finding.message);
        text.line(std::string(code_of(finding.verdict)) + " " + std::string(finding.subject),
                  english(found) + " [" + finding.message.code + "]");
    }
    add_configuration(text, command.configuration);
    try {
        if (seen.code != unreachable) add_answers(text, command, seen);
    } catch (const Unreachable& error) {
        text.line(error.message().code);
    }
    text.section("log");
    text.line(english({"bundle.log"}));
    return text.take();
}

void write_bundle(const Command& command, const Examined& seen, const std::string& file) {
    expect_outside_register(command, file);
    std::error_code failed;
    const auto kind = std::filesystem::symlink_status(file, failed).type();
    if (kind != std::filesystem::file_type::not_found)
        throw platform::FileError(Message{"bundle.there_already", {{"file", file}}}, 0);
    platform::write_file_atomically(file, bundle_of(command, seen));
    if (!command.json) say(command.console, command.words("bundle.written", {{"file", file}}));
}

}  // namespace tizilim::agent
