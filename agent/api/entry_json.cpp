#include "agent/api/entry_json.h"

#include "agent/documents/field_json.h"
#include "platform/check.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/owner/act_results.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_view.h"
#include "store/owner/import_rows.h"
#include "store/register/register.h"
#include "store/register/signature_examination.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;
using store::EntryField;
using store::EntryTexts;
using store::GivenBy;

/// Of a field that a person gives; null for others.
const EntryField* given_field(std::string_view name) {
    const EntryField* const field = store::find_field(name);
    return field == nullptr || field->given_by == GivenBy::file ? nullptr : field;
}

/// Gives each field of `json` to `take`, which is called with EntryField and text; or says what is
/// wrong with the JSON.
template <class Take>
std::optional<Message> read_fields(const JsonValue& json, const Take& take) {
    const JsonObject* const object = json.object();
    if (object == nullptr) return Message{"request.object"};
    for (const platform::JsonMember& member : *object) {
        const EntryField* const field = given_field(member.name);
        if (field == nullptr)
            return Message{"request.unknown_key",
                           {{"name", platform::as_json(shown_name(member.name))},
                            {"names", store::field_names(GivenBy::at_recording)}}};
        auto text = json_text(*field, member.value);
        if (!text)
            return Message{
                "request.bad_value",
                {{"field", field->name}, {"kind", platform::as_json(json_kind(*field))}}};
        take(*field, *std::move(text));
    }
    return {};
}

/// Text of a value that a person gives for a field; nothing for a value of another kind.
std::optional<std::string> text_of(std::string_view name, const JsonValue& value) {
    if (const EntryField* const field = given_field(name)) return json_text(*field, value);
    if (const std::string* const text = value.string()) return *text;
    return {};
}

platform::Expected<store::Choice, Message> choice_of(const platform::JsonMember& member) {
    const std::string* const side = member.value.string();
    if (side != nullptr && *side == "mine") return store::Choice{store::Choice::Side::mine};
    if (side != nullptr && *side == "theirs") return store::Choice{store::Choice::Side::theirs};
    const JsonValue* const given = member.value.find("text");
    auto text = given == nullptr ? std::nullopt : text_of(member.name, *given);
    if (text && member.value.object()->size() == 1)
        return store::Choice{store::Choice::Side::text, *std::move(text)};
    return platform::Unexpected{Message{"request.choice",
                                        {{"name", platform::as_json(shown_name(member.name))},
                                         {"mine", R"("mine")"},
                                         {"theirs", R"("theirs")"},
                                         {"shape", R"({"text": "…"})"}}}};
}

/// What a person typed, or what this program did by itself; nothing: neither.
std::optional<Message> version_reason(const store::VersionView& version) {
    if (version.reason.empty()) return {};
    return platform::unpacked(version.reason);
}

JsonValue number_json(store::EntryNumber number) {
    if (number == store::EntryNumber{}) return {};
    return static_cast<std::uint64_t>(number);
}

/// All but `signature` and `would_leave`.
JsonObject entry_members(const store::EntryView& view) {
    JsonObject json{{"number", number_json(view.number)}, {"book", view.book}, {"id", view.id}};
    for (const EntryField& field : store::entry_fields()) {
        // `recorded_at` says more.
        if (field.text != &EntryTexts::recorded_date)
            json.push_back({std::string(field.name), json_value(field, view)});
    }
    const JsonObject known{{"recorded_at", view.recorded_at}, {"late", view.late},
                           {"imported", view.imported},       {"delivery", view.delivery},
                           {"attempts", view.attempts},       {"tried_at", view.tried_at},
                           {"pulled", view.pulled},           {"in_conflict", view.in_conflict},
                           {"revision", view.revision},       {"versions", view.versions}};
    json.insert(json.end(), known.begin(), known.end());
    platform::append_message(json, "delivery_reason", view.delivery_reason);
    platform::append_message(json, "clock_warning", view.clock_warning);
    return json;
}

}  // namespace

platform::Expected<EntryTexts, Message> entry_input_of(const JsonValue& json) {
    EntryTexts input;
    const auto error = read_fields(json, [&](const EntryField& field, std::string text) {
        input.*(field.text) = std::move(text);
    });
    if (error) return platform::Unexpected{*error};
    return input;
}

platform::Expected<store::GivenFields, Message> given_fields_of(const JsonValue& json) {
    store::GivenFields fields;
    const auto error = read_fields(json, [&](const EntryField& field, std::string text) {
        fields.insert_or_assign(std::string(field.name), std::move(text));
    });
    if (error) return platform::Unexpected{*error};
    return fields;
}

platform::Expected<std::map<std::string, store::Choice>, Message> choices_of(
    const JsonValue& json) {
    const JsonObject* const object = json.object();
    if (object == nullptr) return platform::Unexpected{Message{"request.object"}};
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

JsonObject json_of(const EntryTexts& input) {
    JsonObject json;
    for (const EntryField& field : store::entry_fields())
        if (const std::string& text = input.*(field.text); !text.empty())
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

JsonObject json_of(const store::VersionView& version) {
    JsonObject json{{"version", version.version},
                    {"act", version.act},
                    {"at", version.at},
                    {"by", version.by},
                    {"changes", changes_json(version)},
                    {"signature", json_of(version.signature)}};
    platform::append_message(json, "reason", version_reason(version));
    platform::append_message(json, "clock_warning", version.clock_warning);
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
    for (const Message& warning : signing.warnings) {
        JsonObject json;
        platform::append_message(json, "message", warning);
        warnings.emplace_back(std::move(json));
    }
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
    for (const store::FieldError& error : errors) {
        JsonObject problem{{"field", error.field}};
        platform::append_message(problem, "message", error.message);
        json.emplace_back(std::move(problem));
    }
    return json;
}

JsonArray json_of(const std::vector<store::RowProblem>& problems) {
    JsonArray json;
    for (const store::RowProblem& found : problems) {
        JsonObject problem{{"line", found.line}, {"field", found.error.field}};
        platform::append_message(problem, "message", found.error.message);
        json.emplace_back(std::move(problem));
    }
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

JsonObject json_of(const store::RegisterCheck& check) {
    const store::VerifyReport& report = check.report;
    JsonObject json{{"good", !report.first_bad.has_value()},
                    {"entries", report.entries},
                    {"journal_records", report.journal_records},
                    {"chain_head", report.chain_head}};
    if (report.first_bad) {
        platform::append_message(json, "first_bad", report.first_bad);
    } else {
        json.push_back({"first_bad", JsonValue()});
    }
    platform::JsonArray doubtful;
    for (const store::DoubtfulSignature& one : check.signatures.shown) {
        JsonObject signature{{"entry", one.entry}, {"version", one.version}};
        platform::append_message(signature, "why", one.why);
        doubtful.emplace_back(std::move(signature));
    }
    json.push_back({"signatures", JsonObject{{"lifted", check.signatures.lifted},
                                             {"doubtful", check.signatures.doubtful},
                                             {"shown", std::move(doubtful)}}});
    json.push_back({"timestamps", report.timestamps});
    json.push_back({"timestamp", check.timestamp
                                     ? JsonValue(json_of(*check.timestamp, platform::UtcOffset{0}))
                                     : JsonValue()});
    return json;
}

}  // namespace tizilim::agent
