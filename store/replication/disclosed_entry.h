#pragma once

#include "platform/text/json.h"
#include "store/replication/revision.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {

struct Entry;
class DisclosedEntry;
class DisclosurePolicy;

/// The one door out of the store: what `policy` lets leave of `entry`, or nothing when it may not
/// leave (may_leave). It has no RevealKey: what is confidential can't pass.
[[nodiscard]] std::optional<DisclosedEntry> disclose(const Entry& entry,
                                                     const DisclosurePolicy& policy);

/// The entry of a frame from `tizilim-register` (frame_values.h), which took it from disclose();
/// nothing where `json` is not one.
[[nodiscard]] std::optional<DisclosedEntry> disclosed_entry_in(const platform::JsonValue& json);

/// What others may see of an entry: the only entry type that `sync` can name. It has no member for
/// a confidential field. disclose() makes one, and disclosed_entry_in() makes it again in the
/// program that has the network.
class DisclosedEntry {
public:
    [[nodiscard]] const std::string& document_id() const noexcept { return document_id_; }
    /// A tombstone: its body names the revision into which its leaf went, and nothing of the entry.
    [[nodiscard]] bool deleted() const noexcept { return deleted_; }
    /// The document without `_id`, `_rev`, `_revisions` and `_deleted`, as canonical JSON (RFC
    /// 8785).
    [[nodiscard]] const std::string& body() const noexcept { return body_; }
    /// Generation 0 until minted().
    [[nodiscard]] const Revision& revision() const noexcept { return revision_; }
    /// The ancestors' digests, newest first.
    [[nodiscard]] const std::vector<std::string>& ancestors() const noexcept { return ancestors_; }

    /// The same body as `revision`, a child of `ancestors` (digests, newest first).
    [[nodiscard]] DisclosedEntry minted(Revision revision,
                                        std::vector<std::string> ancestors) const {
        DisclosedEntry entry = *this;
        entry.revision_ = std::move(revision);
        entry.ancestors_ = std::move(ancestors);
        return entry;
    }

    /// A tombstone of that revision. `into`: where the leaf went; nothing for a tombstone of an
    /// earlier version of this program.
    [[nodiscard]] static DisclosedEntry tombstone(std::string document_id, Revision revision,
                                                  std::vector<std::string> ancestors,
                                                  const std::optional<Revision>& into) {
        platform::JsonObject body;
        if (into) body.push_back({"into", into->to_string()});
        DisclosedEntry entry(std::move(document_id), body);
        entry.revision_ = std::move(revision);
        entry.ancestors_ = std::move(ancestors);
        entry.deleted_ = true;
        return entry;
    }

private:
    friend std::optional<DisclosedEntry> disclose(const Entry&, const DisclosurePolicy&);
    friend std::optional<DisclosedEntry> disclosed_entry_in(const platform::JsonValue&);
    DisclosedEntry(std::string document_id, const platform::JsonObject& body)
        : document_id_(std::move(document_id)), body_(platform::canonical_json(body)) {}

    std::string document_id_;
    std::string body_;
    Revision revision_;
    std::vector<std::string> ancestors_;
    bool deleted_ = false;
};

}  // namespace tizilim::store
