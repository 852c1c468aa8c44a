#include "store/owner/brought_entry.h"

#include "platform/expected.h"
#include "platform/hex.h"
#include "platform/text/base64.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

/// The acts that make a version.
constexpr auto kMakingActs =
    std::to_array<Act>({Act::recorded, Act::imported, Act::classified, Act::pulled, Act::amended,
                        Act::voided, Act::withdrawn, Act::merged, Act::resolved});

bool is_act(std::string_view act) {
    return std::any_of(kMakingActs.begin(), kMakingActs.end(),
                       [&](Act one) { return code_of(one) == act; });
}

bool is_digest(const std::string& hex) {
    const auto bytes = platform::from_hex(hex);
    return bytes && bytes->size() == sizeof(Digest32);
}

/// Makes versions from a row, and collects what is wrong with it.
class Bringer {
public:
    Bringer(const ImportRow& row, const RuleContext& context, platform::UtcOffset offset)
        : row_(row), brought_(*row.brought), context_(context), offset_(offset) {}

    platform::Expected<BroughtVersions, std::vector<FieldError>> run() {
        const auto id = EntryId::parse(row_.id);
        if (!id) error("id", {"import.id_invalid"});
        if (brought_.versions.empty()) error("history", {"import.history_empty"});
        if (!read_time()) error("recorded_at", {"import.recorded_at_invalid"});
        if (!id || !errors_.empty()) return platform::Unexpected{std::move(errors_)};
        result_.id = *id;
        latest_ = recorded_day();
        for (const BroughtVersion& version : brought_.versions) add(version);
        if (!errors_.empty()) return platform::Unexpected{std::move(errors_)};
        result_.stays_here = brought_.uncertain || brought_.pulled;
        warn();
        return std::move(result_);
    }

private:
    void error(std::string_view field, const Message& message) {
        errors_.push_back({std::string(field), message});
    }

    bool read_time() {
        const auto day = platform::parse_date(brought_.recorded_at);
        if (day) {
            recorded_ = {std::chrono::sys_days(*day) - offset_, offset_};
            imported_ = true;
            return true;
        }
        const auto time = platform::parse_time(brought_.recorded_at);
        if (time) recorded_ = *time;
        return time.has_value();
    }

    /// `today` is the latest day on which the entry was recorded or a version so far was made, by
    /// the clock of then: no day that a version names may be later.
    [[nodiscard]] RuleContext context_for(const EntryTexts& input) const {
        RuleContext context = context_;
        context.as_recorded = true;
        context.today = latest_;
        if (brought_.pulled) {
            for (const std::string* const text :
                 {&input.application_date, &input.recorded_date, &input.basis_date}) {
                if (const auto day = platform::parse_date(*text))
                    context.today = std::max(context.today, *day);
            }
        }
        context.recorded_elsewhere = brought_.pulled;
        return context;
    }

    void add(const BroughtVersion& said) {
        EntryTexts input = said.input;
        if (input.state == code_of(EntryState::voided)) {
            if (input.void_reason.empty()) input.void_reason = "-";
        } else {
            input.void_reason.clear();
        }
        const bool stays =
            input.minor == "yes" || input.disclosure == code_of(DisclosureClass::withdrawn);
        if (stays) input.disclosure = code_of(DisclosureClass::local);
        const auto at = platform::parse_time(said.at);
        latest_ =
            std::max(latest_, at ? platform::civil_day(at->time, at->offset) : context_.today);
        auto draft = check(input, context_for(input));
        const auto reason = check_text(said.reason, kShortTextBytesMax);
        const auto by = check_text(said.by, kShortTextBytesMax);
        const auto cms = platform::from_base64(said.cms);
        const bool commits = said.commitment.empty() || is_digest(said.commitment);
        // Only another PC's salts are not known here.
        const bool salts = said.salt.empty() ? brought_.pulled : is_digest(said.salt);
        if (draft && !brought_.pulled && draft->recorded_date != recorded_day()) {
            error("recorded_date", {"import.recorded_date_differs"});
        } else if (!draft) {
            errors_.insert(errors_.end(), draft.error().begin(), draft.error().end());
        } else if (!reason || !by || !is_act(said.act) || !cms || !commits || !salts) {
            error("history", {"import.version_malformed"});
        } else {
            EntryVersion version = version_of(*draft, said);
            version.reason = Confidential(*reason);
            version.made_by = *by;
            version.made_at = at ? at->time : version.entry.recorded_at;
            result_.versions.push_back({std::move(version), said.act, *cms, stays});
        }
    }

    [[nodiscard]] platform::CivilDate recorded_day() const {
        return platform::civil_day(recorded_.time, recorded_.offset);
    }

    [[nodiscard]] EntryVersion version_of(const EntryDraft& draft,
                                          const BroughtVersion& said) const {
        EntryVersion version;
        Entry& entry = version.entry;
        entry.id = result_.id;
        entry.content = draft.content;
        entry.disclosure = draft.disclosure;
        entry.state = draft.voided ? EntryState::voided : EntryState::recorded;
        entry.recorded_at = recorded_.time;
        entry.recorded_offset = recorded_.offset;
        entry.imported = imported_;
        entry.late = draft.late;
        entry.commitment = said.commitment;
        version.clock = said.clock_marks;
        if (const auto salt = platform::from_hex(said.salt); salt && !salt->empty()) {
            std::memcpy(version.salt.data(), salt->data(), version.salt.size());
        }
        return version;
    }

    void warn() {
        if (std::chrono::sys_days(recorded_day()) >
            std::chrono::sys_days(context_.today) + std::chrono::days(1))
            result_.warnings.push_back({"recorded_at", {"import.recorded_in_future"}});
        for (const std::uint64_t missing : brought_.missing) {
            result_.warnings.push_back(
                {"history", {"import.version_unreadable", {{"version", missing}}}});
        }
        if (brought_.uncertain) {
            result_.warnings.push_back({"history", {"import.later_version_may_be_lost"}});
        }
    }

    const ImportRow& row_;
    const BroughtEntry& brought_;
    const RuleContext& context_;
    const platform::UtcOffset offset_;
    platform::TimeAtOffset recorded_{};
    bool imported_ = false;
    platform::CivilDate latest_{};
    BroughtVersions result_;
    std::vector<FieldError> errors_;
};

}  // namespace

platform::Expected<BroughtVersions, std::vector<FieldError>> versions_of(
    const ImportRow& row, const RuleContext& context, platform::UtcOffset offset) {
    return Bringer(row, context, offset).run();
}

}  // namespace tizilim::store
