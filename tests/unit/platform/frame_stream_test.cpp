#include "platform/network/frame_stream.h"

#include "platform/files/descriptor.h"
#include "platform/network/local_pair.h"
#include "platform/network/local_stream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::size_t kBytesMax = 1000;
constexpr std::chrono::milliseconds kTimeMax{200};

class FrameStreamTest : public testing::Test {
protected:
    FrameStreamTest() : FrameStreamTest(connected_pair()) {}

    void send(std::string_view bytes) { ASSERT_TRUE(far_.write(bytes, kTimeMax)); }

    FrameStream frames_;
    LocalStream far_;

private:
    explicit FrameStreamTest(std::pair<Descriptor, Descriptor> ends)
        : frames_(stream_over(std::move(ends.first), nullptr), kBytesMax, kTimeMax),
          far_(stream_over(std::move(ends.second), nullptr)) {}
};

TEST_F(FrameStreamTest, ReadsWhatStandsBehindItsLength) {
    send(std::string_view("\0\0\0\3abc\0\0\0\0", 11));
    EXPECT_EQ(*frames_.read(), "abc");
    EXPECT_EQ(*frames_.read(), "");
}

TEST_F(FrameStreamTest, WritesTheLengthWithTheGreatestByteFirst) {
    ASSERT_TRUE(frames_.write(std::string(0x0103, 'x')));
    const auto bytes = far_.read_exactly(4 + 0x0103, kTimeMax);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->substr(0, 6), std::string_view("\0\0\1\3xx", 6));
}

TEST(FrameStreamBounds, AreOfEachDirectionItsOwn) {
    auto [ours, theirs] = connected_pair();
    FrameStream frames(stream_over(std::move(ours), nullptr), {.read_max = 5, .written_max = 2000},
                       kTimeMax);
    FrameStream far(stream_over(std::move(theirs), nullptr), 2000, kTimeMax);
    ASSERT_TRUE(frames.write(std::string(2000, 'x')));
    EXPECT_EQ(far.read()->size(), 2000U);
    ASSERT_TRUE(far.write("12345"));
    EXPECT_EQ(*frames.read(), "12345");
    ASSERT_TRUE(far.write("123456"));
    EXPECT_EQ(frames.read().error(), StreamFailure::too_long);
}

TEST_F(FrameStreamTest, GivesUpWhoSendsAFrameThatIsTooLong) {
    send(std::string_view("\0\0\x03\xe9", 4));
    const auto frame = frames_.read();
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), StreamFailure::too_long);
}

TEST_F(FrameStreamTest, TakesAFrameOfTheGreatestLength) {
    send(std::string_view("\0\0\x03\xe8", 4));
    send(std::string(kBytesMax, 'x'));
    const auto frame = frames_.read();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size(), kBytesMax);
}

TEST_F(FrameStreamTest, GivesUpWhoDoesNotEndAFrame) {
    send(std::string_view("\0\0\0\3ab", 6));
    const auto frame = frames_.read();
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), StreamFailure::timed_out);
}

TEST_F(FrameStreamTest, EndsWithTheOtherSide) {
    far_.finish();
    const auto frame = frames_.read();
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), StreamFailure::ended);
}

TEST_F(FrameStreamTest, GivesUpWhoReadsNothing) {
    bool is_taken = true;
    // More than any socket holds.
    for (int i = 0; i < 100'000 && is_taken; ++i)
        is_taken = frames_.write(std::string(kBytesMax, 'x'));
    EXPECT_FALSE(is_taken);
}

}  // namespace
}  // namespace tizilim::platform
