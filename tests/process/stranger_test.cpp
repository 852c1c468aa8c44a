#include "tests/process/stranger.h"

#include "platform/clock.h"
#include "platform/curl/curl_transport.h"
#include "platform/network/http_transport.h"
#include "platform/network/local_stream.h"
#include "platform/text/civil_time.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

/// A lawyer's PC that another user works on, too.
class AnotherUser : public testing::Test {
protected:
    void SetUp() override {
        if (const std::string obstacle = Stranger::obstacle(); !obstacle.empty())
            GTEST_SKIP() << obstacle;
        stranger_ = std::make_unique<Stranger>();
        office_ = std::make_unique<Office>("");
        std::filesystem::permissions(theirs_.path(), std::filesystem::perms::all);
    }

    [[nodiscard]] const Stranger& stranger() const { return *stranger_; }
    [[nodiscard]] std::string heard() const { return support::text_of(theirs_ / "heard"); }
    /// The lawyer's commands come to nothing, say so, and tell nobody anything.
    void expect_refused(const std::string& reason) const {
        for (const support::Finished& finished :
             {office_->tizilim({"add", "--basis", "court_resolution", "--basis-number", "Т-1",
                                "--essence", "канарейка", "--form", "court", "--minutes", "60"}),
              office_->tizilim({"status"}),
              office_->tizilim({"import", TEST_DATA_FOLDER "/register-ru.csv"}),
              office_->tizilim({"sign", "--key", "/nowhere.p12"}),
              office_->tizilim({"sign", "--export", (office_->folder() / "out").string()})}) {
            EXPECT_EQ(finished.code, 3);
            EXPECT_THAT(finished.err, HasSubstr(reason));
            EXPECT_THAT(finished.out, Not(HasSubstr("Recorded")));
        }
        EXPECT_FALSE(std::filesystem::exists(office_->folder() / "out"));
        EXPECT_EQ(heard(), "");
    }
    support::TempDirectory theirs_;  ///< where the other user may write
    std::unique_ptr<Office> office_;

private:
    std::unique_ptr<Stranger> stranger_;
};

TEST_F(AnotherUser, OnThePortHearsNothing) {
    const std::uint16_t port = office_->port();
    const std::filesystem::path heard_file = theirs_ / "heard";
    const int listener = listen_at(port);
    const Stranger::Process impostor(stranger(),
                                     [&]() -> int { impersonate(listener, heard_file); });
    ::close(listener);

    const support::Finished daemon = office_->run_daemon();

    EXPECT_EQ(daemon.code, 1);
    EXPECT_THAT(daemon.err, HasSubstr("set another [status] port"));
    expect_refused("start it with `tizilimd`");
}

TEST_F(AnotherUser, OnAPlantedControlSocketHearsNothing) {
    const std::filesystem::path heard_file = theirs_ / "heard";
    const std::filesystem::path planted = theirs_ / "planted";
    const Stranger::Process impostor(stranger(),
                                     [&]() -> int { impersonate(listen_at(planted), heard_file); });
    ASSERT_TRUE(
        support::eventually(kCommandTime, [&] { return std::filesystem::exists(planted); }));
    std::filesystem::rename(planted, office_->register_folder() / "control.sock");

    expect_refused("is a program of user " + std::to_string(stranger().user()));

    ASSERT_TRUE(office_->start()) << office_->log();
    EXPECT_EQ(office_->tizilim(office_->add_arguments(1)).code, 0);
    EXPECT_EQ(heard(), "");
}

/// Asks at the control socket in `folder` for an act of the owner; how many bytes it got.
int ask_for_everything(const std::filesystem::path& folder) {
    constexpr int kNotLetIn = 98;
    auto connected = platform::connect_to_control(folder);
    if (!connected) return kNotLetIn;
    platform::LocalStream stream = *std::move(connected);
    static_cast<void>(
        stream.write("POST /api/v1/sync HTTP/1.0\r\nContent-Length: 0\r\n\r\n", kCommandTime));
    const auto answer = stream.read(1, kCommandTime);
    return answer ? 1 : 0;
}

TEST_F(AnotherUser, OnTheControlSocketIsNotAnswered) {
    ASSERT_TRUE(office_->start()) << office_->log();
    const std::filesystem::path folder = office_->register_folder();

    // As it is, the system lets nobody else in; with all doors open, tizilimd does not.
    EXPECT_NE(Stranger::Process(stranger(),
                                [&] { return ::access((folder / "control.sock").c_str(), F_OK); })
                  .result(),
              0);
    for (const auto& path : {office_->folder(), folder, folder / "control.sock"})
        std::filesystem::permissions(path, std::filesystem::perms::all);
    const int got =
        Stranger::Process(stranger(), [&] { return ask_for_everything(folder); }).result();

    EXPECT_EQ(got, 0);
    EXPECT_THAT(office_->log(), HasSubstr("event=other_account_dropped account=" +
                                          std::to_string(stranger().user())));
    for (const auto& path : {office_->folder(), folder})
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    EXPECT_EQ(office_->tizilim({"status"}).code, 0);
}

/// Two hundred connections, of which each second one drips a request that never ends.
[[noreturn]] void crowd(std::uint16_t port) {
    constexpr int kConnections = 200;
    std::vector<int> sockets(kConnections, -1);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (true) {
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            const bool alive =
                sockets[i] >= 0 && (i % 2 == 0 || ::send(sockets[i], "x", 1, MSG_NOSIGNAL) == 1);
            if (alive) continue;
            if (sockets[i] >= 0) ::close(sockets[i]);
            sockets[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            static_cast<void>(
                ::connect(sockets[i], reinterpret_cast<const sockaddr*>(&address), sizeof address));
        }
        ::poll(nullptr, 0, 10);
    }
}

/// What the port says to anyone: the status of HTTP, 0 where there is no answer.
int anonymous_status(std::uint16_t port) {
    platform::CurlTransport transport({}, {});
    platform::HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/status";
    constexpr std::size_t kPageBytesMax = std::size_t{1} << 20;
    const auto reply = transport.send(request, platform::HttpBounds(kCommandTime, kPageBytesMax));
    return reply ? reply->status : 0;
}

/// How long `ask` takes: of five times the one in the middle, for the machine may be busy.
template <class Ask>
milliseconds time_of(Ask ask) {
    const platform::SystemClock clock;
    std::vector<platform::Instant::duration> times;
    for (int i = 0; i < 5; ++i) {
        const platform::Instant begin = clock.now();
        ask();
        times.push_back(clock.now() - begin);
    }
    std::sort(times.begin(), times.end());
    return std::chrono::ceil<milliseconds>(times[2]);
}

TEST_F(AnotherUser, WhoCrowdsThePortDoesNotKeepTheOwnerWaiting) {
    constexpr milliseconds kAtMost{1000};
    ASSERT_TRUE(office_->start()) << office_->log();
    const std::uint16_t port = office_->port();
    const Stranger::Process many(stranger(), [&]() -> int { crowd(port); });
    const LocalApi api(*office_);
    const std::string today = platform::format_date(
        platform::civil_day(platform::SystemClock().wall_now(), std::chrono::hours(5)));
    const auto anonymous = [&] { EXPECT_EQ(anonymous_status(port), 200); };

    EXPECT_LE(time_of(anonymous), kAtMost);
    EXPECT_LE(time_of([&] { EXPECT_EQ(api.get("/status").status, 200); }), kAtMost);
    EXPECT_LE(time_of([&] {
                  EXPECT_EQ(api.post("/api/v1/entries", {{"application_date", today},
                                                         {"basis_type", "court_resolution"},
                                                         {"basis_number", "1"},
                                                         {"basis_issuer", "Суд"},
                                                         {"essence", "кража"},
                                                         {"form", "court"},
                                                         {"minutes", 30}})
                                .status,
                            201);
              }),
              kAtMost);
    EXPECT_EQ(office_->tizilim(office_->add_arguments(1)).code, 0);
}

}  // namespace
}  // namespace tizilim::process
