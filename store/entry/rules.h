#pragma once

#include "platform/civil_time.h"
#include "platform/expected.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// An entry as a person or a file gives it: text, unchecked, one field a column of the sample
/// registers. Empty means not given.
struct EntryInput {
    std::string application_date;  ///< "2025-11-03"
    std::string recorded_date;     ///< imports only; later than application_date needs a reason
    std::string late_reason;
    std::string basis_type;  ///< a code
    std::string basis_number;
    std::string basis_date;
    std::string basis_issuer;
    std::string essence;
    std::string form;         ///< a code
    std::string minutes;      ///< a whole number
    std::string minor;        ///< "yes", "no" or empty
    std::string disclosure;   ///< a class; empty: the policy's default
    std::string language;     ///< "kk" or "ru"; empty: the register's
    std::string state;        ///< imports only: "void", "recorded" or empty
    std::string void_reason;  ///< imports only, of a voided entry
};

/// Fields by their names in EntryInput, of those that are given.
using GivenFields = std::map<std::string, std::string, std::less<>>;

/// What is wrong with one field. The message says what is asked for, and never repeats the value.
struct FieldError {
    std::string field;  ///< as in EntryInput
    std::string message;
};

/// An entry that may be recorded.
struct EntryDraft {
    EntryContent content;
    DisclosureClass disclosure = DisclosureClass::local;
    platform::CivilDate recorded_date{};
    bool late = false;
    bool voided = false;  ///< of an import
    Confidential<std::string> void_reason;
    std::vector<FieldError> warnings;  ///< recorded all the same
};

struct RuleContext {
    platform::CivilDate today{};
    Language language = Language::ru;  ///< for entries that name none
    bool importing = false;            ///< recorded_date counts only then
    const DisclosurePolicy& policy;
    /// Of an amendment: the day on which the entry was recorded, which stays.
    std::optional<platform::CivilDate> recorded_on{};
    /// Of an entry that comes back: its texts stay as they were, untrimmed, or their signature
    /// would not fit any more.
    bool as_recorded = false;
    /// Of an entry of another PC: what is confidential of it is not known here, and not asked for.
    bool recorded_elsewhere = false;
    bool essence_is_elsewhere = false;
};

/// Bounds of the free-text fields, bytes of UTF-8 after NFC.
inline constexpr std::size_t kEssenceBytesMax = std::size_t{16} * 1024;
inline constexpr std::size_t kShortTextBytesMax = 1024;
inline constexpr std::uint32_t kMinutesMax = 100'000;
inline constexpr std::uint32_t kMinutesUsual = 1440;  ///< above: a warning

/// A text a person gave, in NFC; or what is wrong with it: too long, no UTF-8, a control character.
[[nodiscard]] platform::Expected<std::string, std::string> check_text(const std::string& given,
                                                                      std::size_t bytes_max);

/// Each text without spaces and hidden characters around it (platform::trimmed_text), in NFC. What
/// is no UTF-8 stays as it is.
[[nodiscard]] EntryInput normalised(const EntryInput& input);

/// Every error at once, or the entry with its texts in NFC.
[[nodiscard]] platform::Expected<EntryDraft, std::vector<FieldError>> check(
    const EntryInput& input, const RuleContext& context);

}  // namespace tizilim::store
