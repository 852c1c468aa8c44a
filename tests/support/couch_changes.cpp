#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_documents.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_routes.h"
#include "tests/support/couch_selector.h"
#include "tests/support/couch_tree.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tizilim::support {
namespace {

using platform::HttpResponse;

/// CouchDB's sequences carry the state of every shard: as long as those of a cluster, so that bytes
/// count.
constexpr std::string_view kOpaqueTail =
    "-g1AAAAGheJzLYWBgYMpgTmHgz8tPSTV0MDQy1zMAQsMckEQiQ1L9____szKYExlzgQLsZolpKakWSdj04DEm"
    "SQFI2sOMSUm2MDI2ThbNyWBKZMxjAVIMDUDqPwhkMCcy5YKFjFNSUgzTTLFpw2PQAYhB94EGJTLmg4WMLFJS"
    "UgyNsGnDY9ACiEH7gQYlMhaAhcwSU0w";

struct Since {
    std::uint64_t number = 0;
    std::string text;  ///< as given, to be echoed
};

std::optional<std::uint64_t> leading_number(std::string_view text, bool whole) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{}) return {};
    const std::string_view tail(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (!tail.empty() && (whole || !tail.starts_with('-'))) return {};
    return number;
}

/// Nothing: CouchDB refuses it. PouchDB takes any text, and finds nothing after it.
std::optional<Since> read_since(const CouchDatabase& database, const CouchRequest& request) {
    const std::string* given = request.parameter("since");
    if (given == nullptr || *given == "0" || given->empty()) return Since{.number = 0, .text = "0"};
    if (*given == "now") {
        return Since{.number = database.sequence(), .text = std::to_string(database.sequence())};
    }
    const auto number = leading_number(*given, !request.couchdb());
    if (number) return Since{.number = *number, .text = *given};
    if (request.couchdb()) return {};
    return Since{.number = std::numeric_limits<std::uint64_t>::max(), .text = *given};
}

std::size_t read_limit(const CouchRequest& request) {
    const std::string* given = request.parameter("limit");
    if (given == nullptr) return std::numeric_limits<std::size_t>::max();
    // Both servers read 0 as 1.
    return std::max<std::size_t>(1, leading_number(*given, true).value_or(1));
}

/// CouchDB leaves out what does not match.
using Selection = std::optional<CouchSelector>;

platform::Expected<Selection, HttpResponse> read_selection(const CouchRequest& request) {
    const auto body = platform::read_json(request.body);
    const platform::JsonValue* given = body ? body->find("selector") : nullptr;
    Selection selection = given == nullptr ? Selection() : CouchSelector::read(*given);
    if (selection) return selection;
    return platform::Unexpected{
        error_reply(request.kind, 400, "bad_request", "Selector must be JSON object")};
}

bool passes(const Selection& selection, const CouchDocument& document, const RevisionNode& leaf) {
    if (!selection) return true;
    const auto said = platform::read_json(document_json(document, leaf, {}));
    return said && selection->matches(*said);
}

/// Each leaf is asked for by its own body. Empty: the selection leaves out all of them.
std::string revisions_json(const CouchDocument& document, const CouchRequest& request,
                           const Selection& selection) {
    const std::string* style = request.parameter("style");
    std::vector<const RevisionNode*> leaves = document.tree.leaves();
    if (style == nullptr || *style != "all_docs") leaves.resize(1);
    // CouchDB names the winner first, PouchDB does not.
    if (!request.couchdb()) std::ranges::reverse(leaves);
    std::string json;
    for (const RevisionNode* leaf : leaves) {
        if (!passes(selection, document, *leaf)) continue;
        json += json.empty() ? R"({"rev":)" : R"(,{"rev":)";
        platform::append_json_string(json, leaf->revision.to_string());
        json += '}';
    }
    return json;
}

/// CouchDB leaves out the place of rows in the feed when it is asked to, but for every so many
/// counted from the end of the page.
bool has_sequence(const CouchRequest& request, std::size_t rows_left) {
    const std::string* given = request.parameter("seq_interval");
    if (given == nullptr || !request.couchdb()) return true;
    const std::uint64_t interval = leading_number(*given, true).value_or(0);
    return interval == 0 || rows_left % interval == 0;
}

void append_change(std::string& json, const CouchDocument& document, const CouchRequest& request,
                   bool with_sequence, const std::string& revisions) {
    const std::string sequence =
        with_sequence ? sequence_json(request.kind, document.sequence) : "null";
    json += R"({"seq":)" + sequence + R"(,"id":)";
    platform::append_json_string(json, document.id);
    json += R"(,"changes":[)" + revisions + ']';
    const RevisionNode& winner = document.tree.winner();
    if (winner.deleted) json += R"(,"deleted":true)";
    if (request.flag("include_docs")) {
        const bool conflicts = request.flag("conflicts");
        json += R"(,"doc":)" + document_json(document, winner, {.conflicts = conflicts});
    }
    json += '}';
}

/// What to resume from after the last row, or after none.
std::string last_sequence(const CouchDatabase& database, const CouchRequest& request,
                          const Since& since, const CouchDocument* last) {
    if (last != nullptr) return sequence_json(request.kind, last->sequence);
    if (since.number <= database.sequence()) {
        return sequence_json(request.kind, database.sequence());
    }
    // From a future that this database does not know, as after a restored backup: echoed.
    std::string echoed;
    if (request.couchdb() || since.number == std::numeric_limits<std::uint64_t>::max()) {
        platform::append_json_string(echoed, since.text);
        return echoed;
    }
    return since.text;
}

/// A JSON text; empty: none was given.
std::string key_in(const CouchRequest& request, std::string_view name) {
    const std::string* given = request.parameter(name);
    const auto key = platform::read_json(given == nullptr ? "" : *given);
    return key && key->string() != nullptr ? *key->string() : std::string();
}

}  // namespace

std::string sequence_json(PeerKind kind, std::uint64_t sequence) {
    if (kind == PeerKind::pouchdb) return std::to_string(sequence);
    return '"' + std::to_string(sequence) + std::string(kOpaqueTail) + '"';
}

HttpResponse changes(const CouchDatabase& database, const CouchRequest& request) {
    const std::string* filter = request.parameter("filter");
    const bool selects = filter != nullptr && *filter == "_selector";
    if (selects && !request.couchdb()) return {.status = kNoAnswer, .headers = {}, .body = {}};
    Selection selection;
    if (selects) {
        auto read = read_selection(request);
        if (!read) return read.error();
        selection = *std::move(read);
    }
    const auto since = read_since(database, request);
    if (!since) {
        return error_reply(request.kind, 400, "bad_request",
                           "Malformed sequence supplied in 'since' parameter.");
    }
    const auto changed = database.changed_after(since->number);
    const std::size_t limit = read_limit(request);
    std::string rows;
    std::size_t count = 0;
    std::size_t passed = 0;
    for (; count < changed.size() && passed < limit; ++count) {
        const std::string revisions = revisions_json(*changed[count], request, selection);
        if (revisions.empty()) continue;
        const bool with_sequence = has_sequence(request, limit - passed);
        if (++passed > 1) rows += ",\n";
        append_change(rows, *changed[count], request, with_sequence, revisions);
    }
    const CouchDocument* last = count == 0 ? nullptr : changed[count - 1];
    std::string json = R"({"results":[)" + rows + R"(],"last_seq":)" +
                       last_sequence(database, request, *since, last);
    if (request.couchdb()) json += R"(,"pending":)" + std::to_string(changed.size() - count);
    HttpResponse response = reply(request.kind, 200, json + '}');
    if (request.couchdb()) response.headers.push_back({"etag", R"("4C2RGZQLLJ8G8PWQIGRJDXJKZ")"});
    return response;
}

HttpResponse all_docs(const CouchDatabase& database, const CouchRequest& request) {
    const std::string first = key_in(request, "startkey");
    const std::string last = key_in(request, "endkey");
    std::string rows;
    std::size_t total = 0;
    for (const CouchDocument* document : database.by_id()) {
        const RevisionNode& winner = document->tree.winner();
        if (winner.deleted) continue;
        ++total;
        if (document->id < first || (!last.empty() && document->id > last)) continue;
        std::string id;
        platform::append_json_string(id, document->id);
        if (!rows.empty()) rows += ',';
        rows += R"({"id":)";
        rows += id;
        rows += R"(,"key":)";
        rows += id;
        rows += R"(,"value":{"rev":)";
        platform::append_json_string(rows, winner.revision.to_string());
        rows += '}';
        if (request.flag("include_docs")) {
            const bool conflicts = request.flag("conflicts");
            rows += R"(,"doc":)" + document_json(*document, winner, {.conflicts = conflicts});
        }
        rows += '}';
    }
    return reply(
        request.kind, 200,
        R"({"total_rows":)" + std::to_string(total) + R"(,"offset":0,"rows":[)" + rows + "]}");
}

}  // namespace tizilim::support
