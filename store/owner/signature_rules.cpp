#include "store/owner/signature_rules.h"

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/entry/disclosure.h"
#include "store/register/register.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::CmsSignature;
using platform::Message;
using platform::WallTime;

constexpr std::chrono::hours kAheadMax{24};

/// Before schema 3 a version did not say when it was made.
WallTime recorded_at(const EntryVersion& version) {
    return version.made_at == WallTime{} ? version.entry.recorded_at : version.made_at;
}

class Judge {
public:
    Judge(const CmsSignature& found, const SignatureRules& rules) : found_(found), rules_(rules) {}

    /// Whether it was made when it can have been: between the version's recording and now.
    [[nodiscard]] std::optional<Message> time_refusal(WallTime recorded) const {
        if (!found_.signed_at) return undated_refusal();
        // A signature says the second.
        if (*found_.signed_at < std::chrono::floor<std::chrono::seconds>(recorded)) {
            return Message{"signature.before_recording",
                           {{"made", shown(*found_.signed_at)}, {"recorded", shown(recorded)}}};
        }
        if (*found_.signed_at > rules_.now + kAheadMax) {
            return Message{"signature.far_ahead",
                           {{"made", shown(*found_.signed_at)}, {"now", shown(rules_.now)}}};
        }
        return {};
    }

    [[nodiscard]] bool is_others_key() const {
        const std::string& own = rules_.settings.lawyer_iin;
        return !own.empty() && found_.iin != own;
    }

private:
    [[nodiscard]] std::string shown(WallTime time) const {
        return platform::format_time(time, rules_.settings.utc_offset);
    }

    [[nodiscard]] std::optional<Message> undated_refusal() const {
        if (!found_.covers_bytes) return Message{"signature.undated_digest_unknown"};
        if (rules_.now >= found_.not_before && rules_.now <= found_.not_after) return {};
        return Message{"signature.undated_certificate_not_valid",
                       {{"now", shown(rules_.now)},
                        {"from", shown(found_.not_before)},
                        {"to", shown(found_.not_after)}}};
    }

    const CmsSignature& found_;
    const SignatureRules& rules_;
};

/// Why a signature that is attached elsewhere is refused; nothing: it is not. A signature is over
/// one version's bytes. Two versions may have equal bytes (where only confidential fields were
/// amended): then each has a signature of its own.
std::optional<Message> reuse_refusal(const BookReader& book, const VersionName& of,
                                     std::string_view bytes, std::string_view cms,
                                     const SignatureRules& rules) {
    const auto other = book.signed_over(platform::message_digest_of(cms));
    if (!other || *other == of) return {};
    const bool same_bytes =
        signing_bytes(book.version(other->id, other->number).entry, rules.settings.policy) == bytes;
    const auto kept = book.signature(other->id, other->number);
    if (same_bytes && kept && kept->cms != cms) return {};
    if (other->id != of.id) return Message{"signature.of_another_entry"};
    return Message{"signature.of_another_version", {{"version", other->number}}};
}

}  // namespace

platform::Expected<AcceptedSignature, Message> accept_signature(const BookReader& book,
                                                                const VersionName& of,
                                                                std::string_view cms,
                                                                const SignatureRules& rules) {
    const EntryVersion version = book.version(of.id, of.number);
    const std::string bytes = signing_bytes(version.entry, rules.settings.policy);
    const CmsSignature found = platform::examine_cms(cms, bytes, rules.trusted);
    if (found.status == platform::SignatureStatus::invalid) {
        return platform::Unexpected{found.reason.value_or(Message{})};
    }
    const Judge judge(found, rules);
    std::optional<Message> why = reuse_refusal(book, of, bytes, cms, rules);
    if (!why) why = judge.time_refusal(rules.recorded_at.value_or(recorded_at(version)));
    const bool others_key = judge.is_others_key();
    if (!why && others_key && rules.settings.own_key_only) why = {"signature.by_another_person"};
    if (why) return platform::Unexpected{*std::move(why)};
    AcceptedSignature accepted{signature_record(found, cms), found.warnings};
    if (others_key) accepted.warnings.push_back({"signature.iin_differs"});
    return accepted;
}

}  // namespace tizilim::store
