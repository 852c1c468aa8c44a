#include "store/entry/rules.h"

#include "platform/civil_time.h"
#include "platform/expected.h"
#include "platform/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::CivilDate;

template <class Code>
std::string list_of(std::span<const Code> codes) {
    std::string list;
    for (const Code code : codes) {
        if (!list.empty()) list += ", ";
        list += code_of(code);
    }
    return list;
}

/// Checks one input, field by field, and collects everything that is wrong with it.
class Checker {
public:
    Checker(const EntryInput& input, const RuleContext& context)
        : input_(context.as_recorded ? input : normalised(input)), context_(context) {}

    platform::Expected<EntryDraft, std::vector<FieldError>> run() {
        codes();
        dates();
        texts();
        minutes();
        recording();
        disclosure();
        voiding();
        if (!errors_.empty()) return platform::Unexpected{std::move(errors_)};
        return std::move(draft_);
    }

private:
    void error(std::string_view field, std::string message) {
        errors_.push_back({std::string(field), std::move(message)});
    }
    void warning(std::string_view field, std::string message) {
        draft_.warnings.push_back({std::string(field), std::move(message)});
    }

    void codes() {
        EntryContent& content = draft_.content;
        if (const auto type = basis_type_of(input_.basis_type)) {
            content.basis.type = *type;
        } else {
            error("basis_type", unknown_code(input_.basis_type) + list_of(all_basis_types()));
        }
        if (const auto form = form_of(input_.form)) {
            content.form = *form;
        } else {
            error("form", unknown_code(input_.form) + list_of(all_forms()));
        }
        content.language = context_.language;
        if (!input_.language.empty()) {
            const auto language = language_of(input_.language);
            if (!language) error("language", "unknown code; use kk or ru");
            content.language = language.value_or(context_.language);
        }
        content.minor = input_.minor == "yes";
        if (!content.minor && !input_.minor.empty() && input_.minor != "no") {
            error("minor", "unknown value; use yes, no or nothing");
        }
    }

    static std::string unknown_code(const std::string& given) {
        return given.empty() ? "is missing; use one of " : "unknown code; use one of ";
    }

    std::optional<CivilDate> date(std::string_view field, const std::string& text) {
        const std::optional<CivilDate> day = platform::parse_date(text);
        if (text.empty()) {
            error(field, "is missing; give a date in the form YYYY-MM-DD");
        } else if (!day) {
            error(field, "no date of the calendar in the form YYYY-MM-DD");
        } else if (*day > context_.today) {
            error(field, "lies in the future; the register's day is " +
                             platform::format_date(context_.today));
        }
        return day;
    }

    void dates() {
        application_ = date("application_date", input_.application_date);
        if (application_) draft_.content.application_date = *application_;
        if (input_.basis_date.empty()) {
            warning("basis_date", "not given; the form's column 3 asks for the document's details");
            return;
        }
        draft_.content.basis.date = date("basis_date", input_.basis_date);
        if (application_ && draft_.content.basis.date > application_) {
            warning("basis_date", "is after the day of application");
        }
    }

    /// In NFC, or nothing where it can't be kept.
    std::string text(std::string_view field, const std::string& given, std::size_t bytes_max) {
        auto checked = check_text(given, bytes_max);
        if (checked) return *std::move(checked);
        error(field, checked.error());
        return {};
    }

    void texts() {
        EntryContent& content = draft_.content;
        std::string essence = text("essence", input_.essence, kEssenceBytesMax);
        const bool empty = input_.essence.find_first_not_of(" \t\r\n") == std::string::npos;
        if (empty && !context_.essence_is_elsewhere) {
            error("essence", "is missing; the form's column 4 asks for the legal question");
        }
        content.essence = Confidential(std::move(essence));
        content.basis.number =
            Confidential(text("basis_number", input_.basis_number, kShortTextBytesMax));
        content.basis.issuer =
            Confidential(text("basis_issuer", input_.basis_issuer, kShortTextBytesMax));
        content.late_reason =
            Confidential(text("late_reason", input_.late_reason, kShortTextBytesMax));
    }

    void minutes() {
        const std::string& given = input_.minutes;
        const char* const end = given.data() + given.size();
        std::int64_t count = 0;
        const auto [stopped, failed] = std::from_chars(given.data(), end, count);
        if (given.empty()) {
            error("minutes", "is missing; give a whole number of minutes");
        } else if (failed == std::errc::result_out_of_range || count > kMinutesMax) {
            error("minutes",
                  "more than " + std::to_string(kMinutesMax) + "; give one entry's time");
        } else if (failed != std::errc{} || stopped != end) {
            error("minutes", "no whole number of minutes");
        } else if (count <= 0) {
            error("minutes", "must be above 0");
        } else {
            draft_.content.minutes = static_cast<std::uint32_t>(count);
            if (count > kMinutesUsual) warning("minutes", "more than a day; check it");
        }
    }

    /// Order p. 4: an entry is made on the day of application. Later needs a reason, earlier can't
    /// be.
    void recording() {
        draft_.recorded_date = context_.recorded_on.value_or(context_.today);
        if (!context_.importing && !input_.recorded_date.empty()) {
            error("recorded_date", "is set by the register itself; leave it out");
        }
        if (context_.importing) {
            const auto recorded = date("recorded_date", input_.recorded_date);
            if (!recorded) return;
            draft_.recorded_date = *recorded;
        }
        if (!application_ || *application_ > context_.today) return;
        if (draft_.recorded_date < *application_) {
            error(context_.recorded_on ? "application_date" : "recorded_date",
                  context_.recorded_on
                      ? "lies after the day on which the entry was recorded"
                      : "lies before the day of application; nothing is backdated");
        }
        draft_.late = draft_.recorded_date > *application_;
        if (draft_.late && !context_.recorded_elsewhere &&
            input_.late_reason.find_first_not_of(" \t\r\n") == std::string::npos) {
            error("late_reason",
                  "is missing, but the entry is recorded after the day of application; "
                  "say why");
        }
    }

    void disclosure() {
        const DisclosureClass usual =
            context_.policy.default_for(draft_.content.basis.type, draft_.content.minor);
        draft_.disclosure = usual;
        if (input_.disclosure.empty()) return;
        const auto chosen = disclosure_class_of(input_.disclosure);
        if (!chosen || *chosen == DisclosureClass::withdrawn) {
            error("disclosure", "unknown class; use local, partial, full or nothing");
            return;
        }
        if (draft_.content.minor && *chosen != DisclosureClass::local) {
            error("disclosure", "an entry that concerns a minor stays here: leave the class out");
            return;
        }
        draft_.disclosure = *chosen;
        if (usual == DisclosureClass::local && *chosen != DisclosureClass::local) {
            warning("disclosure", "lets an entry leave that the policy keeps here");
        }
    }

    void voiding() {
        if (input_.state.empty() && input_.void_reason.empty()) return;
        const auto state = entry_state_of(input_.state.empty() ? "recorded" : input_.state);
        if (!context_.importing || !state) {
            error("state", context_.importing ? "unknown state; use void, recorded or nothing"
                                              : "is set by the register itself; leave it out");
            return;
        }
        draft_.voided = *state == EntryState::voided;
        draft_.void_reason =
            Confidential(text("void_reason", input_.void_reason, kShortTextBytesMax));
        const bool reasoned = input_.void_reason.find_first_not_of(" \t\r\n") != std::string::npos;
        if (draft_.voided && !reasoned) error("void_reason", "is missing; say why it is void");
        if (!draft_.voided && reasoned)
            error("void_reason", "is given for an entry that is not void");
    }

    const EntryInput input_;
    const RuleContext& context_;
    EntryDraft draft_;
    std::vector<FieldError> errors_;
    std::optional<CivilDate> application_;
};

}  // namespace

platform::Expected<std::string, std::string> check_text(const std::string& given,
                                                        std::size_t bytes_max) {
    const auto too_long = [&](const std::string& how) {
        return platform::Unexpected{how + "; at most " + std::to_string(bytes_max) +
                                    " bytes can be kept, shorten it"};
    };
    if (given.size() > bytes_max) {
        return too_long("has " + std::to_string(given.size()) + " bytes");
    }
    if (const auto bad = platform::invalid_utf8_at(given)) {
        return platform::Unexpected{"is no UTF-8 text at byte " + std::to_string(*bad) +
                                    "; save the file as UTF-8"};
    }
    for (const char c : given) {
        const bool break_or_tab = c == '\n' || c == '\r' || c == '\t';
        if ((static_cast<unsigned char>(c) < 0x20 && !break_or_tab) || c == '\x7f') {
            return platform::Unexpected{std::string("holds a control character; remove it")};
        }
    }
    std::string normal = platform::to_nfc(given);
    if (normal.size() > bytes_max) return too_long("is too long in Unicode's normal form");
    return normal;
}

EntryInput normalised(const EntryInput& input) {
    EntryInput normal = input;
    for (std::string* const text :
         {&normal.application_date, &normal.recorded_date, &normal.late_reason, &normal.basis_type,
          &normal.basis_number, &normal.basis_date, &normal.basis_issuer, &normal.essence,
          &normal.form, &normal.minutes, &normal.minor, &normal.disclosure, &normal.language,
          &normal.state, &normal.void_reason}) {
        *text = platform::trimmed_text(*text);
        if (!platform::invalid_utf8_at(*text)) *text = platform::to_nfc(*text);
    }
    return normal;
}

platform::Expected<EntryDraft, std::vector<FieldError>> check(const EntryInput& input,
                                                              const RuleContext& context) {
    return Checker(input, context).run();
}

}  // namespace tizilim::store
