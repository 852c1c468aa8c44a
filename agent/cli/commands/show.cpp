#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/two_columns.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

void add_signature(TwoColumns& lines, const Words& words, const JsonValue& signature) {
    if (signature.object() == nullptr) return;
    const auto add = [&](std::string_view field, const std::string& text) {
        lines.add(words(field), text);
    };
    add("field.signature", in_words(words, signature, "status"));
    add("field.signed_by", text_at(signature, "signer"));
    add("field.signer_iin", text_at(signature, "iin"));
    add("field.signed_at", in_words(words, signature, "signed_at"));
    add("field.certificate", text_at(signature, "serial"));
    add("field.issued_by",
        words(true_at(signature, "issuer_checked") ? "cli.issuer" : "cli.issuer_not_checked",
              {{"issuer", text_at(signature, "issuer")}}));
    add("field.valid", words("cli.valid_between", {{"from", text_at(signature, "valid_from")},
                                                   {"to", text_at(signature, "valid_to")}}));
}

/// "minutes: 90 → 120" for each change; one empty text when there is none.
std::vector<std::string> changes_of(const Words& words, const JsonValue& version) {
    std::vector<std::string> changes;
    for (const JsonValue& change : array_at(version, "changes")) {
        const std::string name = text_at(change, "field");
        changes.push_back(words(
            "cli.change", {{"field", field_word(words, name)},
                           {"before", member_in_words(words, name, value_at(change, "before"))},
                           {"after", member_in_words(words, name, value_at(change, "after"))}}));
    }
    if (const std::string status = in_words(words, value_at(version, "signature"), "status");
        !status.empty())
        changes.push_back(words("cli.history_signature", {{"status", status}}));
    if (const std::string warning = said(words, version, "clock_warning"); !warning.empty())
        changes.push_back(words("cli.history_clock", {{"why", warning}}));
    if (const std::string time = text_at(version, "brought_over"); !time.empty())
        changes.push_back(words("cli.history_brought_over", {{"at", time}}));
    if (changes.empty()) changes.emplace_back();
    return changes;
}

/// A row a change; who, when and why stand in the first one of a version.
void print_history(const Command& command, const JsonValue& answer) {
    constexpr std::size_t kReasonWidth = 60;
    constexpr std::size_t kChangeWidth = 120;
    const Words& words = command.words;
    const std::vector<Column> columns{{words("table.version"), Align::right},
                                      {words("table.when")},
                                      {words("table.who")},
                                      {words("table.act")},
                                      {words("table.reason"), Align::left, kReasonWidth},
                                      {words("table.changes"), Align::left, kChangeWidth}};
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& version : array_at(answer, "versions")) {
        std::vector<std::string> first{text_at(version, "version"), in_words(words, version, "at"),
                                       text_at(version, "by"), in_words(words, version, "act"),
                                       text_at(version, "reason")};
        for (std::string& change : changes_of(words, version)) {
            first.push_back(std::move(change));
            rows.push_back(std::exchange(first, std::vector<std::string>(columns.size() - 1)));
        }
    }
    print_table_or_rows(command.console, columns, rows);
}

void print_entry(const Command& command, const JsonValue& entry) {
    constexpr std::string_view kMessage = "_message";
    TwoColumns lines;
    for (const platform::JsonMember& member : *entry.object()) {
        if (member.name == "signature") {
            add_signature(lines, command.words, member.value);
        } else if (member.name != "would_leave" && !member.name.ends_with(kMessage)) {
            lines.add(field_word(command.words, member.name),
                      in_words(command.words, entry, member.name));
        }
    }
    lines.print(command.console.out, command.console.cells_max());
    print_would_leave(command, entry);
}

}  // namespace

void print_would_leave(const Command& command, const JsonValue& answer) {
    const Words& words = command.words;
    const JsonValue* const document = answer.find("would_leave");
    if (document == nullptr || document->object() == nullptr) {
        say(command.console, words("cli.nothing_would_leave"));
        return;
    }
    say(command.console, words("cli.would_leave"));
    // The signature is a block of base64: enough of it to see that it goes along.
    constexpr std::size_t kSignatureWidth = 100;
    for (const platform::JsonMember& member : *document->object()) {
        std::string line = "  " + member.name + ": ";
        line += shown(platform::to_json(member.value),
                      member.name == "eds" ? kSignatureWidth : kWidthMax);
        const std::string meaning = word_of(words, "wire.", member.name);
        if (meaning != member.name) line += "  (" + meaning + ')';
        say(command.console, line);
    }
}

int run_show(const Command& command, const std::string& name, bool history) {
    if (history)
        return ask(command, {.path = entry_path(name) + "/history"},
                   [&](const JsonValue& answer) { print_history(command, answer); });
    return ask(command, {.path = entry_path(name)}, [&](const JsonValue& answer) {
        if (answer.object() == nullptr) throw Unreachable(platform::Message{"cli.other_version"});
        print_entry(command, answer);
    });
}

}  // namespace tizilim::agent
