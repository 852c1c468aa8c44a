#include "agent/api/answers.h"
#include "agent/cli/signing/signing.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/signing_document.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ios>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

using Secret = platform::Expected<std::string, Message>;

constexpr std::size_t kKeyFileBytesMax = std::size_t{1} << 20;
constexpr std::size_t kPasswordBytesMax = 4096;

WaitingVersion waiting_of(const JsonValue& task) {
    const JsonValue* const version = task.find("version");
    WaitingVersion waiting{.number = text_at(task, "number"),
                           .id = text_at(task, "id"),
                           .bytes = text_at(task, "bytes")};
    if (!is_entry_id(waiting.id) || version == nullptr || version->integer() == nullptr)
        throw Unreachable(Message{"cli.other_version"});
    waiting.version = *version->integer();
    return waiting;
}

/// Whatever answers: nothing but an entry's own document is signed, or written out for that.
int take_document(const Command& command, const WaitingVersion& waiting,
                  const std::function<int(const WaitingVersion& waiting)>& take) {
    const auto problem = signing_problem(waiting.id, waiting.bytes);
    if (!problem) return take(waiting);
    return refuse_here(command, Message{"cli.not_to_be_signed",
                                        {{"entry", waiting.id}, {"why", as_json(*problem)}}});
}

Secret first_line_of(std::string bytes) {
    std::string text = platform::text_or_bytes(std::move(bytes));
    text.resize(std::min(text.size(), text.find('\n')));
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

Secret password_of(const Command& command, const SignOptions& options) {
    if (!options.password_file.empty()) {
        const std::string file = options.password_file.string();
        if (const std::string mode = platform::access_beyond_owner(file); !mode.empty())
            return platform::Unexpected{
                Message{"cli.password_readable", {{"file", file}, {"mode", mode}}}};
        if (const auto exposure = platform::exposure_to_others(file))
            return platform::Unexpected{
                Message{"cli.no_password_read", {{"why", as_json(*exposure)}}}};
        return first_line_of(platform::read_file(file, kPasswordBytesMax));
    }
    if (options.password_stdin) {
        std::string text(kPasswordBytesMax, '\0');
        command.console.in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(command.console.in.gcount()));
        return first_line_of(std::move(text));
    }
    if (!command.console.ask_secret)
        return platform::Unexpected{Message{"cli.no_terminal_for_password"}};
    auto typed = command.console.ask_secret(
        command.words("cli.password_question", {{"file", options.key.string()}}));
    if (!typed) return platform::Unexpected{Message{"cli.no_password"}};
    return *std::move(typed);
}

/// Nothing but the message when it fails: then nothing was signed.
platform::Expected<platform::SigningKey, Message> open_key(const Command& command,
                                                           const SignOptions& options) {
    const std::string p12 = platform::read_file(options.key, kKeyFileBytesMax);
    const Secret password = password_of(command, options);
    if (!password) return platform::Unexpected{password.error()};
    auto key = platform::SigningKey::open(p12, *password, command.console.now());
    if (!key) return platform::Unexpected{of_file(options.key, key.error())};
    return *std::move(key);
}

/// Says whose key it is. Before the first signature by another person than the configured one,
/// asks, or refuses where the register would.
int confirm_person(const Command& command, const platform::SigningKey& key,
                   const SignOptions& options) {
    const std::string& own = command.configuration.registry.lawyer_iin;
    const JsonObject values{{"signer", key.signer()}, {"iin", key.iin()}, {"own", own}};
    if (!command.json) say_beside(command.console, command.words("cli.whose_key", values));
    if (own.empty() || key.iin() == own) return done;
    if (command.configuration.registry.own_key_only)
        return refuse_here(command, of_file(options.key, {"signature.by_another_person"}));
    if (options.agreed) return done;
    if (!command.console.ask) return refuse_here(command, Message{"cli.others_key", values});
    const auto typed = command.console.ask(command.words("cli.others_key_question", values));
    if (typed && *typed == "sign") return done;
    return refuse_here(command, Message{"cli.others_key_not_confirmed"});
}

int run_sign_with_key(const Command& command, const SignOptions& options) {
    SigningTally tally(command);
    std::optional<platform::SigningKey> key;
    const int code = for_each_waiting(command, options.name, [&](const WaitingVersion& waiting) {
        // Only now: nobody is asked for a password when nothing waits.
        if (!key) {
            auto opened = open_key(command, options);
            if (!opened) return refuse_here(command, opened.error());
            const int asked = confirm_person(command, *opened, options);
            if (asked != done) return asked;
            key.emplace(*std::move(opened));
        }
        const auto cms = key->sign(waiting.bytes, command.console.now());
        if (!cms)
            return refuse_here(command,
                               Message{"cli.key_does_not_sign", {{"why", as_json(cms.error())}}});
        const std::string shown = waiting.number.empty() ? waiting.id : waiting.number;
        return tally.attach(waiting.id, waiting.version, *cms, shown);
    });
    if (!key && code != done) return code;
    const int counted = tally.finish();
    return code != done ? code : counted;
}

/// A warning is a text, or an object with a message.
std::string warning_text(const Words& words, const JsonValue& warning) {
    return warning.string() == nullptr ? said(words, warning) : *warning.string();
}

/// The page after `first`, or the code of the refusal.
int ask_page(const Command& command, std::uint64_t first, JsonValue& page) {
    constexpr int kPageEntries = 1000;
    const DaemonReply reply = DaemonClient(command.configuration)
                                  .ask({.path = "/api/v1/signing?first=" + std::to_string(first) +
                                                "&limit=" + std::to_string(kPageEntries)});
    page = read_reply(reply.body);
    return is_success(reply.status) ? static_cast<int>(done) : refuse(command, page);
}

}  // namespace

bool is_entry_id(std::string_view text) {
    constexpr std::size_t kIdBytes = 36;
    return text.size() == kIdBytes &&
           text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

Message of_file(const std::filesystem::path& file, const Message& why) {
    return {"cli.of_file", {{"file", file.string()}, {"why", as_json(why)}}};
}

std::string WaitingVersion::file_name() const {
    return id + "-v" + std::to_string(version) + ".json";
}

int for_each_waiting(const Command& command, const std::string& name,
                     const std::function<int(const WaitingVersion& waiting)>& take) {
    if (!name.empty()) {
        const DaemonReply reply =
            DaemonClient(command.configuration).ask({.path = entry_path(name) + "/signing"});
        const JsonValue task = read_reply(reply.body);
        if (!is_success(reply.status)) return refuse(command, task);
        const WaitingVersion waiting = waiting_of(task);
        if (waiting.number != name && !waiting.id.starts_with(name))
            return refuse_here(command, Message{"cli.another_entry", {{"entry", name}}});
        return take_document(command, waiting, take);
    }
    ProgressBar bar(command.console);
    std::uint64_t taken = 0;
    std::optional<std::uint64_t> first = 1;
    while (first) {
        JsonValue page;
        if (const int failed = ask_page(command, *first, page); failed != done) return failed;
        const platform::JsonArray& tasks = array_at(page, "tasks");
        const std::uint64_t known = taken + tasks.size();
        for (const JsonValue& task : tasks) {
            if (const int failed = take_document(command, waiting_of(task), take); failed != done)
                return failed;
            bar.show(++taken, known);
        }
        const std::uint64_t before = *first;
        first.reset();
        const std::string next = text_at(page, "next");
        if (!next.empty()) first = number_of(next).value_or(0);
        if (first && *first <= before) throw Unreachable(Message{"cli.other_version"});
    }
    return done;
}

int SigningTally::attach(const std::string& entry, std::int64_t version, std::string_view cms,
                         const std::string& shown) {
    const JsonObject body{{"version", version}, {"cms", platform::to_base64(cms)}};
    const DaemonReply reply = DaemonClient(command_.configuration)
                                  .ask({.method = "POST",
                                        .path = entry_path(entry) + "/signature",
                                        .content_type = "application/json",
                                        .body = platform::to_json(body)});
    const JsonValue answer = read_reply(reply.body);
    if (is_success(reply.status)) {
        ++signed_;
        for (const JsonValue& warning : array_at(answer, "warnings"))
            warn(command_,
                 command_.words("cli.of_entry", {{"entry", shown},
                                                 {"text", warning_text(command_.words, warning)}}));
        return done;
    }
    const bool of_this_one = reply.status == 400 || reply.status == 404 || reply.status == 409;
    if (!of_this_one) return agent::refuse(command_, answer);
    refused_.emplace_back(JsonObject{{"entry", shown}, {"message", text_at(answer, "message")}});
    told_.push_back(command_.words("cli.refused_one",
                                   {{"name", shown}, {"why", said(command_.words, answer)}}));
    return done;
}

void SigningTally::refuse(const std::string& shown, const Message& message) {
    refused_.emplace_back(JsonObject{{"entry", shown}, {"message", english(message)}});
    told_.push_back(
        command_.words("cli.refused_one", {{"name", shown}, {"why", as_json(message)}}));
}

void SigningTally::skip(const Skipped& skipped) {
    skipped_.push_back(skipped);
}

void SigningTally::tell_skipped() const {
    for (const Skipped& one : skipped_)
        say_beside(command_.console,
                   agent::shown(command_.words("cli.skipped_one",
                                               {{"file", one.file}, {"why", as_json(one.why)}}),
                                kWidthMax));
}

int SigningTally::finish() const {
    tell_skipped();
    if (command_.json) {
        JsonObject json{{"signed", signed_}, {"refused", refused_}};
        JsonArray skipped;
        for (const Skipped& one : skipped_)
            skipped.emplace_back(JsonObject{{"file", one.file}, {"message", english(one.why)}});
        if (!skipped.empty()) json.push_back({"skipped", std::move(skipped)});
        print_json(command_, json);
    } else if (signed_ == 0 && refused_.empty()) {
        say(command_.console, command_.words("cli.nothing_to_sign"));
    } else {
        say(command_.console, command_.words("cli.signed", {{"count", signed_}}));
    }
    for (const std::string& one : told_) complain(command_, one);
    return refused_.empty() ? done : refused;
}

int run_sign(const Command& command, const SignOptions& options) {
    if (!options.export_to.empty()) return run_sign_export(command, options);
    if (!options.attach.empty()) return run_sign_attach(command, options);
    if (options.ncalayer) return run_sign_with_ncalayer(command, options);
    return run_sign_with_key(command, options);
}

}  // namespace tizilim::agent
