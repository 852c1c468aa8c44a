#pragma once

#include "platform/civil_time.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/owner/owner_session.h"

#include <cstdint>
#include <map>
#include <string>

namespace tizilim::store {

/// Finds the entry that another may be a repetition of: the same day of application, basis number
/// and essence. Reads a month of the register when it is first asked of, and keeps its digests.
class OwnerSession::LikeEntries {
public:
    explicit LikeEntries(const VaultReader& vault) : vault_(vault) {}

    /// What names it to a person; empty: there is none. Void entries don't count.
    [[nodiscard]] std::string find(const EntryContent& content);
    /// The line of a file that the same holds for, among those that were noted; empty: none, and it
    /// is noted.
    [[nodiscard]] std::string find_or_note(const EntryContent& content, std::uint64_t line);

private:
    /// What tells one case from another.
    [[nodiscard]] static Digest32 digest_of(const EntryContent& content);
    using Month = std::map<Digest32, std::string>;  ///< digest -> name
    [[nodiscard]] const Month& month_of(platform::CivilDate day);
    [[nodiscard]] Month read_month(platform::CivilDate day) const;

    const VaultReader& vault_;
    std::map<platform::CivilDate, Month> months_;
    std::map<Digest32, std::uint64_t> lines_;
};

}  // namespace tizilim::store
