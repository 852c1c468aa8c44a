#pragma once

#include "platform/clock.h"
#include "platform/text/message.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// Column 7 of the form, of an entry's current version. Times are RFC 3339.
struct SignatureView {
    /// "verified", "verified_unchecked_issuer", "parsed_not_verified" or "invalid"; empty: not
    /// signed
    std::string status;
    bool issuer_checked = false;
    std::string signer;
    std::string iin;
    std::string issuer;
    std::string serial;
    std::string valid_from;
    std::string valid_to;
    std::string algorithm;  ///< OID
    std::string signed_at;  ///< empty: the signature does not say
    std::string cms;        ///< DER in base64
};

/// An entry in clear, for the register's owner: its fields as text, and what the register knows of
/// it. Times are RFC 3339.
struct EntryView : EntryTexts {
    EntryNumber number{};  ///< in `book`; 0: of another PC's book
    std::string book;
    std::string id;
    std::string recorded_at;  ///< of an imported entry a date
    bool late = false;
    bool imported = false;
    std::string delivery;  ///< delivery state: "unsigned", "pending"…
    /// Of a quarantine, a withdrawal or a failed attempt.
    std::optional<platform::Message> delivery_reason{};
    std::uint32_t attempts = 0;  ///< failed ones to deliver this version
    std::string tried_at;        ///< of the last of them
    bool pulled = false;         ///< recorded on another PC of the lawyer: no number here
    bool in_conflict = false;    ///< see conflicts()
    std::string revision;        ///< the newest that may have left; empty: none
    std::string would_leave;     ///< the document's body as it would leave; empty: nothing would
    std::uint32_t versions = 1;  ///< more than 1: amended, voided or classified since
    /// Why the time of recording may be wrong; nothing: it is not.
    std::optional<platform::Message> clock_warning{};
    SignatureView signature;
};

struct FieldChange {
    std::string field;  ///< as in entry_fields()
    std::string before;
    std::string after;
};

/// What a person began to write; the text is the page's own.
struct DraftView {
    std::string id;
    std::string text;
    platform::WallTime kept_at{};
};

/// One version of an entry: who made it, when, why and what changed.
struct VersionView {
    std::uint32_t version = 1;  ///< 1 is the first
    std::string act;            ///< "recorded", "imported", "amended", "voided", "classified"
    std::string at;             ///< RFC 3339
    std::string by;             ///< the lawyer whom the configuration named then
    std::string reason;  ///< what a person typed; or platform::packed(), of what this program did
    std::optional<platform::Message> clock_warning{};
    std::vector<FieldChange> changes;  ///< from the version before
    SignatureView signature;
    /// RFC 3339: when it was imported here with its entry's history; empty: it was made here.
    std::string brought_over{};
    // For an export, so that an import can restore the version.
    std::uint8_t clock_marks = 0;
    std::string commitment{};  ///< 64 hex digits
    std::string salt{};        ///< 64 hex digits; empty: made on another PC, not known here
};

}  // namespace tizilim::store
