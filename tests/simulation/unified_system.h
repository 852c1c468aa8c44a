#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/forger.h"
#include "tests/simulation/marks.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_model.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::simulation {

inline constexpr const char* kDatabaseName = "register";
inline constexpr const char* kDatabaseUrl = "http://peer/register";

/// The unified system: a modelled server with one database, its administrator and its other users.
class UnifiedSystem {
public:
    UnifiedSystem(support::PeerKind kind, std::uint64_t seed, Witness& witness, Marks& marks);

    /// What it tells that agent, inflated.
    [[nodiscard]] platform::HttpResponse handle(std::size_t agent,
                                                const platform::HttpRequest& request);
    [[nodiscard]] const support::CouchDatabase& database() const;
    [[nodiscard]] support::PeerKind kind() const { return model_.kind(); }

    void keep_snapshot(Dice& dice);
    /// False: there is none yet.
    bool restore_snapshot(Dice& dice);
    void replace();
    void compact();
    /// Says something of an entry that it has. False: it has none.
    bool write_remark(Dice& dice);
    bool edit_entry(Dice& dice);
    bool delete_entry(Dice& dice);
    /// Puts a tombstone of its own on a revision of the lawyer's, a leaf or not, that may name
    /// another of his as what the leaf went into. False: it has no entry.
    bool forge_tombstone(Dice& dice);
    /// Begins to tell `lie`, or another of its kind, or ends it. `agents`: how many there are.
    void lie(Lie lie, Dice& dice, std::size_t agents);
    /// Tells the truth from now on, and shows again what it lied about; takes some of the forged
    /// tombstones away.
    void be_honest(Dice& dice);
    [[nodiscard]] const Forger& forger() const { return forger_; }
    /// Refuses other entries than before, or none.
    void change_rules(Dice& dice);
    void end_rules() { refused_digit_.reset(); }
    /// In a design document, which is how agents come to know.
    void publish_rules();
    void change_limits(Dice& dice);
    void end_limits();

    [[nodiscard]] bool refuses(const platform::JsonObject& members) const;
    /// When it last lost what it had; 0: never.
    [[nodiscard]] std::uint64_t rolled_back_at() const { return rolled_back_at_; }
    /// Somebody who is no agent wrote a revision of it.
    [[nodiscard]] bool is_touched(const std::string& document_id) const {
        return touched_.contains(document_id);
    }
    /// Somebody who is no agent deleted it.
    [[nodiscard]] bool is_deleted(const std::string& document_id) const {
        return deleted_.contains(document_id);
    }

private:
    void put(const std::string& path, const std::string& body);
    [[nodiscard]] std::vector<std::string> live_entries() const;
    void show_again(const std::string& id, bool without_forged);

    support::CouchModel model_;
    Witness& witness_;
    Forger forger_;
    std::set<std::string> forged_;  ///< tombstones, by document and revision
    std::vector<support::CouchSnapshot> snapshots_;
    std::optional<std::int64_t> refused_digit_;
    std::uint64_t rules_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t rolled_back_at_ = 0;
    std::set<std::string> touched_;
    std::set<std::string> deleted_;
};

}  // namespace tizilim::simulation
