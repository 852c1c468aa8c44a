#include "tests/process/office.h"

#include "platform/check.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/process/canned_server.h"
#include "tests/support/child_process.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

/// Empty when there is no such text.
std::string text_in(const platform::JsonValue& json, const std::vector<std::string>& names) {
    const platform::JsonValue* const value = at(json, names);
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

}  // namespace

Office::Office(const std::string& url) : port_(free_port()) {
    configure(url);
    CHECK(tizilim({"init", "--here"}).code == 0);
}

Office::Office(std::vector<std::string> environment)
    : environment_(std::move(environment)), port_(free_port()) {}

void Office::configure(const std::string& url, const std::string& more_sync,
                       const std::string& more) {
    std::string text = "[register]\ndirectory = register\nrequire_signature = false\n";
    if (!url.empty()) text += "[unified]\nurl = " + url + "\nproxy =\n";
    text += "[sync]\n" + (more_sync.empty() ? "poll_seconds = 5\n" : more_sync);
    text += "[status]\nport = " + std::to_string(port_) + "\n" + more;
    platform::write_file_atomically(config(), text);
}

support::Command Office::program(const std::string& path) const {
    // env becomes the program, with the same process id.
    support::Command command = starter_;
    command.insert(command.end(), {"/usr/bin/env", "XDG_STATE_HOME=" + state_folder().string()});
    command.insert(command.end(), environment_.begin(), environment_.end());
    command.insert(command.end(), {path, "--config", config().string()});
    return command;
}

support::Command Office::tizilim_command(const std::vector<std::string>& arguments) const {
    support::Command command = program(TIZILIM_PROGRAM);
    // Whatever the system speaks.
    command.insert(command.end(), {"--language", "en"});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

support::Finished Office::tizilim(const std::vector<std::string>& arguments) const {
    return support::run(tizilim_command(arguments), folder(), kCommandTime);
}

platform::JsonValue Office::ask(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const support::Finished asked = tizilim(arguments);
    if (asked.code != 0) return {};
    auto json = platform::read_json(asked.out);
    return json ? *std::move(json) : platform::JsonValue{};
}

void Office::join(const Office& first) {
    const platform::JsonValue code = first.ask({"pair"});
    CHECK(code.find("code") != nullptr);
    CHECK(tizilim({"init", "--here", "--join", *code.find("code")->string()}).code == 0);
}

std::vector<std::string> Office::add_arguments(int minutes) const {
    return {"--json",         "add",    "--again",        "--basis",     "court_resolution",
            "--basis-number", "Т-1",    "--basis-issuer", "Учебный суд", "--essence",
            "кража",          "--form", "court",          "--minutes",   std::to_string(minutes)};
}

support::ChildProcess& Office::start_daemon() {
    daemon_.reset();
    const std::filesystem::path log = folder_ / "tizilimd.log";
    daemon_ = std::make_unique<support::ChildProcess>(program(daemon_program_), log, log);
    return *daemon_;
}

bool Office::start() {
    start_daemon();
    return support::eventually(
               kCommandTime,
               [this] { return !daemon_->running() || status().object() != nullptr; }) &&
           daemon_->running();
}

support::Finished Office::run_daemon(const std::vector<std::string>& arguments) const {
    support::Command command = program(daemon_program_);
    command.insert(command.end(), arguments.begin(), arguments.end());
    return support::run(command, folder(), kCommandTime);
}

platform::JsonValue Office::status() const {
    return ask({"status"});
}

std::string Office::state() const {
    return text_in(status(), {"state"});
}

std::int64_t Office::entries(const std::string& name) const {
    const platform::JsonValue now = status();
    const platform::JsonValue* const count = at(now, {"entries", name});
    return count == nullptr || count->integer() == nullptr ? -1 : *count->integer();
}

bool Office::reaches(const std::string& wanted) const {
    return support::eventually(kDeliveryTime, [&] {
        const platform::JsonValue now = status();
        if (text_in(now, {"state"}) != wanted) return false;
        // After a start it may be synced by what it remembers: here it has also come to rest.
        return wanted != "synced" || text_in(now, {"next", "why"}) == "the next look at the server";
    });
}

const platform::JsonValue* at(const platform::JsonValue& json,
                              const std::vector<std::string>& names) {
    const platform::JsonValue* value = &json;
    for (const std::string& name : names)
        if (value != nullptr) value = value->find(name);
    return value;
}

platform::JsonValue json_of(const std::string& text) {
    auto json = platform::read_json(text);
    return json ? *std::move(json) : platform::JsonValue{};
}

}  // namespace tizilim::process
