#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The CouchDB protocol's documents and bodies, both ways (sync/README.md, "Protocol"). Another
/// protocol would be another file like this one.
namespace tizilim::sync::wire {

/// The only encoder of an entry for the network: `_id`, `_rev`, from the second generation on
/// `_revisions`, then the body as the store made it. A first revision gets `tag`, unless empty, as
/// `by`: neither digest nor signature cover it, and decode() drops it.
[[nodiscard]] std::string encode(const store::DisclosedEntry& entry, std::string_view tag = {});

/// POST _bulk_docs, revisions made by us.
[[nodiscard]] std::string bulk_docs_body(std::span<const store::DisclosedEntry> entries,
                                         std::string_view tag = {});
/// POST _revs_diff.
[[nodiscard]] std::string revs_diff_body(std::span<const store::Leaf> leaves);
/// POST _changes?filter=_selector: all leaves but those of entries that encode() gave this tag.
[[nodiscard]] std::string without_tag_body(std::string_view tag);
/// POST _bulk_get. A leaf of generation 0: the revision that the peer shows of that document.
[[nodiscard]] std::string bulk_get_body(std::span<const store::Leaf> leaves);

/// The remote checkpoint: `_local/<installation id>`, which we write at the peer.
struct EpochDocument {
    std::string revision;     ///< of the document, opaque; empty: not written yet
    std::uint64_t epoch = 0;  ///< 0: the document is damaged, and nothing of it is believed
    std::string nonce;
    std::string pulled;  ///< the saved checkpoint: how far the pull had come then

    bool operator==(const EpochDocument&) const = default;
};
[[nodiscard]] std::string epoch_body(const std::string& installation_id,
                                     const EpochDocument& document);
/// Nothing when it is not that installation's. A damaged one has epoch 0.
[[nodiscard]] std::optional<EpochDocument> epoch_document(const platform::JsonValue& json,
                                                          const std::string& installation_id);

/// `health:<installation id>`: how this PC is, for the centre. `revision`: of the document, as the
/// peer writes it; empty: there is none yet.
[[nodiscard]] std::string health_id(const std::string& installation_id);
[[nodiscard]] std::string health_body(const std::string& revision, const store::PcHealth& health,
                                      platform::WallTime now);

/// A row of the reply to _bulk_docs: one document that was not stored.
struct RefusedRow {
    std::string id;
    std::string revision;  ///< may be empty: then any of that id may be meant
    std::string error;     ///< may be empty: some servers give none
    std::string reason;    ///< bounded, for a person
};
/// Nothing when it is no such reply, or names a document outside `sent`.
[[nodiscard]] std::optional<std::vector<RefusedRow>> refused_rows(
    const platform::JsonValue& json, std::span<const store::DisclosedEntry> sent);

/// Which of `asked` the reply to _revs_diff calls missing, in their order. Nothing when it is no
/// such reply, or names others.
[[nodiscard]] std::optional<std::vector<store::Leaf>> missing_leaves(
    const platform::JsonValue& json, std::span<const store::Leaf> asked);

struct ChangeRow {
    std::string id;
    std::vector<std::string> revisions;  ///< of all leaves, as the peer writes them
};
struct ChangesPage {
    std::vector<ChangeRow> rows;
    std::string reached;  ///< the `since` of the next page
    std::size_t skipped_rows = 0;
    std::size_t skipped_revisions = 0;  ///< in the rows that are left
};
/// Rows out of shape are skipped and counted. Nothing when it is no page at all.
[[nodiscard]] std::optional<ChangesPage> changes_page(const platform::JsonValue& json);

/// The documents in a reply to _bulk_get, those found only. Nothing when it is no such reply. The
/// pointers are into `json`.
[[nodiscard]] std::optional<std::vector<const platform::JsonValue*>> fetched_documents(
    const platform::JsonValue& json);

/// "entry:<uuid>" or "unified:<uuid>": documents to pull; others are not.
[[nodiscard]] bool is_pulled(std::string_view document_id);

/// A pulled document, without `by`. Nothing where its frame does not fit `asked`, or it is larger
/// than any document of a register.
[[nodiscard]] std::optional<store::RemoteDocument> decode(const platform::JsonValue& json,
                                                          const store::Leaf& asked);

/// The copies of `asked` in a reply to GET with open_revs=all: documents of that `_rev`, each with
/// its own ancestors, without those that decode() refuses. Nothing when it is no such reply, or an
/// empty one: a document that was shown has a leaf.
[[nodiscard]] std::optional<std::vector<store::RemoteDocument>> copies(
    const platform::JsonValue& json, const store::Leaf& asked);

/// All but the unreserved characters (RFC 3986) as %XX.
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace tizilim::sync::wire
