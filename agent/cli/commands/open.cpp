#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "platform/files/file.h"
#include "platform/text/json.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

constexpr std::chrono::seconds kBrowserTime{10};
constexpr std::chrono::milliseconds kBetweenLooks{200};

/// What a browser opens; it leads on to the page. In the home itself, under a name that shows:
/// browsers that are confined read nothing else. There are no two of them, and it goes at the end.
class LeadingFile {
public:
    /// \throws platform::FileError
    LeadingFile(const std::filesystem::path& home, const std::string& address)
        : path_(home / "tizilim-open.html") {
        // The address is the daemon's, and made of what needs no escaping.
        const std::string page =
            "<!doctype html><meta charset=\"utf-8\"><title>Tizilim</title>"
            "<meta http-equiv=\"refresh\" content=\"0; url=" +
            address + "\"><a href=\"" + address + "\">Tizilim</a>\n";
        platform::write_file_atomically(path_, page);
    }
    ~LeadingFile() {
        std::error_code failed;  // then it leads nowhere
        std::filesystem::remove(path_, failed);
    }
    LeadingFile(const LeadingFile&) = delete;
    LeadingFile& operator=(const LeadingFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    const std::filesystem::path path_;
};

DaemonRequest post_of(std::string path) {
    return {.method = "POST", .path = std::move(path)};
}

bool is_plain(std::string_view address) {
    return address.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789:/.#") ==
           std::string_view::npos;
}

/// Whether the page has come for its code in the time that a browser takes to start.
bool is_traded(const Command& command, const std::string& code_id) {
    const DaemonClient daemon(command.configuration);
    for (auto waited = kBetweenLooks; waited <= kBrowserTime; waited += kBetweenLooks) {
        command.console.wait(kBetweenLooks);
        const DaemonReply reply = daemon.ask({.path = "/api/v1/page/code/" + url_part(code_id)});
        if (text_at(read_reply(reply.body), "state") == "traded") return true;
    }
    return false;
}

/// Whether a browser shows the page that `made` is the code of.
bool is_open_in_browser(const Command& command, const JsonValue& made) {
    const Console& console = command.console;
    const std::string address = text_at(made, "address") + '#' + text_at(made, "code");
    if (!console.open_file || console.home.empty() || !is_plain(address)) return false;
    const LeadingFile file(console.home, address);
    return console.open_file(file.path()) && is_traded(command, text_at(made, "id"));
}

/// For the person to type: whatever kept the browser away, this works.
int show_typed_code(const Command& command) {
    const DaemonReply reply =
        DaemonClient(command.configuration).ask(post_of("/api/v1/page/typed-code"));
    return conclude(command, reply, [&](const JsonValue& made) {
        std::string code = text_at(made, "code");
        code.insert(code.size() / 2, " ");
        say(command.console,
            command.words("cli.page_code",
                          {{"address", text_at(made, "address")}, {"code", code}, {"minutes", 3}}));
    });
}

}  // namespace

int run_open(const Command& command) {
    const DaemonReply reply = DaemonClient(command.configuration).ask(post_of("/api/v1/page/code"));
    const JsonValue made = read_reply(reply.body);
    if (!is_success(reply.status)) return refuse(command, made);
    if (!is_open_in_browser(command, made)) return show_typed_code(command);
    if (command.json) {
        print_json(command, platform::JsonObject{{"opened", true}});
    } else {
        say(command.console, command.words("cli.page_open"));
    }
    return done;
}

int run_open_end(const Command& command) {
    const DaemonReply reply = DaemonClient(command.configuration).ask(post_of("/api/v1/page/end"));
    return conclude(command, reply, [&](const JsonValue& answer) {
        const std::int64_t* const ended = value_at(answer, "ended").integer();
        say(command.console,
            command.words("cli.page_sessions_ended", {{"count", ended != nullptr ? *ended : 0}}));
    });
}

}  // namespace tizilim::agent
