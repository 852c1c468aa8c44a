#pragma once

#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/rules.h"
#include "store/owner/act_results.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_view.h"
#include "store/owner/import_rows.h"
#include "store/register/register.h"
#include "store/register/signature_examination.h"

#include <map>
#include <string>
#include <vector>

namespace tizilim::agent {

/// The local API's JSON of entries, shared by server and command line. Names are those of
/// EntryField: `application_date`, `basis_type`… For the owner only.

/// The fields that a person gives: texts; `minutes` may be an integer and `minor` true or false;
/// null is "not given". The error says what is wrong with the JSON, never a value.
[[nodiscard]] platform::Expected<store::EntryTexts, platform::Message> entry_input_of(
    const platform::JsonValue& json);

/// The same for an amendment: what is not given stays, null makes a field empty.
[[nodiscard]] platform::Expected<store::GivenFields, platform::Message> given_fields_of(
    const platform::JsonValue& json);

/// Only fields that are given.
[[nodiscard]] platform::JsonObject json_of(const store::EntryTexts& input);

/// For a list: without `would_leave` and the signature's CMS.
[[nodiscard]] platform::JsonObject json_of(const store::EntryView& view);
/// With both; `would_leave` is the document as it would leave, or null.
[[nodiscard]] platform::JsonObject full_json_of(const store::EntryView& view);

[[nodiscard]] platform::JsonObject json_of(const store::ConflictView& conflict);

/// The choice for each field in conflict: "mine", "theirs", or {"text": a value as in
/// given_fields_of()}. The error says what is wrong with the JSON, never a value.
[[nodiscard]] platform::Expected<std::map<std::string, store::Choice>, platform::Message>
choices_of(const platform::JsonValue& json);

[[nodiscard]] platform::JsonObject json_of(const store::VersionView& version);
[[nodiscard]] platform::JsonObject json_of(const store::SigningTask& task);
[[nodiscard]] platform::JsonObject json_of(const store::Signed& signing);

[[nodiscard]] platform::JsonObject json_of(const store::Recorded& recorded);
[[nodiscard]] platform::JsonObject json_of(const store::ImportReport& report);
[[nodiscard]] platform::JsonObject json_of(const store::RegisterCheck& check);

[[nodiscard]] platform::JsonArray json_of(const std::vector<store::FieldError>& errors);
[[nodiscard]] platform::JsonArray json_of(const std::vector<store::RowProblem>& problems);

/// A document's body from the store, to be nested in an answer; null when empty.
[[nodiscard]] platform::JsonValue document_json(const std::string& body);

}  // namespace tizilim::agent
