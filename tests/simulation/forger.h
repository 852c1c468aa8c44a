#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/simulation/marks.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_tree.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::simulation {

/// What a peer may say of the revisions that it has, without the register key.
enum class Lie {
    ancestors,     ///< another genuine revision of the entry among the ancestors of one
    cut,           ///< lists of a few names, as a small `_revs_limit` makes them
    other_branch,  ///< lists that are right near the revision, and go on in another branch
    hidden_merge,  ///< a tombstone of the lawyer's own without the revision that it went into
    twin           ///< one revision by two ancestries, of which it shows one
};

/// Puts lies into the peer's own answers; what the peer has stays as it is. Which documents a lie
/// concerns is a function of its salt and of their names, so that a lie draws no dice.
class Forger {
public:
    Forger(const Witness& witness, Marks& marks) : witness_(witness), marks_(marks) {}

    /// From now on; to agent `victim` alone, where one is given.
    void begin(Lie lie, std::uint64_t salt, std::optional<std::size_t> victim);
    void end(Lie lie) { lies_.erase(lie); }
    [[nodiscard]] bool tells(Lie lie) const { return lies_.contains(lie); }
    /// Every lie but what a real server goes on to show: twins stay, where `twins_stay`. The
    /// documents of which something untrue was said.
    [[nodiscard]] std::set<std::string> end_all(bool twins_stay);

    /// `response` is the peer's own answer to `request`, inflated.
    void forge(std::size_t agent, const platform::HttpRequest& request,
               platform::HttpResponse& response, const support::CouchDatabase& database);

    /// Somebody was told something untrue of the document, at any time.
    [[nodiscard]] bool lied_about(const std::string& document_id) const {
        return ever_.contains(document_id);
    }
    /// Now: one of its revisions is shown as two leaves.
    [[nodiscard]] bool shows_twins(const std::string& document_id) const {
        return twins_.contains(document_id);
    }

private:
    struct Telling {
        std::uint64_t salt = 0;
        std::optional<std::size_t> victim;
    };
    struct Ask {
        std::size_t agent;
        const support::CouchDatabase& database;
    };
    [[nodiscard]] const Telling* telling(Lie lie, std::size_t agent) const;
    [[nodiscard]] std::vector<const support::RevisionNode*> genuine(
        const support::CouchDocument& document) const;
    [[nodiscard]] std::optional<support::RevisionPath> other_path(
        const support::CouchDocument& document, const support::RevisionPath& path,
        std::uint64_t chance) const;
    [[nodiscard]] std::optional<support::RevisionPath> told_path(
        const Ask& ask, const support::CouchDocument& document, const support::RevisionPath& path);
    [[nodiscard]] std::set<std::string> hidden(std::size_t agent,
                                               const support::CouchDocument& document) const;
    void make_twins(const Ask& ask, const support::CouchDocument& document);
    [[nodiscard]] bool forge_row(const Ask& ask, platform::JsonValue& row);
    /// False: it is not shown.
    [[nodiscard]] bool forge_document(const Ask& ask, platform::JsonValue& json);
    void forge_changes(const Ask& ask, platform::JsonValue& answer);
    void forge_fetched(const Ask& ask, platform::JsonValue& answer);
    void forge_open(const Ask& ask, platform::JsonValue& answer, bool all);
    void add_twins(const support::CouchDocument& document, platform::JsonArray& rows) const;

    const Witness& witness_;
    Marks& marks_;
    std::map<Lie, Telling> lies_;
    /// By document and revision: the names of another ancestry of it.
    std::map<std::string, std::map<std::string, support::RevisionPath>> twins_;
    std::set<std::string> owed_;  ///< documents of which something untrue was said since end_all()
    std::set<std::string> ever_;
};

}  // namespace tizilim::simulation
