#include "tests/bench/link/pouchdb_run.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/support/child_process.h"
#include "tests/support/link_emulator.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace tizilim::bench {
namespace {

/// Where it gives up it is started again, so often.
constexpr const char* kTries = "20";

}  // namespace

Exchange push_with_pouchdb(const PouchDbPush& push, support::LinkEmulator& link) {
    std::filesystem::create_directories(push.folder);
    std::ofstream file(push.folder / "documents");
    for (const std::string& document : push.made.documents()) file << document << '\n';
    file.close();
    const support::Finished finished = support::run(
        {NODE, push.program.string(), "--documents", (push.folder / "documents").string(), "--dir",
         push.folder.string(), "--tries", kTries, "--to",
         "http://127.0.0.1:" + std::to_string(link.port()) + '/' + push.database},
        push.folder, push.limit);
    Exchange pushed{.seconds = 0,
                    .totals = link.totals(),
                    .requests = link.requests(),
                    .delivered = 0,
                    .quarantined = 0,
                    .trouble = {}};
    if (pushed.totals.from) {
        pushed.seconds = seconds_between(*pushed.totals.from, *pushed.totals.to);
    }
    if (!finished.code) {
        pushed.trouble = "not in " + std::to_string(push.limit.count()) + " s";
        return pushed;
    }
    const auto said = platform::read_json(finished.out);
    const platform::JsonValue* const written = said ? said->find("written") : nullptr;
    const platform::JsonValue* const error = said ? said->find("error") : nullptr;
    if (written == nullptr || written->integer() == nullptr || error == nullptr ||
        error->string() == nullptr) {
        pushed.trouble = "push.js failed: " + finished.err;
        return pushed;
    }
    pushed.delivered = static_cast<std::uint64_t>(*written->integer());
    pushed.trouble = *error->string();
    return pushed;
}

}  // namespace tizilim::bench
