#pragma once

#include "platform/civil_time.h"
#include "platform/expected.h"
#include "store/book/records.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

#include <string>
#include <vector>

namespace tizilim::store {

/// An entry of a file of this program's own, read and ready to be recorded as it was.
struct BroughtVersions {
    struct Version {
        EntryVersion version;  ///< its commitment is still to be computed
        std::string act;
        std::string cms;             ///< DER; empty: not signed
        bool class_is_ours = false;  ///< `local`, whatever the file says
    };
    EntryId id;
    std::vector<Version> versions;  ///< at least one
    /// It must not leave before the lawyer decides so: a later version may be lost, or it was
    /// recorded on another PC.
    bool stays_here = false;
    std::vector<FieldError> warnings{};
};

/// Of a row with BroughtEntry. What was withdrawn and what concerns a minor is `local` in every
/// version. The same rules hold as for every entry, but for those of the day on which it is
/// recorded: it was recorded long ago. `offset` is that of a recording of which only the day is
/// known.
[[nodiscard]] platform::Expected<BroughtVersions, std::vector<FieldError>> versions_of(
    const ImportRow& row, const RuleContext& context, platform::UtcOffset offset);

}  // namespace tizilim::store
