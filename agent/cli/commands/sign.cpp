#include "agent/api/answers.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/signing.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/signing_document.h"
#include "agent/documents/text_table.h"
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
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

using Secret = platform::Expected<std::string, std::string>;

constexpr std::size_t kKeyFileBytesMax = std::size_t{1} << 20;
constexpr std::size_t kPasswordBytesMax = 4096;

/// The id becomes a file's name and a part of a path: whatever answers must not choose those.
bool is_entry_id(std::string_view text) {
    constexpr std::size_t kIdBytes = 36;
    return text.size() == kIdBytes &&
           text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

WaitingVersion waiting_of(const JsonValue& task) {
    const JsonValue* const version = task.find("version");
    WaitingVersion waiting{.number = text_at(task, "number"),
                           .id = text_at(task, "id"),
                           .bytes = text_at(task, "bytes")};
    if (!is_entry_id(waiting.id) || version == nullptr || version->integer() == nullptr)
        throw Unreachable("what answers at the control socket is no tizilimd of this version");
    waiting.version = *version->integer();
    return waiting;
}

/// Whatever answers: nothing but an entry's own document is signed, or written out for that.
int take_document(const Command& command, const WaitingVersion& waiting,
                  const std::function<int(const WaitingVersion& waiting)>& take) {
    const auto problem = signing_problem(waiting.id, waiting.bytes);
    if (!problem) return take(waiting);
    return refuse_here(command, "what tizilimd gives to be signed for the entry " + waiting.id +
                                    " is not to be signed: " + platform::in_english(*problem) +
                                    ". Nothing was signed; run the same version of tizilim and "
                                    "tizilimd");
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
            return platform::Unexpected{file + " holds a password, but others may read it (" +
                                        mode + "): chmod 600 " + file};
        if (const auto exposure = platform::exposure_to_others(file))
            return platform::Unexpected{"no password is read: " + platform::in_english(*exposure)};
        return first_line_of(platform::read_file(file, kPasswordBytesMax));
    }
    if (options.password_stdin) {
        std::string text(kPasswordBytesMax, '\0');
        command.console.in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(command.console.in.gcount()));
        return first_line_of(std::move(text));
    }
    if (!command.console.ask_secret)
        return platform::Unexpected{std::string(
            "there is no terminal to ask for the key's password at: give --password-file FILE or "
            "--password-stdin")};
    auto typed = command.console.ask_secret("Password of " + options.key.string() + ": ");
    if (!typed) return platform::Unexpected{std::string("no password was given")};
    return *std::move(typed);
}

/// Nothing but the message when it fails: then nothing was signed.
platform::Expected<platform::SigningKey, std::string> open_key(const Command& command,
                                                               const SignOptions& options) {
    const std::string p12 = platform::read_file(options.key, kKeyFileBytesMax);
    const Secret password = password_of(command, options);
    if (!password) return platform::Unexpected{password.error()};
    auto key = platform::SigningKey::open(p12, *password, command.console.now());
    if (!key)
        return platform::Unexpected{options.key.string() + ": " +
                                    platform::in_english(key.error())};
    return *std::move(key);
}

int run_sign_with_key(const Command& command, const SignOptions& options) {
    SigningTally tally(command);
    std::optional<platform::SigningKey> key;
    const int code = for_each_waiting(command, options.name, [&](const WaitingVersion& waiting) {
        // Only now: nobody is asked for a password when nothing waits.
        if (!key) {
            auto opened = open_key(command, options);
            if (!opened) return refuse_here(command, opened.error());
            key.emplace(*std::move(opened));
        }
        const auto cms = key->sign(waiting.bytes, command.console.now());
        if (!cms)
            return refuse_here(command,
                               "the key does not sign: " + platform::in_english(cms.error()));
        const std::string shown = waiting.number.empty() ? waiting.id : waiting.number;
        return tally.attach(waiting.id, waiting.version, *cms, shown);
    });
    if (!key && code != done) return code;
    const int counted = tally.finish();
    return code != done ? code : counted;
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
            return refuse_here(command, "tizilimd gives another entry than " + name +
                                            " to be signed. Nothing was signed");
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
        if (first && *first <= before)
            throw Unreachable("what answers at the control socket is no tizilimd of this version");
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
            if (warning.string() != nullptr)
                command_.console.err << "warning: entry " << agent::shown(shown, kWidthMax) << ": "
                                     << agent::shown(*warning.string(), kWidthMax) << '\n';
        return done;
    }
    const bool of_this_one = reply.status == 400 || reply.status == 404 || reply.status == 409;
    if (!of_this_one) return agent::refuse(command_, answer);
    refuse(shown, text_at(answer, "message"));
    return done;
}

void SigningTally::refuse(const std::string& shown, const std::string& message) {
    refused_.emplace_back(JsonObject{{"entry", shown}, {"message", message}});
}

void SigningTally::skip(const Skipped& skipped) {
    skipped_.emplace_back(JsonObject{{"file", skipped.file}, {"message", skipped.why}});
}

void SigningTally::tell_skipped() const {
    for (const JsonValue& one : skipped_)
        command_.console.err << "skipped: " << shown(text_at(one, "file"), kWidthMax) << ": "
                             << shown(text_at(one, "message"), kWidthMax) << '\n';
}

int SigningTally::finish() const {
    tell_skipped();
    if (command_.json) {
        JsonObject told{{"signed", signed_}, {"refused", refused_}};
        if (!skipped_.empty()) told.push_back({"skipped", skipped_});
        command_.console.out << platform::to_json(told) << '\n';
    } else if (signed_ == 0 && refused_.empty()) {
        command_.console.out << "Nothing waits for a signature\n";
    } else {
        command_.console.out << signed_ << " signed\n";
    }
    for (const JsonValue& one : refused_)
        command_.console.err << "tizilim: refused: " << shown(text_at(one, "entry"), kWidthMax)
                             << ": " << shown(text_at(one, "message"), kWidthMax) << '\n';
    return refused_.empty() ? done : refused;
}

int run_sign(const Command& command, const SignOptions& options) {
    if (!options.export_to.empty()) return run_sign_export(command, options);
    if (!options.attach.empty()) return run_sign_attach(command, options);
    return run_sign_with_key(command, options);
}

}  // namespace tizilim::agent
