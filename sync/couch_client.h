#pragma once

#include "platform/clock.h"
#include "platform/http_transport.h"
#include "platform/json.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "sync/answer.h"
#include "sync/link_pace.h"
#include "sync/replicator.h"
#include "sync/wire.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tizilim::sync {

/// Servers differ; what one does not do well is not asked of it (sync/README.md, "Measured").
enum class PeerKind {
    couchdb,  ///< leaves out of its feed what we name; writes a _local document over any other
    pouchdb,  ///< writes a _local document only over the revision that it is told
    other     ///< neither is relied upon
};

/// The document that says whose register a database is.
inline constexpr const char* kRegisterDocument = "register";
struct RegisterDocument {
    std::string identity;  ///< id of the register
    std::string revision;  ///< as the server writes it; may be empty
};

/// The requests that replication makes of one database at a CouchDB-protocol server, each with its
/// deadline and the most it may answer. Every answer is checked for its shape: what is returned is
/// what such a server says, and all else is a Failure.
class CouchClient {
public:
    CouchClient(const ReplicatorSettings& settings, platform::HttpTransport& transport,
                const platform::Clock& clock, LinkPace& pace);

    /// The server's uuid. Tells which kind it is, too.
    [[nodiscard]] Answer<std::string> instance();
    [[nodiscard]] PeerKind kind() const { return kind_; }
    /// Whose register it is, as its database says.
    [[nodiscard]] Answer<RegisterDocument> identity();
    /// The same in few bytes. Nothing: it is still as it was at revision `known`.
    [[nodiscard]] Answer<std::optional<RegisterDocument>> identity_after(const std::string& known);

    /// The remote checkpoint. Nothing when the peer has none.
    [[nodiscard]] Answer<std::optional<wire::EpochDocument>> epoch(
        const std::string& installation_id);
    /// The revision of the remote checkpoint as it is now. Nothing: another wrote it since it was
    /// read.
    [[nodiscard]] Answer<std::optional<std::string>> write_epoch(
        const std::string& installation_id, const wire::EpochDocument& document);

    /// Which of them the peer does not have.
    [[nodiscard]] Answer<std::vector<store::Leaf>> missing_there(
        std::span<const store::Leaf> leaves);
    /// How many names a question may have, by those that the peer called too large since it was
    /// greeted; 0: not even one passed.
    [[nodiscard]] std::size_t names_max() const { return names_max_; }

    /// Bodies go without gzip: the server, or a proxy or firewall before it, refuses that.
    [[nodiscard]] bool sends_plain() const { return sends_plain_; }
    /// The link may be another one: what it lets through is to be found out again.
    void forget_gzip() { gzip_is_known_ = false; }

    /// The documents that were not stored. `packed`: wire::bulk_docs_body() of `entries`, gzipped.
    [[nodiscard]] Answer<std::vector<wire::RefusedRow>> bulk_docs(
        std::span<const store::DisclosedEntry> entries, std::string packed);

    [[nodiscard]] Answer<wire::ChangesPage> changes(const std::string& since, std::size_t rows_max);
    /// The same without what went out with this tag, of a PeerKind::couchdb alone.
    [[nodiscard]] Answer<wire::ChangesPage> changes_without(const std::string& tag,
                                                            const std::string& since,
                                                            std::size_t rows_max);
    /// The reply to _bulk_get, checked by wire::fetched_documents().
    [[nodiscard]] Answer<platform::JsonValue> bulk_get(std::span<const store::Leaf> leaves);
    /// One revision of a document; of generation 0: the one that the peer shows. Nothing when the
    /// peer has it no more.
    [[nodiscard]] Answer<std::optional<platform::JsonValue>> revision(const store::Leaf& leaf);

    /// Every copy that the peer has of one revision: it may have several, with other ancestors.
    [[nodiscard]] Answer<std::vector<store::RemoteDocument>> copies(const store::Leaf& leaf);

    /// Answers of the peer so far, whatever they said.
    [[nodiscard]] std::uint64_t answers() const { return answers_; }

    /// By http_date.h, of the last success since instance() was asked for.
    [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead() const { return clock_ahead_; }
    /// When that was read, if it was.
    [[nodiscard]] platform::Instant clock_read_at() const { return clock_read_at_; }

private:
    struct Question {
        platform::Method method = platform::Method::get;
        std::string url;
        std::string body{};
        bool packed = false;  ///< the body is gzip already
        std::chrono::seconds deadline;
        std::size_t reply_bytes_max;
        bool from_server = false;    ///< no cache between may answer it
        std::string unless_match{};  ///< a revision: 304 if the document is still of it
        bool delivers = false;  ///< what may leave can change: it is made anew for each attempt
    };
    [[nodiscard]] Answer<Reply> ask(const Question& question);
    [[nodiscard]] Answer<Reply> ask_plain(const Question& question,
                                          const platform::HttpBounds& bounds);
    [[nodiscard]] Answer<Reply> exchange(const platform::HttpRequest& request,
                                         const platform::HttpBounds& bounds);
    /// `packs`: its body goes gzipped.
    [[nodiscard]] platform::HttpRequest request_of(const Question& question, bool packs) const;
    [[nodiscard]] Answer<Reply> get(const std::string& url, const std::string& known = {});
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
    bool gzip_is_known_ =
        false;  ///< a gzipped body was taken over this link, or not for gzip refused
    bool sends_plain_ = false;  ///< one was refused, and the same body taken as it is
    bool plain_was_put_off_ = false;
    bool delivers_plain_next_ = false;  ///< one was refused: the next tells whether for gzip
    std::size_t names_max_ = std::numeric_limits<std::size_t>::max();  ///< of one question
    std::string database_url_;
    std::string server_url_;
    std::string authorization_;
    std::uint64_t answers_ = 0;
    std::optional<std::chrono::seconds> clock_ahead_;
    platform::Instant clock_read_at_{};
};

}  // namespace tizilim::sync
