#pragma once

#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace tizilim::store {

/// Bounds of the free-text fields, bytes of UTF-8 after NFC.
inline constexpr std::size_t kEssenceBytesMax = std::size_t{16} * 1024;
inline constexpr std::size_t kShortTextBytesMax = 1024;
inline constexpr std::uint32_t kMinutesMax = 100'000;

/// What the lawyer writes: columns 2 to 6 of the form, checked (rules.h).
struct EntryContent {
    platform::CivilDate application_date{};
    Confidential<std::string> late_reason;  ///< why it was not recorded on the day
    BasisType basis_type{};                 ///< the document that is the basis
    Confidential<std::string> basis_number;
    std::optional<platform::CivilDate> basis_date;
    Confidential<std::string> basis_issuer;
    Confidential<std::string> essence;
    Form form{};
    std::uint32_t minutes = 0;  ///< exact
    bool minor = false;         ///< concerns a minor; never leaves
    Language language = Language::ru;
    /// The essence, present only where the owner's class for this entry is `full`: then it is no
    /// secret by his own decision. Set by OwnerSession and EntryCodec, which may reveal.
    std::optional<std::string> released_essence;
};

/// An entry's fields as text: as a person or a file gives them, unchecked, or as they are shown.
/// Empty means not given. Each has its row in entry_fields().
struct EntryTexts {
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

/// Where a field is kept once it is checked; its type says how it is read and written. Of the last:
/// not in the content, but in what the register itself knows of the entry.
using FieldPlace =
    std::variant<platform::CivilDate EntryContent::*,
                 std::optional<platform::CivilDate> EntryContent::*, BasisType EntryContent::*,
                 Form EntryContent::*, Language EntryContent::*, std::uint32_t EntryContent::*,
                 bool EntryContent::*, Confidential<std::string> EntryContent::*, std::monostate>;

/// Who says what a field is to be.
enum class GivenBy : std::uint8_t {
    person,        ///< at recording and by an amendment
    at_recording,  ///< by a person; later it has an act of its own
    file,          ///< an import alone
};

/// One field of an entry: whatever reads, shows, compares or keeps all fields goes over these rows.
/// A new one needs its member in EntryContent and EntryTexts, its row here, and EntryCodec; to let
/// it leave, also disclose(). agent/texts has what it is called (`field.<name>`) and what it means
/// (`field_help.<name>`).
struct EntryField {
    std::string_view name;  ///< as in files, the local API and messages; the flag is made from it
    std::string EntryTexts::* text;
    FieldPlace place = std::monostate{};
    GivenBy given_by = GivenBy::person;
    int form_column = 0;      ///< of the printed form; 0: on none
    std::string_view wire{};  ///< in the document that leaves, "basis.date"; empty: never there
    bool must_be_in_csv = false;
    std::size_t bytes_max = kShortTextBytesMax;
};

/// In the order of files, and of the digest by which an import knows its rows again
/// (store/owner/owner_import): a new one goes to the end.
[[nodiscard]] std::span<const EntryField> entry_fields();
/// Null when there is none of that name.
[[nodiscard]] const EntryField* find_field(std::string_view name);
/// "application_date, late_reason, …" of those that `given_by` accepts; at_recording: also those of
/// a person, file: all.
[[nodiscard]] std::string field_names(GivenBy given_by);

/// The lawyer's secret: it is sealed on the disk, and may only be read with a RevealKey.
[[nodiscard]] bool is_confidential(const EntryField& field);
/// Whether a text of JSON is a number or a boolean there.
[[nodiscard]] bool is_whole_number(const EntryField& field);
[[nodiscard]] bool is_yes_or_no(const EntryField& field);
[[nodiscard]] bool is_date(const EntryField& field);

/// Puts `text` where the field is kept, or says what is wrong with it; never repeats it. What is
/// not given becomes the default, or is an error where the form asks for it; of a field that is not
/// kept in the content nothing happens.
[[nodiscard]] std::optional<platform::Message> read_field(const EntryField& field,
                                                          const std::string& text,
                                                          EntryContent& content);
/// The text of a field, as read_field() takes it; empty for what is not kept in the content.
[[nodiscard]] std::string write_field(const EntryField& field, const EntryContent& content,
                                      RevealKey key);
/// Makes a field of `content` what it is in `from`.
void copy_field(const EntryField& field, const EntryContent& from, EntryContent& content);

/// A text a person gave, in NFC; or what is wrong with it: too long, no UTF-8, a control character.
[[nodiscard]] platform::Expected<std::string, platform::Message> check_text(
    const std::string& given, std::size_t bytes_max);

}  // namespace tizilim::store
