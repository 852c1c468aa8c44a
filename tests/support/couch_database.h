#pragma once

#include "platform/text/json.h"
#include "store/replication/revision.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tizilim::support {

/// Whose answers the model gives where servers differ (sync/README.md, "Measured").
enum class PeerKind { couchdb, pouchdb };

struct CouchDocument {
    std::string id;
    std::uint64_t sequence = 0;  ///< of its last change
    RevisionTree tree;
};

/// A `_local` document: neither replicated nor in any list.
struct CouchLocal {
    std::uint64_t revision = 0;  ///< N of "0-N"
    std::string body;            ///< members as JSON text, without braces
};

/// A document that passed the checks of its shape.
struct CouchEdit {
    std::string id;
    RevisionPath path;
    bool deleted = false;
    std::string body;  ///< members as JSON text, without braces and names with `_`
    /// Of a design document: its plain copy of what is allowed. Nothing for others.
    std::optional<platform::JsonValue> allowed;
};

/// One database of the model. Copying it is a backup.
class CouchDatabase {
public:
    explicit CouchDatabase(PeerKind kind) : kind_(kind) {}

    /// As new_edits=false writes: any revision, under any ancestors.
    void insert(CouchEdit edit);

    /// Why a document may not be written, by design documents or by the test.
    [[nodiscard]] std::optional<CouchRefusal> refusal(const CouchCandidate& candidate) const;
    void set_validation(CouchValidation validation) { validation_ = std::move(validation); }
    /// A design document with rules is there: PouchDB then loses ancestors (couch_bulk.cpp).
    [[nodiscard]] bool has_rules() const { return !rules_.empty(); }

    [[nodiscard]] const CouchDocument* find(std::string_view id) const;
    /// In order of their last change; `after` is not among them.
    [[nodiscard]] std::vector<const CouchDocument*> changed_after(std::uint64_t after) const;
    [[nodiscard]] std::vector<const CouchDocument*> by_id() const;
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

    /// How many documents are not deleted; with a prefix, of those whose id begins with it.
    [[nodiscard]] std::size_t count(std::string_view id_prefix = {}) const;
    /// The winner's members, or nothing when there is no such document or it is deleted.
    [[nodiscard]] std::optional<platform::JsonValue> body(std::string_view id) const;
    [[nodiscard]] std::vector<store::Revision> leaves(std::string_view id) const;

    [[nodiscard]] std::map<std::string, CouchLocal>& locals() { return locals_; }
    [[nodiscard]] const std::map<std::string, CouchLocal>& locals() const { return locals_; }
    void compact();
    /// The document is gone, and nothing shows that it was there: a damaged disk.
    void lose(std::string_view id);

    /// Who may come in, by name or role; both empty: everybody who may use the server.
    std::vector<std::string> members;
    std::vector<std::string> member_roles;
    /// As it was put, with the members in it; nothing: none was.
    std::optional<platform::JsonValue> security;
    std::int64_t revisions_limit = 1000;

private:
    friend class CouchArchive;

    PeerKind kind_;
    std::uint64_t sequence_ = 0;
    std::vector<CouchDocument> documents_;
    std::unordered_map<std::string, std::size_t> places_;  ///< in documents_, by id
    std::map<std::uint64_t, std::size_t> changes_;         ///< places, by last change
    std::map<std::string, CouchLocal> locals_;
    std::map<std::string, platform::JsonValue> rules_;  ///< by design document
    CouchValidation validation_;
};

}  // namespace tizilim::support
