#pragma once

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_validation.h"

namespace tizilim::support {

/// The body as a JSON object, or the answer to a body that is none.
[[nodiscard]] platform::Expected<platform::JsonValue, platform::HttpResponse> read_body(
    const CouchRequest& request);

/// Everything below a database's name. Whether the user may come in was asked before.
[[nodiscard]] platform::HttpResponse route_database(CouchDatabase& database,
                                                    const CouchRequest& request);

// One call a resource; couch_bulk.cpp, couch_changes.cpp and couch_single.cpp have them.
[[nodiscard]] platform::HttpResponse bulk_docs(CouchDatabase& database,
                                               const CouchRequest& request);
[[nodiscard]] platform::HttpResponse bulk_get(const CouchDatabase& database,
                                              const CouchRequest& request);
[[nodiscard]] platform::HttpResponse revs_diff(const CouchDatabase& database,
                                               const CouchRequest& request);
[[nodiscard]] platform::HttpResponse changes(const CouchDatabase& database,
                                             const CouchRequest& request);
[[nodiscard]] platform::HttpResponse all_docs(const CouchDatabase& database,
                                              const CouchRequest& request);
[[nodiscard]] platform::HttpResponse single_document(CouchDatabase& database,
                                                     const CouchRequest& request);
[[nodiscard]] platform::HttpResponse local_document(CouchDatabase& database,
                                                    const CouchRequest& request);

// couch_administration.cpp
[[nodiscard]] bool is_server_admin(const CouchUserContext& user);
[[nodiscard]] platform::HttpResponse security(CouchDatabase& database, const CouchRequest& request);
[[nodiscard]] platform::HttpResponse revisions_limit(CouchDatabase& database,
                                                     const CouchRequest& request);

/// The text of a sequence: a number from PouchDB, opaque and long from CouchDB.
[[nodiscard]] std::string sequence_json(PeerKind kind, std::uint64_t sequence);

}  // namespace tizilim::support
