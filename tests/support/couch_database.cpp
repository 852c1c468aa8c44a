#include "tests/support/couch_database.h"

#include "platform/check.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/replication/revision.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {

void CouchDatabase::insert(CouchEdit edit) {
    const auto [known, fresh] = places_.try_emplace(edit.id, documents_.size());
    if (fresh) documents_.push_back({.id = edit.id, .sequence = 0, .tree = {}});
    CouchDocument& document = documents_[known->second];
    const KnownRevision rule =
        kind_ == PeerKind::couchdb ? KnownRevision::refill : KnownRevision::keep;
    if (!document.tree.insert(edit.path, edit.deleted, std::move(edit.body), rule)) return;
    changes_.erase(document.sequence);
    document.sequence = ++sequence_;
    changes_.emplace_hint(changes_.end(), document.sequence, known->second);
    if (edit.id.starts_with("_design/")) {
        rules_.erase(edit.id);
        if (edit.allowed) rules_.emplace(edit.id, *std::move(edit.allowed));
    }
}

std::optional<CouchRefusal> CouchDatabase::refusal(const CouchCandidate& candidate) const {
    if (candidate.id.starts_with("_design/")) return {};
    for (const auto& [design, allowed] : rules_) {
        if (auto refusal = validate(allowed, candidate)) return refusal;
    }
    if (validation_) return validation_(candidate);
    return {};
}

const CouchDocument* CouchDatabase::find(std::string_view id) const {
    const auto place = places_.find(std::string(id));
    return place == places_.end() ? nullptr : &documents_[place->second];
}

std::vector<const CouchDocument*> CouchDatabase::changed_after(std::uint64_t after) const {
    std::vector<const CouchDocument*> changed;
    for (auto at = changes_.upper_bound(after); at != changes_.end(); ++at) {
        changed.push_back(&documents_[at->second]);
    }
    return changed;
}

std::vector<const CouchDocument*> CouchDatabase::by_id() const {
    std::vector<const CouchDocument*> sorted;
    sorted.reserve(documents_.size());
    for (const CouchDocument& document : documents_) sorted.push_back(&document);
    std::ranges::sort(sorted, {}, &CouchDocument::id);
    return sorted;
}

std::size_t CouchDatabase::count(std::string_view id_prefix) const {
    const auto live = std::ranges::count_if(documents_, [&](const CouchDocument& document) {
        return document.id.starts_with(id_prefix) && !document.tree.winner().deleted;
    });
    return static_cast<std::size_t>(live);
}

std::optional<platform::JsonValue> CouchDatabase::body(std::string_view id) const {
    const CouchDocument* document = find(id);
    if (document == nullptr || document->tree.winner().deleted) return {};
    auto read = platform::read_json('{' + document->tree.winner().body.value_or("") + '}');
    CHECK(read.has_value());
    return *std::move(read);
}

std::vector<store::Revision> CouchDatabase::leaves(std::string_view id) const {
    std::vector<store::Revision> revisions;
    const CouchDocument* document = find(id);
    if (document == nullptr) return revisions;
    for (const RevisionNode* leaf : document->tree.leaves()) revisions.push_back(leaf->revision);
    return revisions;
}

void CouchDatabase::lose(std::string_view id) {
    std::erase_if(documents_, [&](const CouchDocument& document) { return document.id == id; });
    places_.clear();
    changes_.clear();
    for (std::size_t at = 0; at < documents_.size(); ++at) {
        places_.emplace(documents_[at].id, at);
        changes_.emplace(documents_[at].sequence, at);
    }
}

void CouchDatabase::compact() {
    for (CouchDocument& document : documents_) document.tree.compact();
}

}  // namespace tizilim::support
