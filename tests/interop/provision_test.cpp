#include "agent/admin/accounts.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/lawyers.h"
#include "agent/admin/provisioner.h"
#include "agent/admin/register_check.h"
#include "agent/admin/register_rules.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "tests/interop/peer_servers.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::interop {
namespace {

using admin::Lawyer;
using admin::Part;
using admin::Register;
using platform::Method;

/// What `tizilim-admin` asks of a server, on models and on a real one.
class Provision : public ::testing::TestWithParam<PeerChoice> {
protected:
    [[nodiscard]] admin::Provisioner provisioner() {
        return {couch_, random_,
                [this](const Register&, const Lawyer&, const std::string& password) {
                    password_ = password;
                }};
    }
    [[nodiscard]] platform::HttpResponse ask(Method method, const std::string& path,
                                             const std::string& authorization,
                                             const std::string& body = {}) {
        platform::HttpRequest request{
            .method = method,
            .url = server_->origin() + path,
            .headers = {{"Accept", "application/json"}, {"Authorization", authorization}},
            .body = body};
        if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
        const auto response =
            server_->transport().send(request, {std::chrono::seconds(20), 1'000'000});
        if (response) return *response;
        ADD_FAILURE() << path << ": " << platform::in_english(response.error().message);
        return {};
    }
    [[nodiscard]] int put_entry(const Register& account, const std::string& members) {
        return ask(Method::put, '/' + account.database + "/entry:1",
                   admin::basic_authorization(account.user, password_),
                   R"({"type":"entry")" + members + '}')
            .status;
    }

    std::unique_ptr<PeerServer> server_ = peer_with_accounts(GetParam());
    admin::CouchServer couch_{server_->transport(), server_->origin(), admin_authorization()};
    support::SeededRandom random_;
    std::string password_;
    const Lawyer lawyer_{.name = "Lawyer", .iin = "800101300001"};
};

TEST_P(Provision, MakesARegisterThatItsAccountAloneComesInto) {
    const Register account = provisioner().provision(lawyer_).account;

    const std::string own = admin::basic_authorization(account.user, password_);
    EXPECT_EQ(ask(Method::get, '/' + account.database + "/register", own).status, 200);
    EXPECT_EQ(ask(Method::put, '/' + account.database + "/_local/pc", own, "{}").status, 201);
    EXPECT_GE(ask(Method::get, "/another", own).status, 401);
    EXPECT_GE(ask(Method::get, '/' + account.database,
                  admin::basic_authorization(kOfficeUser, password_of(kOfficeUser)))
                  .status,
              401);
}

TEST_P(Provision, MakesRulesThatTheServerItselfHolds) {
    const Register account = provisioner().provision(lawyer_).account;

    EXPECT_EQ(put_entry(account, R"(,"essence_of_it":"x")"), 403);
    EXPECT_EQ(put_entry(account, R"(,"basis":{"number":"17"})"), 403);
    EXPECT_EQ(put_entry(account, R"(,"essence":")" + std::string(300'000, 'x') + '"'), 403);
    EXPECT_EQ(put_entry(account, R"(,"minutes":90)"), 201);
}

TEST_P(Provision, FindsAllThereASecondTime) {
    const Register account = provisioner().provision(lawyer_).account;

    EXPECT_TRUE(provisioner().plan(lawyer_).made.empty());
    EXPECT_EQ(admin::faults_of(couch_, admin::rules_of(account)), std::vector<Part>{});
    ASSERT_EQ(admin::registers_of(couch_).size(), 1U);
    EXPECT_EQ(admin::registers_of(couch_).front().iin, lawyer_.iin);
}

TEST_P(Provision, RotatesAPasswordAndRevokes) {
    const Register made = provisioner().provision(lawyer_).account;
    const std::string old = admin::basic_authorization(made.user, password_);
    const std::string path = '/' + made.database + "/register";

    provisioner().rotate(admin::registers_of(couch_).front());
    const std::string now = admin::basic_authorization(made.user, password_);
    EXPECT_EQ(ask(Method::get, path, old).status, 401);
    EXPECT_EQ(ask(Method::get, path, now).status, 200);

    provisioner().revoke(admin::registers_of(couch_).front());
    EXPECT_EQ(ask(Method::get, path, now).status, 401);
    EXPECT_EQ(ask(Method::get, path, admin_authorization()).status, 200);
}

TEST_P(Provision, ChecksWhatAPcSaid) {
    const Register account = provisioner().provision(lawyer_).account;
    const support::SimClock clock;
    const auto checked = [&] {
        return admin::check_register(couch_, account, clock.wall_now(), {}).verdict;
    };
    EXPECT_EQ(checked(), admin::Verdict::unseen);

    const int put =
        ask(Method::put, '/' + account.database + "/health:pc", admin_authorization(),
            R"({"type":"health","state":"well","writtenAt":"2026-11-02T03:00:00+00:00"})")
            .status;

    EXPECT_EQ(put, 201);
    EXPECT_EQ(checked(), admin::Verdict::healthy);
}

INSTANTIATE_TEST_SUITE_P(Peers, Provision,
                         ::testing::Values(PeerChoice::model_couchdb, PeerChoice::model_pouchdb,
                                           PeerChoice::express_pouchdb),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace tizilim::interop
