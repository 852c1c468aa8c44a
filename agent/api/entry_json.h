#pragma once

#include "platform/expected.h"
#include "platform/json.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"

#include <map>
#include <string>
#include <vector>

namespace tizilim::agent {

/// The local API's JSON of entries. Names are the columns of EntryTexts: `application_date`,
/// `basis_type`…; the server and the command line share them. For the owner's eyes only.

/// What a person gives, from JSON: texts; `minutes` may be an integer and `minor` true or false;
/// null is "not given". The error names what is wrong with the JSON, never a value.
[[nodiscard]] platform::Expected<store::EntryTexts, std::string> entry_input_of(
    const platform::JsonValue& json);

/// The same of an amendment: what is not given stays, null makes a field empty.
[[nodiscard]] platform::Expected<store::GivenFields, std::string> given_fields_of(
    const platform::JsonValue& json);

/// The members that are given.
[[nodiscard]] platform::JsonObject json_of(const store::EntryTexts& input);

/// Without `would_leave` and the CMS of the signature: a list has no need of them.
[[nodiscard]] platform::JsonObject json_of(const store::EntryView& view);
/// With the CMS, and with `would_leave`: the document as it would leave, or null.
[[nodiscard]] platform::JsonObject full_json_of(const store::EntryView& view);

[[nodiscard]] platform::JsonObject json_of(const store::ConflictView& conflict);

/// What is to become of fields in conflict: "mine", "theirs", or {"text": a value as of
/// given_fields_of()} for each. The error names what is wrong with the JSON, never a value.
[[nodiscard]] platform::Expected<std::map<std::string, store::Choice>, std::string> choices_of(
    const platform::JsonValue& json);

[[nodiscard]] platform::JsonObject json_of(const store::VersionView& version);
/// Null when there is none.
[[nodiscard]] platform::JsonObject json_of(const store::SigningTask& task);
[[nodiscard]] platform::JsonObject json_of(const store::Signed& signing);

[[nodiscard]] platform::JsonObject json_of(const store::Recorded& recorded);
[[nodiscard]] platform::JsonObject json_of(const store::ImportReport& report);
[[nodiscard]] platform::JsonObject json_of(const store::VerifyReport& report);

[[nodiscard]] platform::JsonArray json_of(const std::vector<store::FieldError>& errors);
[[nodiscard]] platform::JsonArray json_of(const std::vector<store::RowProblem>& problems);

/// The body of a document as the store gives it, to be nested in an answer; null when empty.
[[nodiscard]] platform::JsonValue document_json(const std::string& body);

}  // namespace tizilim::agent
