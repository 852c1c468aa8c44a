#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/owner/owner_session.h"

#include <cstdint>
#include <map>
#include <optional>

namespace tizilim::store {

/// Finds an entry that may be a duplicate: the same day of application, basis number and essence.
/// Reads each month of the register once, when first asked about it, and keeps digests alone.
class OwnerSession::LikeEntries {
public:
    explicit LikeEntries(const VaultReader& vault) : vault_(vault) {}

    /// Its name in words: number (and book, if not the current one) or id; nothing: there is none.
    /// Void entries don't count.
    [[nodiscard]] std::optional<platform::Message> find(const EntryContent& content);
    /// The earlier line of a file that is like it; nothing: none, and `line` is remembered.
    [[nodiscard]] std::optional<std::uint64_t> find_or_note(const EntryContent& content,
                                                            std::uint64_t line);

private:
    /// Of the three fields.
    [[nodiscard]] static Digest32 digest_of(const EntryContent& content);
    using Month = std::map<Digest32, platform::Message>;  ///< digest -> as find() gives it
    [[nodiscard]] const Month& month_of(platform::CivilDate day);
    [[nodiscard]] Month read_month(platform::CivilDate day) const;

    const VaultReader& vault_;
    std::map<platform::CivilDate, Month> months_;
    std::map<Digest32, std::uint64_t> lines_;
};

}  // namespace tizilim::store
