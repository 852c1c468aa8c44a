#pragma once

#include "platform/text/civil_time.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/owner/owner_session.h"

#include <cstdint>
#include <map>
#include <string>

namespace tizilim::store {

/// Finds an entry that may be a duplicate: the same day of application, basis number and essence.
/// Reads each month of the register once, when first asked about it, and keeps digests alone.
class OwnerSession::LikeEntries {
public:
    explicit LikeEntries(const VaultReader& vault) : vault_(vault) {}

    /// Its number (and book, if not the current one) or id; empty: none. Void entries don't count.
    [[nodiscard]] std::string find(const EntryContent& content);
    /// The earlier line of a file that is like it; empty: none, and `line` is remembered.
    [[nodiscard]] std::string find_or_note(const EntryContent& content, std::uint64_t line);

private:
    /// Of the three fields.
    [[nodiscard]] static Digest32 digest_of(const EntryContent& content);
    using Month = std::map<Digest32, std::string>;  ///< digest -> as find() gives it
    [[nodiscard]] const Month& month_of(platform::CivilDate day);
    [[nodiscard]] Month read_month(platform::CivilDate day) const;

    const VaultReader& vault_;
    std::map<platform::CivilDate, Month> months_;
    std::map<Digest32, std::uint64_t> lines_;
};

}  // namespace tizilim::store
