#include "agent/cli/signing/signing.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/cms_text.h"
#include "platform/expected.h"
#include "platform/files/file.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

/// Some ten thousand signatures with their certificates.
constexpr std::size_t kBundleBytesMax = std::size_t{64} << 20;
constexpr std::string_view kShape =
    R"({"tasks": [{"id": "…", "version": 1, "data": "…", "cms": "…"}]})";

Message out_of_shape(const std::filesystem::path& file) {
    return of_file(file, Message{"cli.bundle_shape", {{"shape", kShape}}});
}

/// One member of a bundle. Done also where it is refused: then that is counted.
int attach_task(SigningTally& tally, const JsonValue& task, std::uint64_t place) {
    const JsonValue* const id = task.find("id");
    const JsonValue* const version = task.find("version");
    if (id == nullptr || id->string() == nullptr || !is_entry_id(*id->string()) ||
        version == nullptr || version->integer() == nullptr) {
        tally.refuse(std::to_string(place), Message{"cli.bundle_shape", {{"shape", kShape}}});
        return done;
    }
    const std::string name = *id->string() + "-v" + std::to_string(*version->integer());
    const JsonValue* const cms = task.find("cms");
    if (cms == nullptr || cms->string() == nullptr || cms->string()->empty()) {
        tally.skip({.file = name, .why = Message{"cli.has_no_signature"}});
        return done;
    }
    const auto der = cms_of(*cms->string());
    if (!der) {
        tally.refuse(name, der.error());
        return done;
    }
    return tally.attach(*id->string(), *version->integer(), *der, name);
}

}  // namespace

bool is_bundle(const std::filesystem::path& path) {
    std::error_code failed;
    return path.extension() == ".json" && !std::filesystem::is_directory(path, failed);
}

Exported export_bundle(const Command& command, const std::filesystem::path& file) {
    JsonArray tasks;
    const int code = for_each_waiting(command, {}, [&](const WaitingVersion& waiting) {
        JsonObject task{{"id", waiting.id},
                        {"version", waiting.version},
                        {"data", platform::to_base64(waiting.bytes)}};
        if (!waiting.number.empty()) task.push_back({"number", waiting.number});
        tasks.emplace_back(std::move(task));
        return done;
    });
    const std::uint64_t count = tasks.size();
    if (code == done && count > 0)
        platform::write_file_atomically(
            file, platform::to_json(JsonObject{{"tasks", std::move(tasks)}}) + '\n');
    return {.code = code, .count = count};
}

int attach_bundle(const Command& command, const std::filesystem::path& file) {
    const auto read = platform::read_json(platform::read_file(file, kBundleBytesMax));
    if (!read) return refuse_here(command, of_file(file, read.error()));
    const JsonValue* const tasks = read->find("tasks");
    if (tasks == nullptr || tasks->array() == nullptr)
        return refuse_here(command, out_of_shape(file));
    SigningTally tally(command);
    std::uint64_t place = 0;
    for (const JsonValue& task : *tasks->array())
        if (const int failed = attach_task(tally, task, ++place); failed != done) return failed;
    return tally.finish();
}

}  // namespace tizilim::agent
