#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/link_pace.h"
#include "sync/couch/outcome.h"
#include "sync/couch/wire.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tizilim::sync {

/// Which behaviour of the server may be relied upon (sync/README.md, "Measured").
enum class PeerKind {
    couchdb,  ///< filters its feed by a selector; overwrites a _local document of any revision
    pouchdb,  ///< overwrites a _local document only of the revision that is named
    other     ///< neither
};

/// The document that says whose register a database is.
inline constexpr const char* kRegisterDocument = "register";
struct RegisterDocument {
    std::string identity;  ///< id of the register
    std::string revision;  ///< as the server writes it; may be empty
};

/// The requests that replication makes of one database at a CouchDB-protocol server, each with a
/// deadline and a limit on its answer. An answer that has not the shape that such a server gives is
/// a Failure. Copies the settings; all else outlives it.
class CouchClient {
public:
    CouchClient(const ReplicatorSettings& settings, platform::HttpTransport& transport,
                const platform::Clock& clock, LinkPace& pace);

    /// The server's uuid; sets kind(). Begins a session: forgets what was measured of the peer.
    [[nodiscard]] Answer<std::string> instance();
    [[nodiscard]] PeerKind kind() const { return kind_; }
    /// Whose register it is, by the database's document.
    [[nodiscard]] Answer<RegisterDocument> identity();
    /// The same in few bytes. Nothing: unchanged since revision `known`.
    [[nodiscard]] Answer<std::optional<RegisterDocument>> identity_after(const std::string& known);

    /// The remote checkpoint. Nothing when the peer has none.
    [[nodiscard]] Answer<std::optional<wire::EpochDocument>> epoch(
        const std::string& installation_id);
    /// The revision of the remote checkpoint as it is now. Nothing: another wrote it since it was
    /// read.
    [[nodiscard]] Answer<std::optional<std::string>> write_epoch(
        const std::string& installation_id, const wire::EpochDocument& document);

    /// The same of this PC's health document, which names no more than its revision.
    [[nodiscard]] Answer<std::string> health_revision(const std::string& installation_id);
    [[nodiscard]] Answer<std::optional<std::string>> write_health(
        const std::string& installation_id, const std::string& body);

    /// Which of them the peer does not have.
    [[nodiscard]] Answer<std::vector<store::Leaf>> missing_there(
        std::span<const store::Leaf> leaves);
    /// How many leaves a question may name: half of the last one that the peer called too large
    /// since instance(); 0: not even one passed.
    [[nodiscard]] std::size_t names_max() const { return names_max_; }

    /// Bodies go without gzip: the server, or a proxy or firewall before it, refused one.
    [[nodiscard]] bool sends_plain() const { return sends_plain_; }
    /// The link may be another one: whether it lets gzip through is to be found out again.
    void forget_gzip() { gzip_is_known_ = false; }

    /// Sends `packed`: wire::bulk_docs_body() of `entries`, gzipped. Which were not stored.
    [[nodiscard]] Answer<std::vector<wire::RefusedRow>> bulk_docs(
        std::span<const store::DisclosedEntry> entries, std::string packed);

    [[nodiscard]] Answer<wire::ChangesPage> changes(const std::string& since, std::size_t rows_max);
    /// The same without first revisions of this tag; for PeerKind::couchdb alone.
    [[nodiscard]] Answer<wire::ChangesPage> changes_without(const std::string& tag,
                                                            const std::string& since,
                                                            std::size_t rows_max);
    /// The reply to _bulk_get, checked by wire::fetched_documents().
    [[nodiscard]] Answer<platform::JsonValue> bulk_get(std::span<const store::Leaf> leaves);
    /// One revision of a document; generation 0: the one that the peer shows. Nothing when the peer
    /// does not have it.
    [[nodiscard]] Answer<std::optional<platform::JsonValue>> revision(const store::Leaf& leaf);

    /// Every copy that the peer has of one revision: they differ in their ancestors.
    [[nodiscard]] Answer<std::vector<store::RemoteDocument>> copies(const store::Leaf& leaf);

    /// Answers so far, whatever they said.
    [[nodiscard]] std::uint64_t answers() const { return answers_; }

    /// By http_date.h, of the last success since instance().
    [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead() const { return clock_ahead_; }
    /// When that was read.
    [[nodiscard]] platform::Instant clock_read_at() const { return clock_read_at_; }

private:
    struct Question {
        platform::Method method = platform::Method::get;
        std::string url;
        std::string body{};
        bool packed = false;  ///< the body is gzip already
        std::chrono::seconds deadline;
        std::size_t reply_bytes_max;
        bool from_server = false;    ///< no cache may answer it
        std::string unless_match{};  ///< a revision: 304 if it is still the current one
        bool delivers = false;       ///< entries: the caller builds the body anew to try again
    };
    [[nodiscard]] Answer<Reply> ask(const Question& question);
    [[nodiscard]] Answer<Reply> ask_plain(const Question& question,
                                          const platform::HttpBounds& bounds);
    [[nodiscard]] Answer<Reply> exchange(const platform::HttpRequest& request,
                                         const platform::HttpBounds& bounds);
    /// `packs`: its body goes gzipped.
    [[nodiscard]] platform::HttpRequest request_of(const Question& question, bool packs) const;
    [[nodiscard]] Answer<Reply> get(const std::string& url, const std::string& known = {});
    /// The document's revision as it is now. Nothing: the one that `body` names is another.
    [[nodiscard]] Answer<std::optional<std::string>> write(const std::string& path,
                                                           const std::string& body);
    [[nodiscard]] Answer<Reply> post(const std::string& path, std::string body,
                                     std::size_t reply_bytes_max);
    [[nodiscard]] Answer<wire::ChangesPage> page(const Question& question);
    [[nodiscard]] std::string feed_url(const std::string& since, std::size_t rows_max) const;
    [[nodiscard]] Failure no_identity();
    [[nodiscard]] Failure no_register(Failure failure);

    platform::HttpTransport& transport_;
    const platform::Clock& clock_;
    LinkPace& pace_;
    PeerKind kind_ = PeerKind::other;
    bool gzip_is_known_ = false;  ///< a gzipped body passed, or its refusal was not for gzip
    bool sends_plain_ = false;    ///< one was refused, and the same body accepted without gzip
    bool plain_was_put_off_ = false;
    bool delivers_plain_next_ = false;  ///< one was refused: the next, without, tells if for gzip
    std::size_t names_max_ = std::numeric_limits<std::size_t>::max();  ///< of one question
    std::string database_url_;
    std::string server_url_;
    std::string authorization_;
    std::uint64_t answers_ = 0;
    std::optional<std::chrono::seconds> clock_ahead_;
    platform::Instant clock_read_at_{};
};

}  // namespace tizilim::sync
