#include "platform/check.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/couch/wire.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace platform = tizilim::platform;
namespace store = tizilim::store;

/// Every reader of a peer's answer, on the same bytes: each refuses them or gives what keeps its
/// word.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto json = tizilim::platform::read_json(
        {static_cast<const char*>(static_cast<const void*>(bytes)), size});
    if (!json) return 0;
    const std::vector<store::Leaf> asked{
        {"entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001", store::Revision{2, "b"}}};
    if (const auto missing = tizilim::sync::wire::missing_leaves(*json, asked)) {
        CHECK(missing->size() <= asked.size());
    }
    if (const auto page = tizilim::sync::wire::changes_page(*json)) {
        CHECK(page->rows.size() <= size);
    }
    if (const auto documents = tizilim::sync::wire::fetched_documents(*json)) {
        for (const platform::JsonValue* document : *documents) {
            (void)tizilim::sync::wire::decode(*document, asked.front());
        }
    }
    const auto document = tizilim::sync::wire::decode(*json, asked.front());
    if (document) {
        CHECK(document->id == asked.front().document_id);
        CHECK(document->revision == asked.front().revision);
        CHECK(document->revision.generation > document->ancestors.size());
        for (const auto& member : document->body) CHECK(!member.name.starts_with('_'));
    }
    (void)tizilim::sync::wire::epoch_document(*json, "0123456789abcdef0123456789abcdef");
    return 0;
}
