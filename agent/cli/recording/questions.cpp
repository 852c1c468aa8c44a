#include "agent/cli/recording/questions.h"

#include "agent/cli/commands/flags.h"
#include "agent/cli/recording/codes.h"
#include "agent/cli/recording/issuers.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/text_table.h"
#include "agent/input/codes.h"
#include "agent/input/written.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/fields.h"

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;
using store::EntryField;
using store::EntryTexts;

constexpr int kUnprocessable = 422;

std::optional<std::string> asked(const Command& command, const std::string& question) {
    command.console.out << std::flush;
    command.console.err << std::flush;
    const auto typed = command.console.ask(question);
    if (!typed) return {};
    return platform::trimmed_text(*typed);
}

class Questions {
public:
    Questions(const Command& command, JsonObject offered)
        : command_(command), offered_(std::move(offered)) {}

    int ask_all() {
        // Before the first answer is typed: is the daemon there?
        if (const int failed = look(); failed != done) return failed;
        tell(command_.words("ask.intro"));
        for (const EntryField& field : store::entry_fields()) {
            if (field.given_by == store::GivenBy::file) continue;
            // The one field that is asked for only where another makes it due.
            if (field.text == &EntryTexts::late_reason && !is_named(field)) continue;
            if (const int failed = ask(field); failed != done) return failed;
        }
        // What is wrong by a later answer.
        while (const EntryField* const field = named())
            if (const int failed = ask(*field); failed != done) return failed;
        return is_success(status_) ? done : refuse(command_, answer_);
    }
    [[nodiscard]] const JsonObject& answers() const { return answers_; }
    [[nodiscard]] const JsonValue& preview() const { return answer_; }

private:
    void tell(const std::string& text) const {
        say_beside(command_.console, shown(text, kWidthMax));
    }

    int ask(const EntryField& field) {
        const bool is_issuer = field.text == &EntryTexts::basis_issuer;
        if (is_issuer) issuers_.load(command_);
        std::string offered = offered_text(field);
        std::string before;
        while (true) {
            const auto typed = asked(command_, question(field, offered));
            if (!typed) return nothing_recorded();
            std::string text = *typed;
            if (text == "?") {
                explain(field);
                continue;
            }
            if (is_issuer) {
                if (const auto meant = issuers_.meant_by(text, before)) {
                    offered = *meant;
                    before = text;
                    continue;
                }
                text = issuers_.by_number(text).value_or(text);
            }
            if (text.empty()) text = offered;
            if (text == "-") text.clear();
            if (const int failed = put(field, text); failed != done) return failed;
            if (!is_named(field)) return done;
            tell_problem(field, text);
            std::erase_if(answers_, [&](const platform::JsonMember& member) {
                return member.name == field.name;
            });
        }
    }

    /// What the daemon says of the answers.
    int look() {
        const DaemonReply reply = DaemonClient(command_.configuration)
                                      .ask({.method = "POST",
                                            .path = "/api/v1/preview",
                                            .content_type = "application/json",
                                            .body = platform::to_json(answers_)});
        answer_ = read_reply(reply.body);
        status_ = reply.status;
        if (is_success(status_) || status_ == kUnprocessable) return done;
        return refuse(command_, answer_);
    }

    /// Takes `text` as the answer, as it is kept.
    int put(const EntryField& field, const std::string& text) {
        set_member(answers_, {std::string(field.name), text});
        if (const int failed = look(); failed != done) return failed;
        const std::string kept = text_at(value_at(answer_, "understood"), field.name);
        if (kept.empty()) return done;
        set_member(answers_, {std::string(field.name), kept});
        const std::string in_words = kept_in_words(command_.words, field.name, kept);
        if (in_words != text) tell("  → " + in_words);
        return done;
    }

    [[nodiscard]] std::string offered_text(const EntryField& field) const {
        std::string answered = text_at(JsonValue(answers_), field.name);
        if (!answered.empty()) return answered;
        std::string offered = text_at(JsonValue(offered_), field.name);
        if (offered.empty() && field.text == &EntryTexts::application_date) return "today";
        return offered;
    }

    /// "form of assistance [in courts]:"
    [[nodiscard]] std::string question(const EntryField& field, const std::string& offered) const {
        const Words& words = command_.words;
        std::string by_default = kept_in_words(words, field.name, offered);
        const std::string usual = word_of(words, "ask_default.", field.name);
        if ((offered.empty() || offered == "today") && usual != field.name) by_default = usual;
        const JsonObject values{{"field", field_word(words, field.name)}, {"default", by_default}};
        return words(by_default.empty() ? "ask.question" : "ask.question_or", values);
    }

    void explain(const EntryField& field) {
        if (field.text == &EntryTexts::basis_issuer) issuers_.show(command_);
        if (codes_of(field).empty())
            return tell("  " + command_.words("field_help." + std::string(field.name)));
        print_codes(command_.console.err, command_.words, field, command_.console.err_cells_max());
    }

    void tell_problem(const EntryField& field, const std::string& text) {
        // A list of codes says more than their names in a sentence.
        const bool asks_what_there_is = text.empty() && !codes_of(field).empty();
        if (asks_what_there_is) return explain(field);
        tell("  " + problem(field));
    }

    [[nodiscard]] int nothing_recorded() const {
        command_.console.err << '\n';
        return refuse_here(command_, platform::Message{"cli.nothing_recorded"});
    }

    [[nodiscard]] const JsonValue* error_of(const EntryField& field) const {
        for (const JsonValue& error : array_at(answer_, "errors"))
            if (text_at(error, "field") == field.name) return &error;
        return nullptr;
    }
    [[nodiscard]] bool is_named(const EntryField& field) const {
        return error_of(field) != nullptr;
    }
    [[nodiscard]] std::string problem(const EntryField& field) const {
        return said(command_.words, *error_of(field));
    }
    /// The first field that is wrong; null: none that a person gives.
    [[nodiscard]] const EntryField* named() const {
        for (const EntryField& field : store::entry_fields())
            if (field.given_by != store::GivenBy::file && is_named(field)) return &field;
        return nullptr;
    }

    const Command& command_;
    const JsonObject offered_;
    JsonObject answers_;
    JsonValue answer_;  ///< of the last preview
    int status_ = 0;
    Issuers issuers_;
};

}  // namespace

int ask_fields(const Command& command, JsonObject& fields, JsonValue& preview) {
    Questions questions(command, std::move(fields));
    const int code = questions.ask_all();
    fields = questions.answers();
    preview = questions.preview();
    return code;
}

bool ask_yes(const Command& command, std::string_view question, bool otherwise) {
    while (true) {
        const auto typed = asked(command, command.words(question));
        if (!typed) return false;
        if (typed->empty()) return otherwise;
        const Written answer = yes_or_no_written(*typed);
        if (answer) return *answer == "yes";
        complain(command, command.words(answer.error()));
    }
}

}  // namespace tizilim::agent
