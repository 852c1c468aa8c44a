#include "agent/network/replication_client.h"
#include "agent/register/replication_server.h"
#include "platform/clock.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"
#include "store/replication/link_state.h"
#include "store/replication/messages.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"
#include "tests/unit/store/register_contract.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim {
namespace {

constexpr std::chrono::seconds kStreamPatience{30};

/// What threads told, for a test to wait for.
template <class T>
class Heard {
public:
    void add(T one) {
        const std::scoped_lock lock(mutex_);
        all_.push_back(std::move(one));
        changed_.notify_all();
    }
    [[nodiscard]] std::optional<T> wait(std::size_t nth = 0) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, kStreamPatience, [&] { return all_.size() > nth; })) return {};
        return all_[nth];
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<T> all_;
};

/// The server of a register in memory, and a test at the other end of its pair.
class ServerTest : public testing::Test {
protected:
    ServerTest() {
        auto [ours, theirs] = platform::connected_pair();
        near_.emplace(platform::stream_over(std::move(ours), stop_), store::kFramesOfRegister);
        far_.emplace(platform::stream_over(std::move(theirs), stop_), kNoBound);
        server_.emplace(*near_, register_.replication(),
                        agent::ReplicationServer::Heard{
                            .report =
                                [this](const store::SyncSnapshot& report) {
                                    reports_.add(report);
                                    return std::optional<platform::Message>{};
                                },
                            .ended = [this](const platform::Message& why) { ended_.add(why); }});
    }
    ~ServerTest() override { stop_->set(); }
    ServerTest(const ServerTest&) = delete;
    ServerTest& operator=(const ServerTest&) = delete;

    /// The server reads it as the end of what it understands.
    void expect_refused(const std::string& frame, const std::string& code) {
        ASSERT_TRUE(far_->write(frame));
        const auto why = ended_.wait();
        ASSERT_TRUE(why) << frame;
        EXPECT_EQ(why->code, code) << frame;
    }

    static constexpr int kMany = 2'000;
    static constexpr std::size_t kNoBound = std::size_t{64} << 20;
    RealRegister register_;
    std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    std::optional<platform::FrameStream> near_;
    std::optional<platform::FrameStream> far_;
    Heard<store::SyncSnapshot> reports_;
    Heard<platform::Message> ended_;
    std::optional<agent::ReplicationServer> server_;
};

TEST_F(ServerTest, AnswersACall) {
    ASSERT_TRUE(far_->write(R"({"call":"reads_feed_first","with":[]})"));
    const auto answer = far_->read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, R"({"answer":false})");
}

TEST_F(ServerTest, AnswersWithMoreThanACallMayBring) {
    std::size_t bytes = 0;
    store::RemoteReplication remote([&](const store::Call& call) {
        EXPECT_TRUE(far_->write(store::frame_of(call)));
        const auto answer = far_->read();
        bytes = answer->size();
        return std::get<store::Reply>(*store::read_frame_of_register(*answer));
    });
    for (int i = 0; i < kMany; ++i) (void)register_.record();
    const auto changes = remote.changes_after({}, {.entries_max = kMany, .bytes_max = 1'000'000});
    EXPECT_EQ(changes.entries.size(), std::size_t{kMany});
    EXPECT_GT(bytes, store::kCallBytesMax);
}

TEST_F(ServerTest, EndsAtACallThatItDoesNotKnow) {
    expect_refused(R"({"call":"reveal","with":[]})", "frame.out_of_shape");
}

TEST_F(ServerTest, EndsAtArgumentsOfAnotherType) {
    expect_refused(R"({"call":"missing","with":["entry:1"]})", "frame.out_of_shape");
}

TEST_F(ServerTest, EndsAtAMemberTooMany) {
    expect_refused(R"({"call":"missing","with":[[{"id":"a","rev":"1-b","more":1}]]})",
                   "frame.out_of_shape");
}

TEST_F(ServerTest, EndsAtAnAnswer) {
    expect_refused(R"({"answer":true})", "frame.out_of_shape");
}

TEST_F(ServerTest, EndsAtWhatIsNoJson) {
    expect_refused("{", "json.not_json");
}

TEST_F(ServerTest, EndsAtWhatIsTooDeep) {
    expect_refused(std::string(100, '[') + std::string(100, ']'), "json.too_deep");
}

TEST_F(ServerTest, EndsAtTooManyValues) {
    std::string frame = R"({"call":"missing","with":[0)";
    for (int i = 0; i < 300'000; ++i) frame += ",0";
    expect_refused(frame + "]}", "json.too_many_values");
}

TEST_F(ServerTest, HearsAReport) {
    store::SyncSnapshot report;
    report.peer = "https://unified.example/db";
    report.link.emplace();
    report.link->outcome = store::Outcome::unauthorized;
    report.link->reason = platform::Message{"link.reset", {{"system", "\xff broken"}}};
    report.link->next.at = platform::Instant::max();
    report.due_at = platform::Instant(std::chrono::seconds(5));
    report.confinement = {"seccomp"};
    report.certificate_ends_at = platform::WallTime(std::chrono::hours(1));
    ASSERT_TRUE(far_->write(store::frame_of(report)));
    const auto heard = reports_.wait();
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->peer, report.peer);
    EXPECT_EQ(heard->due_at, report.due_at);
    EXPECT_EQ(heard->confinement, report.confinement);
    EXPECT_EQ(heard->certificate_ends_at, report.certificate_ends_at);
    EXPECT_EQ(heard->link->outcome, report.link->outcome);
    EXPECT_EQ(heard->link->next, report.link->next);
    EXPECT_EQ(heard->link->reason->code, "link.reset");
}

TEST_F(ServerTest, TellsNoticesAtOnceAlsoWhereNobodyReads) {
    // Far more than a socket holds, if each were written.
    for (int i = 0; i < 100'000; ++i) server_->tell(store::Notice::pending_added);
    server_->tell(store::Notice::sync_now);
    std::string frame;
    for (int i = 0; i < 100'000 && frame != store::frame_of(store::Notice::sync_now); ++i) {
        const auto read = far_->read();
        ASSERT_TRUE(read);
        frame = *read;
    }
    EXPECT_EQ(frame, store::frame_of(store::Notice::sync_now));
}

/// A client, and a test as the register's program.
class ClientTest : public testing::Test {
protected:
    ClientTest() {
        auto [ours, theirs] = platform::connected_pair();
        near_.emplace(platform::stream_over(std::move(ours), stop_), store::kFramesOfSync);
        far_.emplace(platform::stream_over(std::move(theirs), far_stop_), store::kFramesOfRegister);
        client_.emplace(*near_,
                        agent::ReplicationClient::Heard{
                            .notice = [this](store::Notice notice) { notices_.add(notice); },
                            .ended = [this](const platform::Message& why) { ended_.add(why); }});
    }
    ~ClientTest() override {
        stop_->set();
        far_stop_->set();
    }
    ClientTest(const ClientTest&) = delete;
    ClientTest& operator=(const ClientTest&) = delete;

    std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    std::shared_ptr<platform::StopEvent> far_stop_ = std::make_shared<platform::StopEvent>();
    std::optional<platform::FrameStream> near_;
    std::optional<platform::FrameStream> far_;
    Heard<store::Notice> notices_;
    Heard<platform::Message> ended_;
    std::optional<agent::ReplicationClient> client_;
};

TEST_F(ClientTest, FailsWithAStoreErrorOnceTheRegisterIsGone) {
    far_.reset();
    ASSERT_TRUE(ended_.wait());
    EXPECT_THROW((void)client_->replication().installation_id(), store::StoreError);
}

TEST_F(ClientTest, EndsACallThatIsUnderWayWhenTheRegisterGoes) {
    std::jthread gone([this] {
        (void)far_->read();
        far_.reset();
    });
    EXPECT_THROW((void)client_->replication().installation_id(), store::StoreError);
}

TEST_F(ClientTest, EndsAtAnAnswerThatNobodyAskedFor) {
    ASSERT_TRUE(far_->write(R"({"answer":true})"));
    const auto why = ended_.wait();
    ASSERT_TRUE(why);
    EXPECT_EQ(why->code, "frame.not_asked_for");
}

TEST_F(ClientTest, HearsNotices) {
    ASSERT_TRUE(far_->write(R"({"notice":"paused"})"));
    EXPECT_EQ(notices_.wait(), store::Notice::paused);
}

TEST_F(ClientTest, EndsAtANoticeThatItDoesNotKnow) {
    ASSERT_TRUE(far_->write(R"({"notice":"explode"})"));
    const auto why = ended_.wait();
    ASSERT_TRUE(why);
    EXPECT_EQ(why->code, "frame.out_of_shape");
}

}  // namespace
}  // namespace tizilim
