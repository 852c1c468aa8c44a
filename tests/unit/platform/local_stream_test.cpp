#include "platform/network/local_stream.h"

#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/network/local_listener.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <grp.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

constexpr std::chrono::seconds kPatience{60};
/// Some account that is neither ours nor the administrator's.
constexpr uid_t kOther = 54321;

/// A control socket in a folder, and clients of it. All in one thread: what clients send waits in
/// the system.
class ControlSocket : public testing::Test {
protected:
    explicit ControlSocket(std::string name = "register") {
        folder_ = root_ / name;
        make_private_directory(folder_);
    }
    [[nodiscard]] LocalListener listen(std::chrono::milliseconds head_time_max = kPatience,
                                       ControlAccess access = ControlAccess::owner) const {
        return LocalListener::on_control_socket(folder_, access,
                                                {.stop = stop_, .head_time_max = head_time_max});
    }
    [[nodiscard]] LocalStream connect() const {
        auto connected = connect_to_control(folder_);
        EXPECT_TRUE(connected.has_value());
        return *std::move(connected);
    }
    [[nodiscard]] LocalStream connect_with(const std::string& bytes) const {
        LocalStream client = connect();
        EXPECT_TRUE(client.write(bytes, kPatience));
        return client;
    }

    support::TempDirectory root_;
    std::filesystem::path folder_;
    const std::shared_ptr<StopEvent> stop_ = std::make_shared<StopEvent>();
};

TEST_F(ControlSocket, CarriesBytesBothWays) {
    LocalListener listener = listen();
    LocalStream client = connect_with("GET / HTTP/1.1\r\nA: b\r\n\r\nbody");

    auto request = listener.next();
    ASSERT_TRUE(request && request->head);
    EXPECT_EQ(*request->head, "GET / HTTP/1.1\r\nA: b\r\n\r\n");
    EXPECT_EQ(*request->stream.read_exactly(4, kPatience), "body");
    EXPECT_TRUE(request->stream.write("HTTP/1.1 200 OK\r\n\r\nanswer", kPatience));
    request->stream.finish();

    EXPECT_EQ(*client.read_head(kPatience), "HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_EQ(*client.read_exactly(6, kPatience), "answer");
    EXPECT_EQ(client.read(1, kPatience).error(), StreamFailure::ended);
}

TEST_F(ControlSocket, IsForItsOwnerAlone) {
    const LocalListener listener = listen();

    EXPECT_EQ(std::filesystem::status(folder_ / "control.sock").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ControlSocket, IsForTheGroupOfTheServicesFolder) {
    const LocalListener listener = listen(kPatience, ControlAccess::group);

    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(folder_ / "control.sock").permissions(),
              perms::owner_read | perms::owner_write | perms::group_read | perms::group_write);
}

TEST_F(ControlSocket, TakesThePlaceOfOneThatAKilledProcessLeft) {
    {
        LocalListener killed = listen();
        std::filesystem::rename(folder_ / "control.sock", folder_ / "left");
    }
    std::filesystem::rename(folder_ / "left", folder_ / "control.sock");
    ASSERT_FALSE(connect_to_control(folder_));

    const LocalListener listener = listen();

    EXPECT_TRUE(connect_to_control(folder_));
}

TEST_F(ControlSocket, LeavesAFileInItsPlaceAlone) {
    write_file_atomically(folder_ / "control.sock", "mine");

    EXPECT_THROW(static_cast<void>(listen()), FileError);

    EXPECT_EQ(read_file(folder_ / "control.sock", 10), "mine");
}

TEST_F(ControlSocket, GoesWithItsListener) {
    {
        const LocalListener listener = listen();
    }

    EXPECT_FALSE(std::filesystem::exists(folder_ / "control.sock"));
    const auto refused = connect_to_control(folder_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ConnectFailure::Kind::none_listens);
}

TEST_F(ControlSocket, LeavesTheSocketOfANewerListenerAlone) {
    auto older = std::make_unique<LocalListener>(listen());
    const LocalListener newer = listen();

    older.reset();

    EXPECT_TRUE(connect_to_control(folder_));
}

/// Its path has more bytes than the address of a socket, and letters of two bytes.
class FarControlSocket : public ControlSocket {
protected:
    FarControlSocket() : ControlSocket(std::string(60, 'r') + "/тіркелім-кітабы-тіркелім-кітабы") {}
};

TEST_F(FarControlSocket, IsReachedAllTheSame) {
    LocalListener listener = listen();
    const LocalStream client = connect_with("GET / HTTP/1.1\r\n\r\n");

    EXPECT_TRUE(listener.next()->head);
}

TEST_F(ControlSocket, HearsTheOneThatHasSaidAllAmongThoseWhoHaveNot) {
    LocalListener listener = listen();
    std::vector<LocalStream> silent;
    for (int i = 0; i < 300; ++i) {
        silent.push_back(connect());
        if (i % 2 == 0) {
            ASSERT_TRUE(silent.back().write("GET /", kPatience));
        }
        if (i % 50 == 0) {
            const LocalStream whole = connect_with("GET /status HTTP/1.1\n\n");
            EXPECT_EQ(*listener.next()->head, "GET /status HTTP/1.1\n\n");
        }
    }
}

TEST_F(ControlSocket, DropsWhoHasBeenSilentTheLongestWhenTooManyAre) {
    LocalListener listener = listen();
    LocalStream first = connect();
    std::vector<LocalStream> others;
    for (int i = 0; i < 256; ++i) {
        others.push_back(connect());
        // What has connected before is heard, then: the system keeps few that are not.
        const LocalStream whole = connect_with("GET / HTTP/1.1\r\n\r\n");
        ASSERT_TRUE(listener.next()->head) << i;
    }

    EXPECT_EQ(first.read(1, kPatience).error(), StreamFailure::ended);
}

TEST_F(ControlSocket, EndsWhatTakesTooLongForAHead) {
    LocalListener listener = listen(std::chrono::milliseconds(1));
    const LocalStream client = connect_with("GET / HTTP/1.1\r\nA: b\r\n");

    const auto request = listener.next();

    ASSERT_TRUE(request);
    ASSERT_FALSE(request->head);
    EXPECT_EQ(request->head.error(), StreamFailure::timed_out);
}

TEST_F(ControlSocket, CutsAHeadAt64KiB) {
    LocalListener listener = listen();
    for (const std::size_t spaces : {kHeadBytesMax, kHeadBytesMax - 4}) {
        const LocalStream client = connect_with(std::string(spaces, ' ') + "\r\n\r\n");

        const auto request = listener.next();

        ASSERT_TRUE(request);
        EXPECT_EQ(request->head.has_value(), spaces < kHeadBytesMax) << spaces;
    }
}

TEST_F(ControlSocket, FindsTheEndOfAHeadWhereverItIsTorn) {
    const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
    LocalListener listener = listen();
    for (std::size_t at = 1; at < head.size(); ++at) {
        LocalStream client = connect_with(head.substr(0, at));
        // Heard after the first part, which is therefore read by itself.
        const LocalStream other = connect_with("other\n\n");
        ASSERT_EQ(*listener.next()->head, "other\n\n") << at;

        ASSERT_TRUE(client.write(head.substr(at) + "body", kPatience));

        const auto request = listener.next();
        ASSERT_TRUE(request && request->head) << at;
        EXPECT_EQ(*request->head, head) << at;
    }
}

TEST_F(ControlSocket, GivesNoPartOfWhatWasPromisedWhole) {
    LocalListener listener = listen();
    LocalStream client = connect_with("POST / HTTP/1.1\r\n\r\nhal");
    client.finish();
    auto request = listener.next();
    ASSERT_TRUE(request && request->head);

    const auto body = request->stream.read_exactly(4, kPatience);

    ASSERT_FALSE(body);
    EXPECT_EQ(body.error(), StreamFailure::ended);
}

TEST_F(ControlSocket, StopEndsEveryWait) {
    LocalListener listener = listen();
    const LocalStream client = connect_with("POST / HTTP/1.1\r\n\r\n");
    auto request = listener.next();
    ASSERT_TRUE(request);

    stop_->set();

    EXPECT_EQ(request->stream.read(1, kPatience).error(), StreamFailure::stopped);
    EXPECT_FALSE(listener.next());
}

/// Runs `act` as another account in a process of its own, and gives what it returns.
template <class Act>
int as_other_account(Act act) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(kOther) != 0 || ::setuid(kOther) != 0)
            ::_exit(99);
        ::_exit(act());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

/// With a socket and a folder that anyone may use: what is left is whom the system names.
class AnotherAccount : public ControlSocket {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can be another account";
        open(root_.path());
        open(folder_);
    }
    static void open(const std::filesystem::path& path) {
        std::filesystem::permissions(path, std::filesystem::perms::all);
    }
};

TEST_F(AnotherAccount, IsDroppedBeforeAByteOfItIsRead) {
    LocalListener listener = listen();
    open(folder_ / "control.sock");
    const int heard = as_other_account([this] {
        auto connected = connect_to_control(folder_);
        if (!connected) return 2;
        LocalStream client = *std::move(connected);
        static_cast<void>(client.write("GET / HTTP/1.1\r\n\r\n", kPatience));
        return 0;
    });
    ASSERT_EQ(heard, 0);
    const LocalStream own = connect_with("GET /own HTTP/1.1\r\n\r\n");

    const auto request = listener.next();

    ASSERT_TRUE(request && request->head);
    EXPECT_EQ(*request->head, "GET /own HTTP/1.1\r\n\r\n");
}

TEST_F(AnotherAccount, IsToldOfOnceHoweverOftenItComes) {
    std::vector<std::int64_t> dropped;
    LocalListener listener = LocalListener::on_control_socket(
        folder_, ControlAccess::owner,
        {.stop = stop_, .dropped = [&](std::int64_t account) { dropped.push_back(account); }});
    open(folder_ / "control.sock");
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(as_other_account([this] { return connect_to_control(folder_) ? 0 : 2; }), 0);
    const LocalStream own = connect_with("GET /own HTTP/1.1\r\n\r\n");

    ASSERT_TRUE(listener.next());

    EXPECT_EQ(dropped, std::vector<std::int64_t>{kOther});
}

TEST_F(AnotherAccount, IsHeardWhenItIsInTheGroup) {
    ASSERT_EQ(::chown(folder_.c_str(), 0, kOther), 0);
    LocalListener listener = listen(kPatience, ControlAccess::group);
    ASSERT_EQ(as_other_account([this] {
                  auto connected = connect_to_control(folder_);
                  if (!connected) return 2;
                  LocalStream client = *std::move(connected);
                  return client.write("GET /member HTTP/1.1\r\n\r\n", kPatience) ? 0 : 1;
              }),
              0);

    const auto request = listener.next();

    ASSERT_TRUE(request && request->head);
    EXPECT_EQ(*request->head, "GET /member HTTP/1.1\r\n\r\n");
}

TEST_F(AnotherAccount, LearnsThatItIsNotInTheGroup) {
    ASSERT_EQ(::chown(folder_.c_str(), 0, kOther + 1), 0);
    const LocalListener listener = listen(kPatience, ControlAccess::group);

    const int refused = as_other_account([this] {
        const auto connected = connect_to_control(folder_);
        if (connected) return 2;
        return connected.error().kind == ConnectFailure::Kind::not_let_in ? 0 : 1;
    });

    EXPECT_EQ(refused, 0);
    EXPECT_EQ(group_needed(folder_),
              Message("file.for_a_group", {{"path", folder_.string()}, {"group", "54322"}}));
    ASSERT_EQ(::chown(folder_.c_str(), 0, 0), 0);
    EXPECT_EQ(group_needed(folder_), std::nullopt);
}

TEST_F(AnotherAccount, IsNotSpokenToWhenItListens) {
    std::unique_ptr<LocalListener> listener;
    // Who listens is who the process was then.
    ASSERT_EQ(::seteuid(kOther), 0);
    listener = std::make_unique<LocalListener>(listen());
    ASSERT_EQ(::seteuid(0), 0);

    const auto refused = connect_to_control(folder_);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ConnectFailure::Kind::other_account);
    EXPECT_EQ(refused.error().reason, as_it_stands("54321"));
}

TEST(LoopbackListener, HearsItsPort) {
    const auto stop = std::make_shared<StopEvent>();
    const auto first = LocalListener::on_loopback("127.0.0.1", 0, {.stop = stop});
    ASSERT_TRUE(first);
    ASSERT_NE(first->port(), 0);

    const auto second = LocalListener::on_loopback("127.0.0.1", first->port(), {.stop = stop});

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), Message{"system.address_in_use"});
}

}  // namespace
}  // namespace tizilim::platform
