#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/fields.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// A field's text from a JSON string, null or, if the field is one, a whole number or boolean;
/// nothing for a value of another kind.
[[nodiscard]] std::optional<std::string> json_text(const store::EntryField& field,
                                                   const platform::JsonValue& value);
/// For the error: what json_text() accepts, "must be a string…".
[[nodiscard]] platform::Message json_kind(const store::EntryField& field);
/// The field as a whole number or a boolean where it is one, else as a string.
[[nodiscard]] platform::JsonValue json_value(const store::EntryField& field,
                                             const store::EntryTexts& texts);

/// An untrusted member name for a message: only if short and in plain letters, since it may be a
/// value in the wrong place.
[[nodiscard]] platform::Message shown_name(std::string_view name);

/// What a FieldError is about, for a person: a column by its name in the file, one without a name
/// by its number, and in words what is no column, as the row.
[[nodiscard]] platform::Message field_name(std::string_view field);

/// All but `cms`, which is long.
[[nodiscard]] platform::JsonObject signature_members(const store::SignatureView& signature);
/// With `cms`; null of what is not signed.
[[nodiscard]] platform::JsonValue json_of(const store::SignatureView& signature);
/// The values of what is said of it: "at", "authority", "issuer_checked", "record", "entry",
/// "book".
[[nodiscard]] platform::JsonObject json_of(const store::HeadTimestamp& stamp,
                                           platform::UtcOffset offset);
/// {"field", "before", "after"} of each.
[[nodiscard]] platform::JsonArray changes_json(const store::VersionView& version);

}  // namespace tizilim::agent
