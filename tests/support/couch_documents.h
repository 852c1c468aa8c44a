#pragma once

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_tree.h"

#include <string>
#include <vector>

namespace tizilim::support {

/// A document of a request, before anything asks whether it may be written.
struct IncomingDocument {
    std::string id;
    std::optional<RevisionPath> path;  ///< from `_revisions`, else `_rev`; nothing without both
    bool deleted = false;
    platform::JsonObject members;  ///< all of them
};

/// Checks the shape. The error is the answer to the whole request, as real servers give it.
[[nodiscard]] platform::Expected<IncomingDocument, platform::HttpResponse> read_document(
    const CouchRequest& request, platform::JsonValue& value);

/// The edit that writes `document` as `path`.
[[nodiscard]] CouchEdit edit_of(IncomingDocument document, RevisionPath path);

/// The revision that a server gives to an edit of `parent`: a function of what is written.
[[nodiscard]] RevisionPath next_path(const IncomingDocument& document, RevisionPath parent);

/// Where an ordinary edit (new_edits=true) attaches. Nothing: a conflict.
[[nodiscard]] std::optional<RevisionPath> parent_of(const CouchDocument* known,
                                                    const IncomingDocument& document);

/// What is written besides the members.
struct DocumentExtras {
    bool revisions = false;
    bool conflicts = false;
};

/// `node` of `document` as a JSON object. The node has its body.
[[nodiscard]] std::string document_json(const CouchDocument& document, const RevisionNode& node,
                                        DocumentExtras extras);

}  // namespace tizilim::support
