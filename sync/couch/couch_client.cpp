#include "sync/couch/couch_client.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/http_date.h"
#include "sync/couch/link_pace.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

using platform::HttpBounds;
using platform::HttpRequest;
using platform::JsonValue;
using platform::Method;
using platform::Unexpected;

constexpr std::size_t kNameBytesMax = 200;

bool is_control(char c) {
    return (c >= 0 && c < ' ') || c == '\x7f';
}

/// The member, if it is a short non-empty line, as ids of servers and registers are.
const std::string* name_in(const JsonValue& json, const char* member) {
    const JsonValue* value = json.find(member);
    if (value == nullptr || value->string() == nullptr) return nullptr;
    const std::string& text = *value->string();
    if (text.empty() || text.size() > kNameBytesMax) return nullptr;
    return std::ranges::any_of(text, is_control) ? nullptr : &text;
}

std::string without_trailing_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

bool is_absent(const Failure& failure) {
    return failure.status == 404 && failure.outcome == Outcome::refused;
}

/// The credentials are the only text in a header that is not ours: a line end would begin another.
Failure unsendable_credentials() {
    return {.outcome = Outcome::unauthorized, .reason = {"peer.password_unsendable"}};
}

/// Answers by which a server or proxy may say that it does not read gzip; each may mean another
/// thing.
bool may_mean_no_gzip(const Failure& failure) {
    // The server's own 403 is about rights.
    const bool by_another = failure.status == 403 && failure.outcome == Outcome::captive_portal;
    return by_another || failure.status == 400 || failure.status == 415;
}

/// Too few nodes of the cluster stored it to survive the loss of one.
Failure no_quorum() {
    return {.outcome = Outcome::offline, .reason = {"peer.not_stored_safely"}, .status = 202};
}

}  // namespace

CouchClient::CouchClient(const ReplicatorSettings& settings, platform::HttpTransport& transport,
                         const platform::Clock& clock, LinkPace& pace)
    : transport_(transport),
      clock_(clock),
      pace_(pace),
      database_url_(without_trailing_slash(settings.database_url)),
      server_url_(database_url_.substr(0, database_url_.rfind('/') + 1)),
      authorization_(settings.authorization) {}

HttpRequest CouchClient::request_of(const Question& question, bool packs) const {
    HttpRequest request{.method = question.method,
                        .url = question.url,
                        .headers = {{"Accept", "application/json"}},
                        .body = question.body,
                        .idempotent = true};
    if (!authorization_.empty()) request.headers.push_back({"Authorization", authorization_});
    if (question.from_server) request.headers.push_back({"Cache-Control", "no-cache"});
    if (!question.unless_match.empty())
        request.headers.push_back({"If-None-Match", '"' + question.unless_match + '"'});
    if (question.body.empty()) return request;
    request.headers.push_back({"Content-Type", "application/json"});
    if (packs) request.headers.push_back({"Content-Encoding", "gzip"});
    if (packs && !question.packed) request.body = platform::gzip(question.body);
    if (!packs && question.packed)
        request.body = platform::gunzip(question.body, kPlainBytesMax).value_or("");
    return request;
}

Answer<Reply> CouchClient::ask(const Question& question) {
    if (std::ranges::any_of(authorization_, is_control)) {
        return Unexpected{unsendable_credentials()};
    }
    const HttpBounds bounds(question.deadline, question.reply_bytes_max);
    const bool worth_it = question.packed || question.body.size() >= kGzipBytesMin;
    // The attempt without gzip was put off by a rate limiter: it comes first.
    if (worth_it && plain_was_put_off_) return ask_plain(question, bounds);
    if (question.delivers && std::exchange(delivers_plain_next_, false))
        return ask_plain(question, bounds);
    const bool packs = worth_it && !sends_plain_;
    auto reply = exchange(request_of(question, packs), bounds);
    if (packs && reply) gzip_is_known_ = true;
    if (!packs || gzip_is_known_ || reply || !may_mean_no_gzip(reply.error())) return reply;
    if (question.delivers) {
        delivers_plain_next_ = true;
        Failure failure = reply.error();
        failure.again_plain = true;
        return Unexpected{std::move(failure)};
    }
    auto plain = ask_plain(question, bounds);
    return plain || !may_mean_no_gzip(plain.error()) ? plain : reply;
}

Answer<Reply> CouchClient::ask_plain(const Question& question, const HttpBounds& bounds) {
    auto plain = exchange(request_of(question, false), bounds);
    plain_was_put_off_ = !plain && is_put_off(plain.error());
    if (plain) sends_plain_ = true;
    // Refused without gzip, too: so not for gzip.
    if (!plain && may_mean_no_gzip(plain.error())) gzip_is_known_ = true;
    return plain;
}

Answer<Reply> CouchClient::exchange(const HttpRequest& request, const HttpBounds& bounds) {
    const platform::LinkCounters before = transport_.counters();
    const platform::Instant began = clock_.now();
    const platform::WallTime asked_at = clock_.wall_now();
    const auto answer = transport_.send(request, bounds);
    const platform::LinkCounters after = transport_.counters();
    const std::size_t passed =
        after.bytes_up - before.bytes_up + after.bytes_down - before.bytes_down;
    auto reply = classify(answer, request.method);
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(clock_.now() - began);
    if (!reply && reply.error().cut) {
        const bool hardly_left = pace_.cut(std::max(passed, request.body.size()), took);
        if (hardly_left) {
            Failure failure = reply.error();
            failure.hardly_left = true;
            reply = Unexpected{std::move(failure)};
        }
    }
    if (answer) {
        ++answers_;
        pace_.carried(passed, took);
        const auto ahead = sync::clock_ahead(*answer, asked_at, clock_.wall_now());
        if (reply && ahead) {
            clock_ahead_ = ahead;
            clock_read_at_ = clock_.now();
        }
    }
    return reply;
}

/// A question about who answers, so no cache may answer it.
Answer<Reply> CouchClient::get(const std::string& url, const std::string& known) {
    return ask({.url = url,
                .deadline = kSmallDeadline,
                .reply_bytes_max = kSmallReplyBytesMax,
                .from_server = true,
                .unless_match = known});
}

Answer<Reply> CouchClient::post(const std::string& path, std::string body,
                                std::size_t reply_bytes_max) {
    const std::size_t bytes = body.size() / kQuestionRatio;
    auto reply = ask({.method = Method::post,
                      .url = database_url_ + path,
                      .body = std::move(body),
                      .deadline = kBulkDeadline,
                      .reply_bytes_max = reply_bytes_max});
    if (!reply && reply.error().status == 413) {
        Failure failure = reply.error();
        failure.cut = true;
        pace_.too_large(bytes);
        return Unexpected{std::move(failure)};
    }
    return reply;
}

Answer<std::string> CouchClient::instance() {
    // Each session begins here: what was measured before may be of another server.
    clock_ahead_.reset();
    forget_gzip();
    names_max_ = std::numeric_limits<std::size_t>::max();
    plain_was_put_off_ = false;
    delivers_plain_next_ = false;
    const auto reply = get(server_url_);
    if (!reply && is_absent(reply.error())) {
        return Unexpected{not_the_peer({"not_peer.no_root"})};
    }
    if (!reply) return Unexpected{no_register(reply.error())};
    const std::string* uuid = name_in(reply->json, "uuid");
    if (uuid == nullptr) return Unexpected{not_the_peer({"not_peer.no_uuid"})};
    const bool is_couchdb = reply->json.find("couchdb") != nullptr;
    const bool is_pouchdb = reply->json.find("express-pouchdb") != nullptr;
    kind_ = PeerKind::other;
    if (is_couchdb != is_pouchdb) kind_ = is_couchdb ? PeerKind::couchdb : PeerKind::pouchdb;
    return *uuid;
}

Answer<RegisterDocument> CouchClient::identity() {
    const auto found = identity_after({});
    if (!found) return Unexpected{found.error()};
    const std::optional<RegisterDocument>& document = *found;
    if (!document) return Unexpected{not_the_peer({"not_peer.unread_is_unchanged"})};
    return *document;
}

Answer<std::optional<RegisterDocument>> CouchClient::identity_after(const std::string& known) {
    const auto reply = get(database_url_ + '/' + kRegisterDocument, known);
    if (!reply && reply.error().status == 304 && !known.empty())
        return std::optional<RegisterDocument>();
    if (!reply && is_absent(reply.error())) return Unexpected{no_identity()};
    if (!reply) return Unexpected{no_register(reply.error())};
    const JsonValue* type = reply->json.find("type");
    const std::string* identity = name_in(reply->json, "identity");
    const std::string* revision = name_in(reply->json, "_rev");
    if (type == nullptr || *type != JsonValue("register") || identity == nullptr) {
        return Unexpected{not_the_peer({"not_peer.names_no_register"})};
    }
    return std::optional(
        RegisterDocument{*identity, revision == nullptr ? std::string() : *revision});
}

/// The identity document is not there; asks whether the database is.
Failure CouchClient::no_identity() {
    const auto database = get(database_url_);
    if (!database && !is_absent(database.error())) return no_register(database.error());
    Failure failure = database ? not_the_peer({"not_peer.no_register_document"}) : database.error();
    failure.no_register = true;
    return failure;
}

/// CouchDB answers a malformed token with a bare 400, and nothing else in these requests can be
/// wrong.
Failure CouchClient::no_register(Failure failure) {
    if (failure.status != 400 || authorization_.empty()) return failure;
    failure.outcome = Outcome::unauthorized;
    failure.reason = {"peer.password_unreadable"};
    return failure;
}

Answer<std::optional<wire::EpochDocument>> CouchClient::epoch(const std::string& installation_id) {
    const auto reply = get(database_url_ + "/_local/" + wire::url_encode(installation_id));
    if (!reply && is_absent(reply.error())) return std::optional<wire::EpochDocument>();
    if (!reply) return Unexpected{reply.error()};
    auto document = wire::epoch_document(reply->json, installation_id);
    if (!document) return Unexpected{not_the_peer({"not_peer.checkpoint_not_ours"})};
    return document;
}

Answer<std::optional<std::string>> CouchClient::write_epoch(const std::string& installation_id,
                                                            const wire::EpochDocument& document) {
    return write("/_local/" + wire::url_encode(installation_id),
                 wire::epoch_body(installation_id, document));
}

Answer<std::string> CouchClient::health_revision(const std::string& installation_id) {
    const auto reply =
        get(database_url_ + '/' + wire::url_encode(wire::health_id(installation_id)));
    if (!reply && is_absent(reply.error())) return std::string();
    if (!reply) return Unexpected{reply.error()};
    const std::string* revision = name_in(reply->json, "_rev");
    return revision == nullptr ? std::string() : *revision;
}

Answer<std::optional<std::string>> CouchClient::write_health(const std::string& installation_id,
                                                             const std::string& body) {
    return write('/' + wire::url_encode(wire::health_id(installation_id)), body);
}

Answer<std::optional<std::string>> CouchClient::write(const std::string& path,
                                                      const std::string& body) {
    const auto reply = ask({.method = Method::put,
                            .url = database_url_ + path,
                            .body = body,
                            .deadline = kSmallDeadline,
                            .reply_bytes_max = kSmallReplyBytesMax});
    if (!reply && reply.error().status == 409) return std::optional<std::string>();
    if (!reply) return Unexpected{reply.error()};
    if (reply->status == 202) return Unexpected{no_quorum()};
    const std::string* revision = name_in(reply->json, "rev");
    if (revision == nullptr) {
        return Unexpected{not_the_peer({"not_peer.no_receipt"})};
    }
    return std::optional(*revision);
}

Answer<std::vector<wire::RefusedRow>> CouchClient::bulk_docs(
    std::span<const store::DisclosedEntry> entries, std::string packed) {
    const auto reply = ask({.method = Method::post,
                            .url = database_url_ + "/_bulk_docs",
                            .body = std::move(packed),
                            .packed = true,
                            .deadline = kBulkDeadline,
                            .reply_bytes_max = kRowsReplyBytesMax,
                            .delivers = true});
    if (!reply) return Unexpected{reply.error()};
    auto refused = wire::refused_rows(reply->json, entries);
    if (!refused) return Unexpected{not_the_peer({"not_peer.odd_delivery_reply"})};
    if (reply->status == 202) return Unexpected{no_quorum()};
    return *std::move(refused);
}

Answer<std::vector<store::Leaf>> CouchClient::missing_there(std::span<const store::Leaf> leaves) {
    const auto reply = ask({.method = Method::post,
                            .url = database_url_ + "/_revs_diff",
                            .body = wire::revs_diff_body(leaves),
                            .deadline = kBulkDeadline,
                            .reply_bytes_max = kRowsReplyBytesMax});
    if (!reply && reply.error().status == 413) names_max_ = leaves.size() / 2;
    if (!reply) return Unexpected{reply.error()};
    auto missing = wire::missing_leaves(reply->json, leaves);
    if (!missing) return Unexpected{not_the_peer({"not_peer.odd_presence_reply"})};
    return *std::move(missing);
}

std::string CouchClient::feed_url(const std::string& since, std::size_t rows_max) const {
    std::string url = database_url_ + "/_changes?style=all_docs&limit=" + std::to_string(rows_max);
    // Half of each row is its own `seq`, of which only the last is used.
    if (kind_ == PeerKind::couchdb) url += "&seq_interval=" + std::to_string(rows_max);
    if (!since.empty()) url += "&since=" + wire::url_encode(since);
    return url;
}

Answer<wire::ChangesPage> CouchClient::changes(const std::string& since, std::size_t rows_max) {
    return page({.url = feed_url(since, rows_max),
                 .deadline = kBulkDeadline,
                 .reply_bytes_max = kRowsReplyBytesMax});
}

Answer<wire::ChangesPage> CouchClient::changes_without(const std::string& tag,
                                                       const std::string& since,
                                                       std::size_t rows_max) {
    return page({.method = Method::post,
                 .url = feed_url(since, rows_max) + "&filter=_selector",
                 .body = wire::without_tag_body(tag),
                 .deadline = kBulkDeadline,
                 .reply_bytes_max = kRowsReplyBytesMax});
}

Answer<wire::ChangesPage> CouchClient::page(const Question& question) {
    const auto reply = ask(question);
    if (!reply) return Unexpected{reply.error()};
    auto read = wire::changes_page(reply->json);
    if (!read) return Unexpected{not_the_peer({"not_peer.odd_changes"})};
    return *std::move(read);
}

Answer<JsonValue> CouchClient::bulk_get(std::span<const store::Leaf> leaves) {
    auto reply = post("/_bulk_get?revs=true", wire::bulk_get_body(leaves), kDocumentsReplyBytesMax);
    if (!reply) return Unexpected{reply.error()};
    if (!wire::fetched_documents(reply->json)) {
        return Unexpected{not_the_peer({"not_peer.odd_documents"})};
    }
    return (*std::move(reply)).json;
}

Answer<std::optional<JsonValue>> CouchClient::revision(const store::Leaf& leaf) {
    const bool is_named = leaf.revision.generation > 0;
    const std::string name =
        is_named ? "&rev=" + wire::url_encode(leaf.revision.to_string()) : std::string();
    auto reply =
        ask({.url = database_url_ + '/' + wire::url_encode(leaf.document_id) + "?revs=true" + name,
             .deadline = kSmallDeadline,
             .reply_bytes_max = kDocumentReplyBytesMax});
    if (!reply && is_absent(reply.error())) return std::optional<JsonValue>();
    if (!reply) return Unexpected{reply.error()};
    const JsonValue* id = reply->json.find("_id");
    const JsonValue* revision = reply->json.find("_rev");
    const bool is_meant =
        revision != nullptr && (!is_named || *revision == JsonValue(leaf.revision.to_string()));
    if (id == nullptr || *id != JsonValue(leaf.document_id) || !is_meant) {
        return Unexpected{not_the_peer({"not_peer.another_document"})};
    }
    return std::optional<JsonValue>((*std::move(reply)).json);
}

Answer<std::vector<store::RemoteDocument>> CouchClient::copies(const store::Leaf& leaf) {
    const auto reply = ask({.url = database_url_ + '/' + wire::url_encode(leaf.document_id) +
                                   "?open_revs=all&revs=true",
                            .deadline = kBulkDeadline,
                            .reply_bytes_max = kCopiesReplyBytesMax});
    if (!reply) return Unexpected{reply.error()};
    auto copies = wire::copies(reply->json, leaf);
    if (!copies) return Unexpected{not_the_peer({"not_peer.odd_leaves"})};
    return *std::move(copies);
}

}  // namespace tizilim::sync
