#include "agent/config/setup.h"

#include "agent/api/answers.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/config/setup_fields.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;

/// What was written takes effect with another program.
constexpr bool kBeginsAnew = true;

JsonObject fields_json(const SetupFields& fields) {
    JsonObject json;
    for (const auto& [name, text] : fields) json.push_back({name, text});
    return json;
}

ApiResponse refused(const FieldProblems& problems) {
    JsonArray errors;
    for (const FieldProblem& problem : problems) {
        JsonObject error{{"field", problem.field}};
        platform::append_message(error, "message", problem.message);
        errors.emplace_back(std::move(error));
    }
    return field_errors(std::move(errors), {"setup.nothing_written"});
}

template <class With>
ApiResponse show(const With& with, const ApiRequest& /*request*/) {
    const Configuration configuration = with.setup.configuration();
    const bool has_password = !configuration.unified.password_file.empty();
    return json_response(200, JsonObject{{"file", configuration.file.string()},
                                         {"fields", fields_json(fields_of(configuration))},
                                         {"has_password", has_password}});
}

/// What the body says; nothing: it has another shape.
std::optional<SetupFields> fields_in(const std::string& body) {
    const auto json = platform::read_json(body, kRequestJson);
    if (!json || json->object() == nullptr) return {};
    SetupFields fields;
    for (const platform::JsonMember& member : *json->object()) {
        if (!is_setup_field(member.name) || member.value.string() == nullptr) return {};
        fields[member.name] = *member.value.string();
    }
    return fields;
}

template <class With, bool begins_anew>
ApiResponse write(const With& with, const ApiRequest& request) {
    const auto fields = fields_in(request.body);
    if (!fields)
        return shape_asked(R"({"lawyer": "…", "iin": "…", "bar_association": "…", )"
                           R"("bar_association_kk": "…", "language": "ru", "url": "https://…", )"
                           R"("user": "…", "password": "…", "backup_directory": "/…"})");
    FieldProblems problems = check_setup_texts(*fields);
    if (problems.empty()) problems = with.setup.write(*fields, request.session);
    if (!problems.empty()) return refused(problems);
    ApiResponse response = json_response(200, JsonObject{});
    if (begins_anew) response.afterwards = with.setup.begin_anew;
    return response;
}

template <class With>
ApiResponse read_file(const With& /*with*/, const ApiRequest& request) {
    const auto json = read_members(request.body, {"text"});
    if (!json || json->find("text")->string() == nullptr) return shape_asked(R"({"text": "…"})");
    const auto fields = read_setup_file(*json->find("text")->string());
    if (!fields) return refused(fields.error());
    return json_response(200, JsonObject{{"fields", fields_json(*fields)}});
}

}  // namespace

std::vector<Route> setup_routes() {
    return {
        {"GET", {"api", "v1", "setup"}, Body::none, show<Services>, For::owner, show<NoRegister>},
        {"POST",
         {"api", "v1", "setup"},
         Body::json,
         write<Services, !kBeginsAnew>,
         For::owner,
         write<NoRegister, kBeginsAnew>},
        {"POST",
         {"api", "v1", "setup", "file"},
         Body::json,
         read_file<Services>,
         For::owner,
         read_file<NoRegister>},
    };
}

}  // namespace tizilim::agent
