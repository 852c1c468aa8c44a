#pragma once

#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// What a person writes, as the register takes it: one place for the command line, the local API
/// and files. Each returns the text that store/entry reads, or which forms it could have had. Words
/// may be Kazakh, Russian or English, in any case.
using Written = platform::Expected<std::string, platform::Message>;

/// The day on which something is written: `-1`, `25` and `3.11` count from it. Nothing for a file,
/// which may be read on any day: these are then refused.
using WrittenOn = std::optional<platform::CivilDate>;

/// "2025-11-03" of `2025-11-03`, `3.11.2025`, `3 ноября 2025`; of `3.11`, `3 қараша` and `3`, the
/// last such day that is not to come; of `today`, `вчера`, `-1`.
[[nodiscard]] Written date_written(std::string_view text, const WrittenOn& today);

/// "90" of `90`, `1:30`, `1ч30`, `1 сағ 30 мин`, `1,5 ч`. A decimal needs its unit, and must make
/// whole minutes.
[[nodiscard]] Written minutes_written(std::string_view text);

/// "2026-11" of `2026-11`, `11.2026`, `қараша 2026`; of `ноябрь` and `11`, the last such month that
/// is not to come.
[[nodiscard]] Written month_written(std::string_view text, const WrittenOn& today);

/// A code by itself, by its number in the order of the form, or by words of the official texts in
/// which each written word begins one (codes.h). More than one meaning: all are named.
[[nodiscard]] Written basis_written(std::string_view text);
[[nodiscard]] Written form_written(std::string_view text);
[[nodiscard]] Written class_written(std::string_view text);
/// What an entry that is recorded may become: a class, or "withdrawn", which has no number.
[[nodiscard]] Written new_class_written(std::string_view text);
[[nodiscard]] Written language_written(std::string_view text);

/// "yes" or "no" of `иә`, `да`, `true`, `жоқ`, `0`.
[[nodiscard]] Written yes_or_no_written(std::string_view text);

/// The text of a field by its kind; what has no other spellings stays as it is, trimmed.
[[nodiscard]] Written field_written(const store::EntryField& field, std::string_view text,
                                    const WrittenOn& today);

/// A field whose text became another.
struct Understood {
    std::string_view field;
    std::string text;  ///< as the register takes it
};
struct WrittenEntry {
    std::vector<Understood> understood;
    std::vector<store::FieldError> problems;
};
/// Makes each text of `texts` what the register takes. What can't be read stays as it is.
[[nodiscard]] WrittenEntry read_written(store::EntryTexts& texts, const WrittenOn& today);
/// The same of an amendment.
[[nodiscard]] WrittenEntry read_written(store::GivenFields& fields, const WrittenOn& today);

}  // namespace tizilim::agent
