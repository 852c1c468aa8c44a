#pragma once

#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/entry_view.h"
#include "store/store_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

struct Recorded {
    EntryNumber number{};
    std::string id;
    DeliveryState delivery{};
    std::vector<FieldError> warnings;
    bool is_repeated = false;  ///< it was recorded before, from the same draft
};

/// Whether the owner agreed that an act withdraws an entry that has left; that is for good.
enum class Withdrawal { not_agreed, agreed };

/// An entry after an amendment, a voiding, another class, a resolution or a retry.
struct Revised {
    EntryNumber number{};
    std::string id;
    std::uint32_t version = 1;  ///< the current one
    DeliveryState delivery{};
    DisclosureClass disclosure{};
    /// An earlier version left, or was handed to the network: it may be readable at the peer.
    bool earlier_version_left = false;
    std::vector<FieldError> warnings;
};

/// The entry has another version than the one that the person saw; nothing was changed.
class ChangedMeanwhile : public StoreError {
public:
    ChangedMeanwhile() : StoreError(refusal({"entry.changed_meanwhile"})) {}
};

/// A version that waits for the lawyer's signature, and the bytes to be signed: canonical JSON (RFC
/// 8785) of what would leave with `_id` and `commitment`; of an entry that stays, as if it left.
struct SigningTask {
    EntryNumber number{};
    std::string id;
    std::uint32_t version = 1;
    std::string bytes;
};

struct SigningPage {
    std::vector<SigningTask> tasks;
    std::optional<std::uint64_t> next;  ///< `first` of the page after; nothing: this is the last
    std::string iin;                    ///< whose signatures are asked for; empty: not compared
    bool own_key_only = false;          ///< those of another are refused
};

struct Signed {
    SignatureView signature;
    DeliveryState delivery{};
    std::vector<platform::Message> warnings;
};

}  // namespace tizilim::store
