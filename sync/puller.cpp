#include "sync/puller.h"

#include "platform/check.h"
#include "platform/expected.h"
#include "platform/json.h"
#include "store/replication.h"
#include "store/revision.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/session.h"
#include "sync/tuning.h"
#include "sync/wire.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

using platform::JsonValue;
using platform::Unexpected;
using store::Leaf;

struct Offered {
    std::vector<Leaf> leaves;
    std::uint64_t unreadable = 0;
    bool others = false;  ///< rows that are not ours to pull
};

Offered offered_by(const wire::ChangesPage& page) {
    Offered offered;
    for (const wire::ChangeRow& row : page.rows) {
        if (!wire::is_pulled(row.id)) {
            offered.others = true;
            continue;
        }
        for (const std::string& text : row.revisions) {
            auto revision = store::Revision::parse(text);
            if (revision) {
                offered.leaves.push_back({row.id, *std::move(revision)});
            } else {
                ++offered.unreadable;
            }
        }
    }
    return offered;
}

/// The documents of a reply by what they say they are.
std::map<std::string, const JsonValue*> by_name(const JsonValue& reply) {
    std::map<std::string, const JsonValue*> found;
    const auto documents = wire::fetched_documents(reply);
    CHECK(documents.has_value());
    for (const JsonValue* document : *documents) {
        const JsonValue* id = document->find("_id");
        const JsonValue* revision = document->find("_rev");
        if (id == nullptr || id->string() == nullptr) continue;
        if (revision == nullptr || revision->string() == nullptr) continue;
        found.emplace(*id->string() + ' ' + *revision->string(), document);
    }
    return found;
}

}  // namespace

Answer<Phase> Puller::pull(Session& session) {
    const auto page = client_.changes(session.checkpoint.pulled, kPullRowsMax);
    if (!page) return Unexpected{page.error()};
    const bool last = page->rows.size() < kPullRowsMax || ++session.pages_of_poll >= kPullPagesMax;
    if (!last && page->reached == session.checkpoint.pulled) {
        return Unexpected{not_the_peer("its list of changes never moves on")};
    }
    if (!page->rows.empty()) {
        const Offered offered = offered_by(*page);
        const std::vector<Leaf> missing = store_.missing(offered.leaves);
        const auto documents = fetch(session, missing);
        if (!documents) return Unexpected{documents.error()};
        store::Checkpoint reached = session.checkpoint;
        reached.pulled = page->reached;
        store_.apply(session.peer, *documents, reached);
        session.checkpoint = std::move(reached);
        skipped_ += offered.unreadable;
        if (offered.others || !missing.empty()) session.epoch_is_due = true;
    }
    if (last) {
        session.pull_is_due = false;
        session.pages_of_poll = 0;
    }
    return page->rows.empty() ? Phase::nothing_to_do : Phase::moved;
}

Answer<Puller::Documents> Puller::fetch(Session& session, std::span<const Leaf> leaves) {
    Documents documents;
    while (!leaves.empty()) {
        const auto some = leaves.first(std::min(leaves.size(), kFetchLeavesMax));
        auto fetched =
            session.bulk_get_is_absent ? fetch_singly(some) : fetch_together(session, some);
        if (!fetched) return Unexpected{fetched.error()};
        std::ranges::move(*std::move(fetched), std::back_inserter(documents));
        leaves = leaves.subspan(some.size());
    }
    return documents;
}

Answer<Puller::Documents> Puller::fetch_together(Session& session, std::span<const Leaf> leaves) {
    const auto reply = client_.bulk_get(leaves);
    if (!reply && reply.error().too_large) return fetch_singly(leaves);
    if (!reply && (reply.error().status == 404 || reply.error().status == 405)) {
        // It may as well be the database that went away.
        const auto identity = client_.identity();
        if (!identity) return Unexpected{identity.error()};
        if (*identity != session.peer) {
            return Unexpected{not_the_peer("its register became another one")};
        }
        session.bulk_get_is_absent = true;
        return fetch_singly(leaves);
    }
    if (!reply) return Unexpected{reply.error()};
    const auto found = by_name(*reply);
    Documents documents;
    std::vector<Leaf> absent;
    for (const Leaf& leaf : leaves) {
        const auto at = found.find(leaf.document_id + ' ' + leaf.revision.to_string());
        if (at == found.end()) {
            absent.push_back(leaf);
        } else {
            take(*at->second, leaf, documents);
        }
    }
    // Servers differ in how they say that they can't find one: a GET says whether it is gone.
    auto singly = fetch_singly(absent);
    if (!singly) return Unexpected{singly.error()};
    std::ranges::move(*std::move(singly), std::back_inserter(documents));
    return documents;
}

/// A revision that is there no more was superseded meanwhile: its successor is further on in the
/// feed.
Answer<Puller::Documents> Puller::fetch_singly(std::span<const Leaf> leaves) {
    Documents documents;
    for (const Leaf& leaf : leaves) {
        const auto answer = client_.revision(leaf);
        if (!answer && answer.error().too_large) {
            ++skipped_;
            continue;
        }
        if (!answer) return Unexpected{answer.error()};
        const std::optional<JsonValue>& document = *answer;
        if (document) take(*document, leaf, documents);
    }
    return documents;
}

void Puller::take(const JsonValue& json, const Leaf& asked, Documents& documents) {
    auto document = wire::decode(json, asked);
    if (document) {
        documents.push_back(*std::move(document));
    } else {
        ++skipped_;
    }
}

}  // namespace tizilim::sync
