#include "tests/support/couch_model.h"

#include "platform/network/http_transport.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/couch_accounts.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_validation.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using platform::HttpHeader;
using platform::HttpResponse;
using platform::Method;
using support::CouchModel;
using support::PeerKind;

const std::string kOne = R"({"new_edits":false,"docs":[{"_id":"a","_rev":"1-aa","x":1}]})";

HttpResponse ask(CouchModel& model, Method method, const std::string& path,
                 const std::string& body = "", std::vector<HttpHeader> headers = {}) {
    return model.handle({.method = method,
                         .url = "http://model" + path,
                         .headers = std::move(headers),
                         .body = body});
}

std::string member(const HttpResponse& response, const std::string& name) {
    const auto read = platform::read_json(response.body);
    const platform::JsonValue* value = read ? read->find(name) : nullptr;
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

std::vector<HttpHeader> basic(const std::string& pair) {
    return {{"Authorization", "Basic " + platform::to_base64(pair)}};
}

CouchModel guarded(PeerKind kind = PeerKind::couchdb) {
    CouchModel model(kind);
    model.create_database("d");
    model.accounts().add_user({.name = "anna", .password = "right", .roles = {}});
    return model;
}

TEST(CouchModel, LetsNobodyInWithoutCredentialsWhenItHasUsers) {
    CouchModel model = guarded();

    EXPECT_EQ(ask(model, Method::get, "/").status, 200);
    EXPECT_EQ(ask(model, Method::get, "/d").status, 401);
    EXPECT_EQ(ask(model, Method::get, "/d", "", basic("anna:wrong")).status, 401);
    EXPECT_EQ(ask(model, Method::get, "/d", "", basic("anna:right")).status, 200);
}

TEST(CouchModel, LocksAnAccountAfterFiveWrongPasswordsAsCouchDbDoes) {
    CouchModel couchdb = guarded();
    CouchModel pouchdb = guarded(PeerKind::pouchdb);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(ask(couchdb, Method::get, "/d", "", basic("anna:wrong")).status, 401);
        EXPECT_EQ(ask(pouchdb, Method::get, "/d", "", basic("anna:wrong")).status, 401);
    }

    EXPECT_EQ(ask(couchdb, Method::get, "/d", "", basic("anna:right")).status, 403);
    EXPECT_EQ(ask(pouchdb, Method::get, "/d", "", basic("anna:right")).status, 200);
}

TEST(CouchModel, GivesACookieForAPasswordUntilItExpires) {
    CouchModel model = guarded();
    const HttpResponse session =
        ask(model, Method::post, "/_session", R"({"name":"anna","password":"right"})");
    ASSERT_EQ(session.status, 200);
    const std::vector<HttpHeader> cookie{{"Cookie", *session.header("set-cookie")}};
    EXPECT_EQ(ask(model, Method::get, "/d", "", cookie).status, 200);

    model.accounts().expire_sessions();

    EXPECT_EQ(ask(model, Method::get, "/d", "", cookie).status, 401);
}

TEST(CouchModel, TellsAnExpiredTokenFromAMalformedOne) {
    CouchModel model = guarded();
    model.accounts().add_token("good", "anna");
    model.accounts().add_token("old", "anna", true);

    EXPECT_EQ(ask(model, Method::get, "/d", "", {{"Authorization", "Bearer good"}}).status, 200);
    EXPECT_EQ(ask(model, Method::get, "/d", "", {{"Authorization", "Bearer old"}}).status, 401);
    EXPECT_EQ(ask(model, Method::get, "/d", "", {{"Authorization", "Bearer ?"}}).status, 400);
}

TEST(CouchModel, KeepsAnOutsiderFromADatabaseEachServerInItsWay) {
    CouchModel couchdb = guarded();
    CouchModel pouchdb = guarded(PeerKind::pouchdb);
    for (CouchModel* model : {&couchdb, &pouchdb}) model->database("d")->members = {"boris"};
    const auto anna = basic("anna:right");

    EXPECT_EQ(ask(couchdb, Method::get, "/d/_changes", "", anna).status, 403);
    EXPECT_EQ(ask(couchdb, Method::post, "/d/_bulk_docs", kOne, anna).status, 403);
    EXPECT_EQ(ask(pouchdb, Method::get, "/d/_changes", "", anna).status, 401);
    const HttpResponse rows = ask(pouchdb, Method::post, "/d/_bulk_docs", kOne, anna);
    EXPECT_EQ(rows.status, 201);
    EXPECT_NE(rows.body.find(R"("error":"unauthorized")"), std::string::npos);
    EXPECT_EQ(pouchdb.database("d")->count(), 0U);
}

TEST(CouchModel, RefusesWhatATestForbids) {
    CouchModel model;
    model.create_database("d").set_validation([](const support::CouchCandidate& candidate) {
        return candidate.id == "a" ? std::optional(support::CouchRefusal{"unauthorized", "not a"})
                                   : std::nullopt;
    });

    EXPECT_EQ(ask(model, Method::put, "/d/a", "{}").status, 401);
    EXPECT_EQ(ask(model, Method::put, "/d/b", "{}").status, 201);
}

TEST(CouchModel, FailsTheRequestsThatItIsToldTo) {
    CouchModel model;
    model.create_database("d");
    model.fail_next({.status = 503, .headers = {{"retry-after", "7"}}, .path_part = "_bulk_docs"});

    EXPECT_EQ(ask(model, Method::get, "/d").status, 200);
    const HttpResponse failed = ask(model, Method::post, "/d/_bulk_docs", kOne);
    EXPECT_EQ(failed.status, 503);
    EXPECT_EQ(*failed.header("retry-after"), "7");
    EXPECT_EQ(model.database("d")->count(), 0U);
    EXPECT_EQ(ask(model, Method::post, "/d/_bulk_docs", kOne).status, 201);
}

TEST(CouchModel, ComesBackFromABackupWithEverythingAndItsUuid) {
    CouchModel model;
    model.create_database("d");
    ask(model, Method::post, "/d/_bulk_docs", kOne);
    ask(model, Method::put, "/d/_local/me", R"({"epoch":1})");
    const auto backup = model.snapshot();
    const std::string uuid = model.uuid();
    ask(model, Method::put, "/d/b", "{}");
    ask(model, Method::put, "/d/_local/me", R"({"epoch":2})");
    model.change_uuid();

    model.restore(backup);

    EXPECT_EQ(model.uuid(), uuid);
    EXPECT_EQ(model.database("d")->count(), 1U);
    EXPECT_NE(ask(model, Method::get, "/d/_local/me").body.find("\"epoch\":1"), std::string::npos);
}

TEST(CouchModel, HidesNewDocumentsFromASequenceAheadOfItsBackup) {
    CouchModel model;
    model.create_database("d");
    const auto backup = model.snapshot();
    for (const char* id : {"/d/a", "/d/b", "/d/c"}) ask(model, Method::put, id, "{}");
    const std::string since = member(ask(model, Method::get, "/d/_changes"), "last_seq");

    model.restore(backup);
    ask(model, Method::put, "/d/new", "{}");

    const HttpResponse changes = ask(model, Method::get, "/d/_changes?since=" + since);
    EXPECT_NE(changes.body.find(R"("results":[])"), std::string::npos);
    EXPECT_EQ(member(changes, "last_seq"), since);
}

TEST(CouchModel, RefusesARequestAboveTheProxysLimit) {
    CouchModel model;
    model.create_database("d");
    model.limits().request_bytes_max = 50;

    EXPECT_EQ(ask(model, Method::post, "/d/_bulk_docs", kOne).status, 413);
    EXPECT_EQ(model.database("d")->count(), 0U);
}

TEST(CouchModel, RefusesABatchForOneDocumentThatIsTooLarge) {
    CouchModel model;
    model.create_database("d");
    model.limits().document_bytes_max = 60;
    const std::string batch = R"({"new_edits":false,"docs":[{"_id":"small","_rev":"1-a"},)"
                              R"({"_id":"big","_rev":"1-a","x":")" +
                              std::string(100, 'x') + R"("}]})";

    const HttpResponse refused = ask(model, Method::post, "/d/_bulk_docs", batch);

    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(member(refused, "reason"), "big");
    EXPECT_EQ(model.database("d")->count(), 0U);
}

TEST(CouchModel, RefusesAHeaderLineThatIsTooLongWithoutAWord) {
    CouchModel model;
    model.create_database("d");

    const HttpResponse refused = ask(model, Method::get, "/d", "", {{"X", std::string(9000, 'x')}});

    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.body, "");
}

TEST(CouchModel, DiesOfWhatCrashesPouchDb) {
    CouchModel model(PeerKind::pouchdb);
    model.create_database("d");
    const std::string unknown = R"({"docs":[{"id":"a","rev":"1-aa"}]})";

    EXPECT_EQ(ask(model, Method::post, "/d/_revs_diff", R"({"a":"1-aa"})").status,
              support::kNoAnswer);
    EXPECT_EQ(ask(model, Method::post, "/d/_bulk_get?latest=true", unknown).status,
              support::kNoAnswer);
    EXPECT_EQ(ask(model, Method::post, "/d/_bulk_get", unknown).status, 200);
}

TEST(CouchModel, RefusesAttachmentStubs) {
    CouchModel model;
    model.create_database("d");

    EXPECT_EQ(ask(model, Method::put, "/d/a", R"({"_attachments":{"f":{"stub":true}}})").status,
              412);
}

TEST(CouchModel, SaysWhatItHoldsToATest) {
    CouchModel model;
    model.create_database("d");
    ask(model, Method::post, "/d/_bulk_docs", kOne);
    ask(model, Method::post, "/d/_bulk_docs",
        R"({"new_edits":false,"docs":[{"_id":"a","_rev":"1-ab","x":2},)"
        R"({"_id":"b","_rev":"1-a","_deleted":true}]})");

    const auto* database = model.database("d");

    EXPECT_EQ(database->count(), 1U);
    EXPECT_EQ(database->leaves("a").size(), 2U);
    EXPECT_EQ(*database->body("a")->find("x")->integer(), 2);
    EXPECT_FALSE(database->body("b").has_value());
}

}  // namespace
}  // namespace tizilim
