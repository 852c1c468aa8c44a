#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/cms/cms_timestamp.h"
#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/disk/vault.h"

#include <cstdint>
#include <optional>

namespace tizilim::store {

/// A question for a time-stamp over the journal's head: salt and nonce are new each time, so that
/// two questions over one head have nothing in common. Without a token yet.
[[nodiscard]] TimestampRecord new_timestamp(const VaultReader& vault, platform::Random& random);

/// What of it an authority is asked. \throws StoreError, damaged, when there is no such record
[[nodiscard]] platform::TimestampQuestion question_of(const VaultReader& vault,
                                                      const TimestampRecord& record);

/// What the token of `record` says, which was obtained at `obtained_at`. The error: it is not for
/// that record of the journal, does not hold, or says a time that can't be.
[[nodiscard]] platform::Expected<platform::Timestamp, platform::Message> examine(
    const VaultReader& vault, const TimestampRecord& record, platform::WallTime obtained_at,
    const platform::TrustedCertificates& trusted);

/// Remembers that the last time-stamp is in that record of the journal.
void set_last_timestamp(VaultWriter& vault, std::uint64_t sequence);
/// The record of the journal with the last time-stamp.
[[nodiscard]] std::optional<JournalRecord> last_timestamp(const VaultReader& vault);

}  // namespace tizilim::store
