#include "agent/cli/recording/issuers.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/unicode.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

constexpr std::size_t kShownMax = 9;
constexpr auto kNewest = "/api/v1/entries?order=newest&limit=200";

}  // namespace

void Issuers::load(const Command& command) {
    names_.clear();
    const DaemonReply reply = DaemonClient(command.configuration).ask({.path = kNewest});
    if (!is_success(reply.status)) return;
    const platform::JsonValue answer = read_reply(reply.body);
    for (const platform::JsonValue& entry : array_at(answer, "entries")) {
        std::string name = text_at(entry, "basis_issuer");
        if (name.empty() || text_at(entry, "state") == "void" || names_.size() == kShownMax ||
            std::ranges::find(names_, name) != names_.end())
            continue;
        names_.push_back(std::move(name));
    }
    show(command);
}

void Issuers::show(const Command& command) const {
    if (names_.empty()) return;
    say_beside(command.console, command.words("ask.issuers"));
    for (std::size_t i = 0; i < names_.size(); ++i)
        say_beside(command.console,
                   "  " + std::to_string(i + 1) + "  " + shown(names_[i], kWidthMax));
}

std::optional<std::string> Issuers::by_number(const std::string& text) const {
    for (std::size_t i = 0; i < names_.size(); ++i)
        if (text == std::to_string(i + 1)) return names_[i];
    return {};
}

std::optional<std::string> Issuers::meant_by(const std::string& text,
                                             const std::string& before) const {
    if (text.empty() || text == before) return {};
    std::optional<std::string> meant;
    for (const std::string& name : names_) {
        if (name == text) return {};
        if (!platform::fold_for_search(name).starts_with(platform::fold_for_search(text))) continue;
        if (meant) return {};
        meant = name;
    }
    return meant;
}

}  // namespace tizilim::agent
