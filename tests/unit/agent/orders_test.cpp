#include "agent/processes/orders.h"

#include "platform/text/message.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using agent::Order;

TEST(Orders, AreReadAsTheyWereWritten) {
    const std::vector<Order> orders{
        agent::NetworkStarted{.pid = 4711, .restarts = 3},
        agent::Ready{},
        agent::WithoutRegister{},
        agent::Renew{},
        agent::Renewed{},
        agent::Renewed{platform::Message{"config.not_read_again"}},
        agent::Expect{},
        agent::Expect{std::chrono::milliseconds(1500)},
        agent::Discard{4711},
        agent::Probe{},
        agent::Alive{},
        agent::Alive{.is_well = false},
        agent::SetUp{.fields = {{"lawyer", "A"}, {"url", ""}}, .session = {}},
        agent::SetUp{.fields = {}, .session = agent::KeptSession{"1f", "2e"}},
        agent::SetUpDone{},
        agent::SetUpDone{{{"url", platform::Message{"config.url"}}}},
        agent::Begin{},
        agent::Begin{agent::KeptSession{"1f", "2e"}},
    };
    for (const Order& order : orders) {
        const auto read = agent::read_order(agent::frame_of(order));
        ASSERT_TRUE(read) << agent::frame_of(order);
        EXPECT_EQ(*read, order) << agent::frame_of(order);
    }
}

TEST(Orders, AreNothingElse) {
    for (const std::string frame : {"",
                                    "null",
                                    "[]",
                                    "{}",
                                    R"("ready")",
                                    R"({"ready":false})",
                                    R"({"ready":true,"renew":true})",
                                    R"({"end":true})",
                                    R"({"network":{"pid":4711}})",
                                    R"({"network":{"pid":0,"restarts":0}})",
                                    R"({"network":{"pid":99999999999,"restarts":0}})",
                                    R"({"network":{"pid":4711,"restarts":-1}})",
                                    R"({"renewed":"x"})",
                                    R"({"expect_within":-1})",
                                    R"({"expect_within":"1"})",
                                    R"({"set_up":{"fields":{"url":1},"session":null}})",
                                    R"({"set_up":{"fields":{}}})",
                                    R"({"set_up_done":[{"field":"url"}]})",
                                    R"({"set_up_done":null})",
                                    R"({"begin":{"id":"1f"}})",
                                    R"({"discard":0})",
                                    R"({"discard":-1})",
                                    R"({"discard":99999999999})",
                                    R"({"discard":"4711"})",
                                    R"({"discard":true})"})
        EXPECT_FALSE(agent::read_order(frame)) << frame;
}

}  // namespace
}  // namespace tizilim
