#include "agent/api/entry_json.h"

#include "platform/check.h"
#include "platform/expected.h"
#include "platform/json.h"
#include "platform/json_reader.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using store::EntryInput;

struct InputField {
    std::string_view name;
    std::string EntryInput::* member;
};

/// `recorded_date` is not among them: only an import may say when an entry was recorded.
constexpr auto kInputFields = std::to_array<InputField>({
    {"application_date", &EntryInput::application_date},
    {"late_reason", &EntryInput::late_reason},
    {"basis_type", &EntryInput::basis_type},
    {"basis_number", &EntryInput::basis_number},
    {"basis_date", &EntryInput::basis_date},
    {"basis_issuer", &EntryInput::basis_issuer},
    {"essence", &EntryInput::essence},
    {"form", &EntryInput::form},
    {"minutes", &EntryInput::minutes},
    {"minor", &EntryInput::minor},
    {"disclosure", &EntryInput::disclosure},
    {"language", &EntryInput::language},
});

/// A name from a stranger goes into a message only in part and in plain letters: it may be a value
/// that slipped.
std::string shown_name(std::string_view name) {
    constexpr std::size_t kShownMax = 32;
    const auto is_plain = [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    };
    if (name.size() > kShownMax || !std::all_of(name.begin(), name.end(), is_plain))
        return "a name that is no column";
    return "\"" + std::string(name) + "\"";
}

std::string known_names() {
    std::string names;
    for (const InputField& field : kInputFields) (names += names.empty() ? "" : ", ") += field.name;
    return names;
}

std::optional<std::string> text_of(const InputField& field, const JsonValue& value) {
    if (const std::string* const text = value.string()) return *text;
    if (std::holds_alternative<std::nullptr_t>(value.value)) return "";
    if (field.name == "minutes" && value.integer() != nullptr)
        return std::to_string(*value.integer());
    if (field.name == "minor" && value.boolean() != nullptr) return *value.boolean() ? "yes" : "no";
    return {};
}

std::string kind_asked_for(std::string_view name) {
    if (name == "minutes") return "a string or an integer";
    if (name == "minor") return "a string or true or false";
    return "a string";
}

/// Gives each field of `json` to `take`, which is called with InputField and text; or says what is
/// wrong with the JSON.
template <class Take>
std::optional<std::string> read_fields(const JsonValue& json, const Take& take) {
    const JsonObject* const object = json.object();
    if (object == nullptr) return "a JSON object is asked for";
    for (const platform::JsonMember& member : *object) {
        const auto* const field =
            std::find_if(kInputFields.begin(), kInputFields.end(),
                         [&](const InputField& known) { return known.name == member.name; });
        if (field == kInputFields.end())
            return "unknown key " + shown_name(member.name) + ": there are " + known_names();
        auto text = text_of(*field, member.value);
        if (!text) return std::string(field->name) + " must be " + kind_asked_for(field->name);
        take(*field, *std::move(text));
    }
    return {};
}

/// Text of a value that a person gives for a field; nothing for a value of another kind.
std::optional<std::string> text_of(std::string_view name, const JsonValue& value) {
    const auto* const field =
        std::find_if(kInputFields.begin(), kInputFields.end(),
                     [&](const InputField& known) { return known.name == name; });
    if (field != kInputFields.end()) return text_of(*field, value);
    if (const std::string* const text = value.string()) return *text;
    return {};
}

platform::Expected<store::Choice, std::string> choice_of(const platform::JsonMember& member) {
    const std::string* const side = member.value.string();
    if (side != nullptr && *side == "mine") return store::Choice{store::Choice::Side::mine};
    if (side != nullptr && *side == "theirs") return store::Choice{store::Choice::Side::theirs};
    const JsonValue* const given = member.value.find("text");
    auto text = given == nullptr ? std::nullopt : text_of(member.name, *given);
    if (text && member.value.object()->size() == 1)
        return store::Choice{store::Choice::Side::text, *std::move(text)};
    return platform::Unexpected{"the choice for " + shown_name(member.name) +
                                " is \"mine\", \"theirs\" or {\"text\": \"…\"}"};
}

JsonValue number_json(store::EntryNumber number) {
    if (number == store::EntryNumber{}) return {};
    return static_cast<std::uint64_t>(number);
}

JsonObject signature_members(const store::SignatureView& signature) {
    return {{"status", signature.status},         {"issuer_checked", signature.issuer_checked},
            {"signer", signature.signer},         {"iin", signature.iin},
            {"issuer", signature.issuer},         {"serial", signature.serial},
            {"valid_from", signature.valid_from}, {"valid_to", signature.valid_to},
            {"algorithm", signature.algorithm},   {"signed_at", signature.signed_at}};
}

/// All but `signature` and `would_leave`.
JsonObject entry_members(const store::EntryView& view) {
    return {{"number", number_json(view.number)},
            {"book", view.book},
            {"id", view.id},
            {"language", view.language},
            {"application_date", view.application_date},
            {"recorded_at", view.recorded_at},
            {"late", view.late},
            {"late_reason", view.late_reason},
            {"imported", view.imported},
            {"state", view.state},
            {"void_reason", view.void_reason},
            {"basis_type", view.basis_type},
            {"basis_number", view.basis_number},
            {"basis_date", view.basis_date},
            {"basis_issuer", view.basis_issuer},
            {"essence", view.essence},
            {"form", view.form},
            {"minutes", view.minutes},
            {"minor", view.minor},
            {"disclosure", view.disclosure},
            {"delivery", view.delivery},
            {"delivery_reason", view.delivery_reason},
            {"attempts", view.attempts},
            {"tried_at", view.tried_at},
            {"pulled", view.pulled},
            {"in_conflict", view.in_conflict},
            {"revision", view.revision},
            {"versions", view.versions},
            {"clock_warning", view.clock_warning}};
}

}  // namespace

platform::Expected<EntryInput, std::string> entry_input_of(const JsonValue& json) {
    EntryInput input;
    const auto error = read_fields(json, [&](const InputField& field, std::string text) {
        input.*(field.member) = std::move(text);
    });
    if (error) return platform::Unexpected{*error};
    return input;
}

platform::Expected<store::GivenFields, std::string> given_fields_of(const JsonValue& json) {
    store::GivenFields fields;
    const auto error = read_fields(json, [&](const InputField& field, std::string text) {
        fields.insert_or_assign(std::string(field.name), std::move(text));
    });
    if (error) return platform::Unexpected{*error};
    return fields;
}

platform::Expected<std::map<std::string, store::Choice>, std::string> choices_of(
    const JsonValue& json) {
    const JsonObject* const object = json.object();
    if (object == nullptr) return platform::Unexpected{std::string("a JSON object is asked for")};
    std::map<std::string, store::Choice> choices;
    for (const platform::JsonMember& member : *object) {
        auto choice = choice_of(member);
        if (!choice) return platform::Unexpected{choice.error()};
        choices.insert_or_assign(member.name, *std::move(choice));
    }
    return choices;
}

JsonObject json_of(const store::ConflictView& conflict) {
    JsonArray fields;
    for (const store::ConflictField& field : conflict.fields)
        fields.emplace_back(
            JsonObject{{"field", field.field}, {"mine", field.mine}, {"theirs", field.theirs}});
    return {{"number", number_json(conflict.number)},
            {"book", conflict.book},
            {"id", conflict.id},
            {"kind", conflict.kind},
            {"since", conflict.since},
            {"fields", std::move(fields)}};
}

JsonObject json_of(const EntryInput& input) {
    JsonObject json;
    for (const InputField& field : kInputFields)
        if (const std::string& text = input.*(field.member); !text.empty())
            json.push_back({std::string(field.name), text});
    return json;
}

JsonObject json_of(const store::EntryView& view) {
    JsonObject json = entry_members(view);
    const bool is_signed = !view.signature.status.empty();
    json.push_back(
        {"signature", is_signed ? JsonValue(signature_members(view.signature)) : JsonValue()});
    return json;
}

JsonObject full_json_of(const store::EntryView& view) {
    JsonObject json = entry_members(view);
    json.push_back({"signature", json_of(view.signature)});
    json.push_back({"would_leave", document_json(view.would_leave)});
    return json;
}

JsonValue json_of(const store::SignatureView& signature) {
    if (signature.status.empty()) return {};
    JsonObject json = signature_members(signature);
    json.push_back({"cms", signature.cms});
    return json;
}

JsonObject json_of(const store::VersionView& version) {
    JsonArray changes;
    for (const store::FieldChange& change : version.changes)
        changes.emplace_back(JsonObject{
            {"field", change.field}, {"before", change.before}, {"after", change.after}});
    JsonObject json{{"version", version.version},
                    {"act", version.act},
                    {"at", version.at},
                    {"by", version.by},
                    {"reason", version.reason},
                    {"clock_warning", version.clock_warning},
                    {"changes", std::move(changes)},
                    {"signature", json_of(version.signature)}};
    if (!version.brought_over.empty()) json.push_back({"brought_over", version.brought_over});
    return json;
}

JsonObject json_of(const store::SigningTask& task) {
    return {{"number", number_json(task.number)},
            {"id", task.id},
            {"version", task.version},
            {"bytes", task.bytes}};
}

JsonObject json_of(const store::Signed& signing) {
    JsonArray warnings;
    for (const std::string& warning : signing.warnings) warnings.emplace_back(warning);
    return {{"signature", json_of(signing.signature)},
            {"delivery", store::code_of(signing.delivery)},
            {"warnings", std::move(warnings)}};
}

JsonValue document_json(const std::string& body) {
    if (body.empty()) return {};
    const auto read = platform::read_json(body);
    CHECK(read.has_value());
    return *read;
}

JsonArray json_of(const std::vector<store::FieldError>& errors) {
    JsonArray json;
    for (const store::FieldError& error : errors)
        json.emplace_back(JsonObject{{"field", error.field}, {"message", error.message}});
    return json;
}

JsonArray json_of(const std::vector<store::RowProblem>& problems) {
    JsonArray json;
    for (const store::RowProblem& problem : problems)
        json.emplace_back(JsonObject{{"line", problem.line},
                                     {"field", problem.error.field},
                                     {"message", problem.error.message}});
    return json;
}

JsonObject json_of(const store::Recorded& recorded) {
    return {{"number", static_cast<std::uint64_t>(recorded.number)},
            {"id", recorded.id},
            {"delivery", store::code_of(recorded.delivery)},
            {"warnings", json_of(recorded.warnings)}};
}

JsonObject json_of(const store::ImportReport& report) {
    return {{"recorded", report.recorded},
            {"already_there", report.already_there},
            {"errors", json_of(report.errors)},
            {"warnings", json_of(report.warnings)}};
}

JsonObject json_of(const store::VerifyReport& report) {
    return {{"good", !report.first_bad.has_value()},
            {"entries", report.entries},
            {"journal_records", report.journal_records},
            {"chain_head", report.chain_head},
            {"first_bad", report.first_bad ? JsonValue(*report.first_bad) : JsonValue()}};
}

}  // namespace tizilim::agent
