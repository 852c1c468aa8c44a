#pragma once

#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "store/book/records.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

#include <string>
#include <vector>

namespace tizilim::store {

/// An entry from an export or a salvage, checked and ready to be recorded with all its versions.
struct BroughtVersions {
    struct Version {
        EntryVersion version;        ///< `entry.commitment` is the file's, not computed
        std::string act;             ///< by which it was made there
        std::string cms;             ///< DER; empty: not signed
        bool class_is_ours = false;  ///< `local`, whatever the file says
    };
    EntryId id;
    std::vector<Version> versions;  ///< at least one
    /// It becomes `local` until the lawyer classifies it: a later version may be lost, or it was
    /// recorded on another PC.
    bool stays_here = false;
    std::vector<FieldError> warnings{};
};

/// Checks a row that has BroughtEntry. A version that is withdrawn or concerns a minor becomes
/// `local`. All rules hold but those about the day of recording, which is past. `offset`: for a
/// `recorded_at` that is a date alone.
[[nodiscard]] platform::Expected<BroughtVersions, std::vector<FieldError>> versions_of(
    const ImportRow& row, const RuleContext& context, platform::UtcOffset offset);

}  // namespace tizilim::store
