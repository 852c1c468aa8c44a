#pragma once

#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// Texts of the fields that are given, by their names in entry_fields().
using GivenFields = std::map<std::string, std::string, std::less<>>;

/// What is wrong with one field. The message says what is asked for, and never repeats the value.
struct FieldError {
    std::string field;  ///< as in entry_fields(), or what else was given with the entry
    platform::Message message;
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
    /// Of an amendment: the entry says already why it is late, or another PC knows.
    bool has_late_reason = false;
    /// Of an entry that comes back: its texts stay as they were, untrimmed, or their signature
    /// would not fit any more.
    bool as_recorded = false;
    /// Of an entry of another PC: what is confidential of it is not known here, and not asked for.
    bool recorded_elsewhere = false;
};

inline constexpr std::uint32_t kMinutesUsual = 1440;  ///< above: a warning

/// Each text without spaces and hidden characters around it (platform::trimmed_text), in NFC. What
/// is no UTF-8 stays as it is.
[[nodiscard]] EntryTexts normalised(const EntryTexts& input);

/// Every error at once, or the entry with its texts in NFC.
[[nodiscard]] platform::Expected<EntryDraft, std::vector<FieldError>> check(
    const EntryTexts& input, const RuleContext& context);

/// The same of an amendment: `before` with what is given; of the draft the class counts not.
[[nodiscard]] platform::Expected<EntryDraft, std::vector<FieldError>> check_amended(
    const EntryContent& before, const GivenFields& given, const RuleContext& context);

}  // namespace tizilim::store
