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
    [[nodiscard]] std::string time_refusal(WallTime recorded) const {
        if (!found_.signed_at) return undated_refusal();
        // A signature says the second.
        if (*found_.signed_at < std::chrono::floor<std::chrono::seconds>(recorded)) {
            return "it was made at " + shown(*found_.signed_at) +
                   ", before the version was recorded, at " + shown(recorded) +
                   ": it is of something else. Sign the version as it is now; where the clock was "
                   "wrong "
                   "when it was recorded, amend it first";
        }
        if (*found_.signed_at > rules_.now + kAheadMax) {
            return "it says that it was made at " + shown(*found_.signed_at) +
                   ", more than a day after now, which is " + shown(rules_.now) +
                   ". Set the clocks right and sign again";
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

    [[nodiscard]] std::string undated_refusal() const {
        if (!found_.covers_bytes) {
            return "it does not say when it was made, and its digest cannot be computed here: "
                   "nothing tells that it is of this version. Sign so that it holds the time";
        }
        if (rules_.now >= found_.not_before && rules_.now <= found_.not_after) return {};
        return "it does not say when it was made, and now, at " + shown(rules_.now) +
               ", its certificate is not valid (" + shown(found_.not_before) + " to " +
               shown(found_.not_after) + ")";
    }

    const CmsSignature& found_;
    const SignatureRules& rules_;
};

/// Why a signature that is attached elsewhere is refused; empty: it is not. A signature is over one
/// version's bytes. Two versions may have equal bytes (where only confidential fields were
/// amended): then each has a signature of its own.
std::string reuse_refusal(const BookReader& book, const VersionName& of, std::string_view bytes,
                          std::string_view cms, const SignatureRules& rules) {
    const auto other = book.signed_over(platform::message_digest_of(cms));
    if (!other || *other == of) return {};
    const bool same_bytes =
        signing_bytes(book.version(other->id, other->number).entry, rules.settings.policy) == bytes;
    const auto kept = book.signature(other->id, other->number);
    if (same_bytes && kept && kept->cms != cms) return {};
    return "it is attached to " +
           (other->id == of.id ? "version " + std::to_string(other->number) + " of this entry"
                               : std::string("another entry")) +
           " already; sign the bytes of this version";
}

}  // namespace

platform::Expected<AcceptedSignature, std::string> accept_signature(const BookReader& book,
                                                                    const VersionName& of,
                                                                    std::string_view cms,
                                                                    const SignatureRules& rules) {
    const EntryVersion version = book.version(of.id, of.number);
    const std::string bytes = signing_bytes(version.entry, rules.settings.policy);
    const CmsSignature found = platform::examine_cms(cms, bytes, rules.trusted);
    if (found.status == platform::SignatureStatus::invalid) {
        return platform::Unexpected{platform::in_english(*found.reason)};
    }
    const Judge judge(found, rules);
    std::string why = reuse_refusal(book, of, bytes, cms, rules);
    if (why.empty()) why = judge.time_refusal(rules.recorded_at.value_or(recorded_at(version)));
    const bool others_key = judge.is_others_key();
    if (why.empty() && others_key && rules.settings.own_key_only) {
        why =
            "its certificate does not name the IIN of the configuration (register.iin): it is "
            "by another person's key. Sign with your own, or allow others by eds.own_key_only";
    }
    if (!why.empty()) return platform::Unexpected{std::move(why)};
    AcceptedSignature accepted{signature_record(found, cms), found.warnings};
    if (others_key) {
        accepted.warnings.push_back(platform::as_it_stands(
            "the signer's IIN is not the one in the configuration (register.iin)"));
    }
    return accepted;
}

}  // namespace tizilim::store
