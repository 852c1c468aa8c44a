#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/interop/conformance.h"
#include "tests/interop/peer_servers.h"
#include "tests/support/couch_accounts.h"
#include "tests/support/couch_database.h"
#include "tests/support/provision.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::interop {
namespace {

using platform::Method;

/// Every fact about credentials that our client relies on; a server of its own for each test, since
/// accounts can be locked.
class Accounts : public ::testing::TestWithParam<PeerChoice> {
protected:
    void SetUp() override { server_ = peer_with_accounts(GetParam()); }

    [[nodiscard]] bool couchdb() const { return server_->kind() == support::PeerKind::couchdb; }

    /// With `authorization` as the header's value; empty: without one.
    [[nodiscard]] Answer ask(Method method, const std::string& path,
                             const std::string& authorization, const std::string& body = {}) {
        platform::HttpRequest request{.method = method,
                                      .url = server_->origin() + path,
                                      .headers = {{"Accept", "application/json"}},
                                      .body = body,
                                      .idempotent = true};
        if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
        if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
        const auto response =
            server_->transport().send(request, {std::chrono::seconds(20), 1'000'000});
        if (!response) {
            ADD_FAILURE() << path << ": " << platform::in_english(response.error().message);
            return {};
        }
        Answer answer{.status = response->status, .json = {}, .raw = *response};
        if (auto read = platform::read_json(response->body)) answer.json = *std::move(read);
        return answer;
    }
    [[nodiscard]] static std::string right() {
        return support::basic_authorization(std::string(kOfficeUser), password_of(kOfficeUser));
    }
    [[nodiscard]] static std::string wrong() {
        return support::basic_authorization(std::string(kOfficeUser), "not it");
    }

private:
    std::unique_ptr<PeerServer> server_;
};

const std::string kDocuments = R"({"new_edits":false,"docs":[{"_id":"a","_rev":"1-aa"}]})";

TEST_P(Accounts, LetAMemberIn) {
    EXPECT_EQ(ask(Method::get, "/register", right()).status, 200);
    const Answer pushed = ask(Method::post, "/register/_bulk_docs", right(), kDocuments);
    EXPECT_EQ(pushed.status, 201);
    EXPECT_TRUE(pushed.json.array()->empty()) << pushed.raw.body;
    EXPECT_EQ(ask(Method::put, "/register/_local/me", right(), R"({"epoch":1})").status, 201);
    EXPECT_EQ(ask(Method::get, "/register/a", right()).status, 200);
}

TEST_P(Accounts, RefuseAWrongPasswordEverywhere) {
    for (const std::string path : {"/", "/register", "/register/_local/me", "/register/_changes"}) {
        const Answer answer = ask(Method::get, path, wrong());
        EXPECT_EQ(answer.status, 401) << path;
        EXPECT_EQ(answer.text("error"), "unauthorized") << path;
    }
    // Four: a fifth would lock the account on CouchDB.
    EXPECT_EQ(ask(Method::get, "/register", right()).status, 200);
}

TEST_P(Accounts, RefuseWhoHasNoCredentials) {
    for (const std::string path : {"/register", "/register/_changes", "/register/a"}) {
        EXPECT_EQ(ask(Method::get, path, "").status, 401) << path;
    }
    EXPECT_EQ(ask(Method::get, "/", "").status, 200);
}

TEST_P(Accounts, RefuseAMemberOfAnotherDatabase) {
    for (const std::string path : {"/another", "/another/_changes", "/another/register"}) {
        const Answer answer = ask(Method::get, path, right());
        EXPECT_EQ(answer.status, couchdb() ? 403 : 401) << path;
        EXPECT_EQ(answer.text("error"), couchdb() ? "forbidden" : "unauthorized") << path;
    }
}

TEST_P(Accounts, RefuseAPushToAnotherDatabaseRowByRowOnlyInPouchDb) {
    const Answer answer = ask(Method::post, "/another/_bulk_docs", right(), kDocuments);

    EXPECT_EQ(answer.status, couchdb() ? 403 : 201);
    if (couchdb()) return;
    ASSERT_NE(answer.json.array(), nullptr);
    ASSERT_EQ(answer.json.array()->size(), 1U) << answer.raw.body;
    EXPECT_EQ(*(*answer.json.array())[0].find("error")->string(), "unauthorized");
}

TEST_P(Accounts, AreLockedByWrongPasswordsOnlyInCouchDb) {
    for (int i = 0; i < support::CouchAccounts::kWrongPasswordsMax; ++i) {
        EXPECT_EQ(ask(Method::get, "/register", wrong()).status, 401);
    }

    const Answer answer = ask(Method::get, "/register", right());

    EXPECT_EQ(answer.status, couchdb() ? 403 : 200);
    EXPECT_EQ(answer.text("error"), couchdb() ? "forbidden" : "");
}

TEST_P(Accounts, RefuseAMalformedTokenAsABadRequestOnlyInCouchDb) {
    const Answer answer = ask(Method::get, "/register", "Bearer none");

    EXPECT_EQ(answer.status, couchdb() ? 400 : 401);
}

INSTANTIATE_TEST_SUITE_P(Peers, Accounts,
                         ::testing::Values(PeerChoice::model_couchdb, PeerChoice::model_pouchdb,
                                           PeerChoice::express_pouchdb),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace tizilim::interop
