#include "platform/network/local_pair.h"

#include "platform/files/descriptor.h"
#include "platform/network/listening_socket.h"
#include "platform/network/local_listener.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::chrono::seconds kPairPatience{60};

/// Two programs of ours, as one.
class LocalPair : public testing::Test {
protected:
    LocalPair() : LocalPair(connected_pair()) {}

    LocalStream one_;
    LocalStream other_;

private:
    explicit LocalPair(std::pair<Descriptor, Descriptor> ends)
        : one_(stream_over(std::move(ends.first), nullptr)),
          other_(stream_over(std::move(ends.second), nullptr)) {}
};

TEST_F(LocalPair, CarriesBytesBothWays) {
    ASSERT_TRUE(one_.write("there", kPairPatience));
    ASSERT_TRUE(other_.write("back", kPairPatience));

    EXPECT_EQ(*other_.read_exactly(5, kPairPatience), "there");
    EXPECT_EQ(*one_.read_exactly(4, kPairPatience), "back");
}

TEST_F(LocalPair, CarriesADescriptorAmongBytes) {
    std::array<int, 2> ends{-1, -1};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const Descriptor to_read(ends[0]);
    ASSERT_TRUE(one_.write("before", kPairPatience));
    {
        const Descriptor to_write(ends[1]);
        ASSERT_TRUE(send_descriptor(one_, to_write, kPairPatience));
    }
    ASSERT_TRUE(one_.write("after", kPairPatience));

    EXPECT_EQ(*other_.read_exactly(6, kPairPatience), "before");
    const auto received = receive_descriptor(other_, kPairPatience);
    EXPECT_EQ(*other_.read_exactly(5, kPairPatience), "after");

    ASSERT_TRUE(received.has_value());
    ASSERT_EQ(::write(received->get(), "x", 1), 1);
    char read = '\0';
    EXPECT_EQ(::read(to_read.get(), &read, 1), 1);
    EXPECT_EQ(read, 'x');
}

TEST_F(LocalPair, EndsWhereADescriptorDoesNotCome) {
    ASSERT_TRUE(one_.write("x", kPairPatience));

    const auto without = receive_descriptor(other_, kPairPatience);
    one_.finish();
    const auto at_the_end = receive_descriptor(other_, kPairPatience);

    ASSERT_FALSE(without.has_value());
    EXPECT_EQ(without.error(), StreamFailure::ended);
    ASSERT_FALSE(at_the_end.has_value());
    EXPECT_EQ(at_the_end.error(), StreamFailure::ended);
}

TEST_F(LocalPair, WaitsForADescriptorNoLongerThanItIsTold) {
    const auto received = receive_descriptor(other_, std::chrono::milliseconds(1));

    ASSERT_FALSE(received.has_value());
    EXPECT_EQ(received.error(), StreamFailure::timed_out);
}

TEST(HandedListener, ServesAControlSocketThatAnotherMade) {
    const support::TempDirectory folder;
    const auto stop = std::make_shared<StopEvent>();
    {
        const ListeningSocket made = listen_on_control_socket(folder.path(), ControlAccess::owner);
        ListeningSocket handed{.socket = Descriptor(::dup(made.socket.get()))};
        auto served = LocalListener::serving_control(std::move(handed), folder.path(),
                                                     ControlAccess::owner, {.stop = stop});
        auto client = connect_to_control(folder.path());
        ASSERT_TRUE(client.has_value());
        LocalStream stream = *std::move(client);
        ASSERT_TRUE(stream.write("GET / HTTP/1.1\r\n\r\n", kPairPatience));

        const auto request = served.next();

        ASSERT_TRUE(request.has_value());
        EXPECT_TRUE(request->head.has_value());
        EXPECT_EQ(served.port(), 0);
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "control.sock")) << "who made it removes it";
}

TEST(HandedListener, LeavesTheNameToWhoMadeTheSocket) {
    const support::TempDirectory folder;
    const auto stop = std::make_shared<StopEvent>();
    const ListeningSocket made = listen_on_control_socket(folder.path(), ControlAccess::owner);
    {
        ListeningSocket handed{.socket = Descriptor(::dup(made.socket.get()))};
        const auto served = LocalListener::serving_control(std::move(handed), folder.path(),
                                                           ControlAccess::owner, {.stop = stop});
    }

    EXPECT_TRUE(connect_to_control(folder.path()).has_value());
}

TEST(HandedListener, KnowsThePortThatAnotherTook) {
    auto made = listen_on_loopback("127.0.0.1", 0);
    ASSERT_TRUE(made.has_value());
    const auto port = port_of(*made);

    const auto served =
        LocalListener::serving_port(*std::move(made), {.stop = std::make_shared<StopEvent>()});

    EXPECT_NE(port, 0);
    EXPECT_EQ(served.port(), port);
}

}  // namespace
}  // namespace tizilim::platform
