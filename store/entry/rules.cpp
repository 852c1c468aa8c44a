#include "store/entry/rules.h"

#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/disclosure.h"
#include "store/entry/fields.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::CivilDate;
using platform::Message;

bool is_blank(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string trimmed(const std::string& given) {
    std::string text = platform::trimmed_text(given);
    return platform::invalid_utf8_at(text) ? text : platform::to_nfc(text);
}

/// Checks one input, field by field, and collects everything that is wrong with it.
class Checker {
public:
    explicit Checker(const RuleContext& context) : context_(context) {
        draft_.content.language = context.language;
    }

    platform::Expected<EntryDraft, std::vector<FieldError>> record(const EntryTexts& given) {
        input_ = context_.as_recorded ? given : normalised(given);
        for (const EntryField& field : entry_fields()) read(field, input_.*(field.text));
        read_recorded_date();
        is_late();
        disclosure();
        voiding();
        return result();
    }

    platform::Expected<EntryDraft, std::vector<FieldError>> amend(const EntryContent& before,
                                                                  const GivenFields& given) {
        draft_.content = before;
        draft_.recorded_date = context_.recorded_on.value_or(context_.today);
        has_late_reason_ = context_.has_late_reason && !given.contains("late_reason");
        for (const auto& [name, text] : given) {
            const EntryField* const field = find_field(name);
            if (field == nullptr || field->given_by != GivenBy::person) {
                not_amendable(name);
                continue;
            }
            input_.*(field->text) = trimmed(text);
            // Made empty, it is the register's again.
            if (field->place == FieldPlace(&EntryContent::language))
                draft_.content.language = context_.language;
            read(*field, input_.*(field->text));
        }
        is_late();
        return result();
    }

private:
    void error(std::string_view field, Message message) {
        errors_.push_back({std::string(field), std::move(message)});
    }
    void warning(std::string_view field, Message message) {
        draft_.warnings.push_back({std::string(field), std::move(message)});
    }
    [[nodiscard]] bool is_wrong(std::string_view field) const {
        return std::ranges::find(errors_, field, &FieldError::field) != errors_.end();
    }

    /// What is odd about it is worth a warning only where nothing is wrong with it.
    platform::Expected<EntryDraft, std::vector<FieldError>> result() {
        if (!errors_.empty()) return platform::Unexpected{std::move(errors_)};
        const EntryContent& content = draft_.content;
        if (!content.basis_date) {
            warning("basis_date", {"entry.basis_date_missing"});
        } else if (*content.basis_date > content.application_date) {
            warning("basis_date", {"entry.basis_date_after_application"});
        }
        if (content.minutes > kMinutesUsual) warning("minutes", {"entry.minutes_many"});
        return std::move(draft_);
    }

    void not_amendable(std::string_view name) {
        if (name == "disclosure") return error(name, {"entry.class_not_amendable"});
        // The name came from outside and may be a value that slipped: it is not repeated.
        error("fields", {"entry.field_not_amendable", {{"fields", field_names(GivenBy::person)}}});
    }

    void read(const EntryField& field, const std::string& text) {
        if (auto wrong = read_field(field, text, draft_.content)) {
            error(field.name, *std::move(wrong));
        } else if (field.name == "essence" && is_blank(text) && !context_.recorded_elsewhere) {
            error(field.name, {"entry.essence_missing"});
        } else if (is_date(field)) {
            expect_past(field.name, platform::parse_date(text));
        }
    }

    void expect_past(std::string_view field, std::optional<CivilDate> day) {
        if (!day || *day <= context_.today) return;
        error(field, {"entry.date_in_future", {{"today", platform::format_date(context_.today)}}});
    }

    void read_recorded_date() {
        constexpr std::string_view kField = "recorded_date";
        draft_.recorded_date = context_.today;
        const std::string& text = input_.recorded_date;
        if (!context_.importing) {
            if (!text.empty()) error(kField, {"entry.set_by_register"});
            return;
        }
        const auto recorded = platform::parse_date(text);
        if (text.empty()) {
            error(kField, {"entry.date_missing"});
        } else if (!recorded) {
            error(kField, {"entry.date_invalid"});
        } else {
            expect_past(kField, recorded);
            draft_.recorded_date = *recorded;
        }
    }

    /// Order p. 4: an entry is made on the day of application. Later needs a reason, earlier can't
    /// be.
    void is_late() {
        if (is_wrong("application_date")) return;
        if (context_.importing && !platform::parse_date(input_.recorded_date)) return;
        const CivilDate application = draft_.content.application_date;
        if (draft_.recorded_date < application) {
            if (context_.recorded_on) {
                error("application_date", {"entry.application_after_recording"});
            } else {
                error("recorded_date", {"entry.recorded_before_application"});
            }
        }
        draft_.late = draft_.recorded_date > application;
        const bool has_reason = context_.recorded_elsewhere || has_late_reason_;
        if (draft_.late && !has_reason && is_blank(input_.late_reason)) {
            error("late_reason", {"entry.late_reason_missing"});
        }
    }

    void disclosure() {
        const DisclosureClass usual =
            context_.policy.default_for(draft_.content.basis_type, draft_.content.minor);
        draft_.disclosure = usual;
        if (input_.disclosure.empty()) return;
        const auto chosen = disclosure_class_of(input_.disclosure);
        if (!chosen || *chosen == DisclosureClass::withdrawn) {
            error("disclosure", {"entry.class_unknown"});
            return;
        }
        if (draft_.content.minor && *chosen != DisclosureClass::local) {
            error("disclosure", {"entry.class_of_minor"});
            return;
        }
        draft_.disclosure = *chosen;
        if (usual == DisclosureClass::local && *chosen != DisclosureClass::local) {
            warning("disclosure", {"entry.class_wider_than_policy"});
        }
    }

    void voiding() {
        if (input_.state.empty() && input_.void_reason.empty()) return;
        const auto state = entry_state_of(input_.state.empty() ? "recorded" : input_.state);
        if (!context_.importing || !state) {
            error("state",
                  {context_.importing ? "entry.state_code_unknown" : "entry.set_by_register"});
            return;
        }
        draft_.voided = *state == EntryState::voided;
        auto reason = check_text(input_.void_reason, kShortTextBytesMax);
        if (!reason) return error("void_reason", reason.error());
        draft_.void_reason = Confidential(*std::move(reason));
        const bool reasoned = !is_blank(input_.void_reason);
        if (draft_.voided && !reasoned) error("void_reason", {"entry.void_reason_missing"});
        if (!draft_.voided && reasoned) error("void_reason", {"entry.void_reason_without_void"});
    }

    const RuleContext& context_;
    EntryTexts input_;
    bool has_late_reason_ = false;
    EntryDraft draft_;
    std::vector<FieldError> errors_;
};

}  // namespace

EntryTexts normalised(const EntryTexts& input) {
    EntryTexts normal = input;
    for (const EntryField& field : entry_fields())
        normal.*(field.text) = trimmed(normal.*(field.text));
    return normal;
}

platform::Expected<EntryDraft, std::vector<FieldError>> check(const EntryTexts& input,
                                                              const RuleContext& context) {
    return Checker(context).record(input);
}

platform::Expected<EntryDraft, std::vector<FieldError>> check_amended(const EntryContent& before,
                                                                      const GivenFields& given,
                                                                      const RuleContext& context) {
    return Checker(context).amend(before, given);
}

}  // namespace tizilim::store
