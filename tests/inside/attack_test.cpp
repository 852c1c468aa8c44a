#include "platform/process/confinement.h"
#include "tests/inside/attacked_office.h"
#include "tests/inside/intruder.h"
#include "tests/inside/order.h"
#include "tests/process/office.h"
#include "tests/support/attempts.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <optional>
#include <ostream>
#include <string>
#include <unistd.h>
#include <vector>

namespace tizilim::inside {
namespace {

using process::kDeliveryTime;
using support::Attempt;
using support::Inside;

/// Debian 12's kernel has the second version of the rules on files.
constexpr int kOldVersion = 2;
constexpr const char* kConnectByOwnPort = "connect a shut listening socket";
constexpr const char* kSendByOwnPort = "send by a shut listening socket";
constexpr const char* kConnectByIpv6 = "connect by IPv6";

/// The network that a test run by root makes for its programs has ::1, if the kernel has IPv6.
bool has_own_ipv6() {
    return ::geteuid() == 0 && std::filesystem::exists("/proc/net/if_inet6");
}

std::string name_of(Inside program) {
    return program == Inside::network ? "tizilim-sync" : "tizilim-register";
}

class AttackFromInside : public testing::TestWithParam<Attack> {
protected:
    void SetUp() override {
        if (platform::offered_confinement().size() != 2)
            GTEST_SKIP() << "this kernel has not both of Landlock and seccomp";
    }
};

void expect_errors(AttackedOffice& attacked, Inside program, int rules_version_max) {
    const auto results = attacked.intruder(program).carry_out(attacked.order_for(program));

    ASSERT_TRUE(results) << name_of(program) << " ended: " << attacked.office().log();
    const std::vector<Attempt> attempts = all_attempts();
    ASSERT_EQ(results->size(), attempts.size());
    for (std::size_t at = 0; at < attempts.size(); ++at) {
        const auto expected = support::expected_of(attempts[at], program, rules_version_max);
        if (expected) {
            EXPECT_EQ((*results)[at], *expected) << name_of(program) << ": " << attempts[at].name;
        }
    }
}

TEST_P(AttackFromInside, MeetsAnErrorAtEachAttempt) {
    AttackedOffice attacked(GetParam());
    process::Office& office = attacked.office();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0) << office.log();

    for (const Inside program : {Inside::network, Inside::registering})
        expect_errors(attacked, program, GetParam().rules_version_max);

    // Nothing was lost by it, and both go on with their work.
    ASSERT_EQ(office.tizilim(office.add_arguments(2)).code, 0) << office.log();
    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office.entries("delivered") == 2;
    })) << office.log();
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
    EXPECT_EQ(*process::at(office.status(), {"processes", "network", "restarts"})->integer(), 0);

    Order by_own_port = attacked.order_for(Inside::registering);
    by_own_port.by_own_port = true;
    const Intruder& registering = attacked.intruder(Inside::registering);
    EXPECT_EQ(registering.carry_out(by_own_port, kConnectByOwnPort), EPERM);
    EXPECT_EQ(registering.carry_out(by_own_port, kSendByOwnPort), EPERM);
}

INSTANTIATE_TEST_SUITE_P(
    Accounts, AttackFromInside,
    testing::Values(Attack{}, Attack{.as_nobody = true},
                    Attack{.as_nobody = true, .rules_version_max = kOldVersion}),
    [](const testing::TestParamInfo<Attack>& of) {
        const std::string account = of.param.as_nobody ? "AsNobody" : "AsItself";
        return account + (of.param.rules_version_max == kOldVersion ? "ByOldRules" : "");
    });

class AttackWithoutConfinement : public testing::TestWithParam<bool> {};

TEST_P(AttackWithoutConfinement, Succeeds) {
    AttackedOffice attacked({.as_nobody = GetParam(), .confined = false});

    for (const Inside program : {Inside::network, Inside::registering}) {
        const auto results = attacked.intruder(program).carry_out(attacked.order_for(program));
        ASSERT_TRUE(results) << name_of(program) << " ended: " << attacked.office().log();
        const std::vector<Attempt> attempts = all_attempts();
        for (std::size_t at = 0; at < attempts.size(); ++at) {
            if (!support::succeeds_unconfined(attempts[at], attacked.runs_as_root())) continue;
            EXPECT_EQ(results->at(at), 0) << name_of(program) << ": " << attempts[at].name;
        }
        if (has_own_ipv6()) {
            const Order order = attacked.order_for(program);
            EXPECT_EQ(attacked.intruder(program).carry_out(order, kConnectByIpv6), 0);
        }
        std::cout << support::without_control(attempts, *results, attacked.runs_as_root());
    }

    Order by_own_port = attacked.order_for(Inside::registering);
    by_own_port.by_own_port = true;
    const Intruder& registering = attacked.intruder(Inside::registering);
    EXPECT_EQ(registering.carry_out(by_own_port, kConnectByOwnPort), 0);
    EXPECT_EQ(registering.carry_out(by_own_port, kSendByOwnPort), 0);
}

INSTANTIATE_TEST_SUITE_P(Accounts, AttackWithoutConfinement, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& of) {
                             return std::string(of.param ? "AsNobody" : "AsItself");
                         });

}  // namespace
}  // namespace tizilim::inside
