#include "tests/unit/admin/admin_fixture.h"

#include "agent/admin/admin.h"
#include "agent/admin/couch_server.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "platform/text/civil_time.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

constexpr const char* kPassword = "of the administrator";
constexpr const char* kServer = "https://model";

/// The fixture's transport, lent to a run.
class Lent final : public platform::HttpTransport {
public:
    explicit Lent(platform::HttpTransport& owned) : owned_(owned) {}
    platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override {
        return owned_.send(request, bounds);
    }
    [[nodiscard]] platform::LinkCounters counters() const override { return owned_.counters(); }

private:
    platform::HttpTransport& owned_;
};

}  // namespace

AdminTest::AdminTest() {
    model_.accounts().add_user({.name = "admin", .password = kPassword, .roles = {"_admin"}});
    platform::write_file_atomically(folder_ / "password", std::string(kPassword) + '\n');
}

Said AdminTest::run_plain(std::vector<std::string> arguments, const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Surroundings around{
        .in = in,
        .out = out,
        .err = err,
        .transport =
            [this](const std::filesystem::path&) { return std::make_unique<Lent>(transport_); },
        .clock = clock_,
        .random = random_};
    const int code = run_admin(std::move(arguments), around);
    return {code, out.str(), err.str()};
}

Said AdminTest::run(std::vector<std::string> arguments) {
    const std::vector<std::string> first{"--server",        kServer,
                                         "--admin",         "admin",
                                         "--password-file", (folder_ / "password").string()};
    arguments.insert(arguments.begin(), first.begin(), first.end());
    return run_plain(std::move(arguments));
}

Said AdminTest::provision(const std::string& csv, std::vector<std::string> more) {
    const std::filesystem::path file = folder_ / "lawyers.csv";
    std::ofstream(file) << csv;
    std::vector<std::string> arguments{"provision", "--csv", file.string(), "--output",
                                       output().string()};
    std::ranges::move(more, std::back_inserter(arguments));
    return run(std::move(arguments));
}

std::string AdminTest::lawyers(int count) {
    std::string csv = "lawyer,iin,bar_association,language\n";
    for (int i = 0; i < count; ++i)
        csv += "Адвокат " + std::to_string(i) + ',' + std::to_string(800101300000 + i) +
               ",Алматинская городская коллегия адвокатов,ru\n";
    return csv;
}

std::vector<std::filesystem::path> AdminTest::files(const std::string& extension) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(output()))
        if (entry.path().extension() == extension) found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

std::string AdminTest::value_in(const std::filesystem::path& setup, const std::string& key) {
    std::ifstream in(setup);
    const std::string begin = key + " = ";
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(begin)) return line.substr(begin.size());
    return {};
}

int AdminTest::status_of(const std::string& path, const std::string& user,
                         const std::string& password) {
    return model_
        .handle({.url = kServer + path,
                 .headers = {{"Authorization", basic_authorization(user, password)}},
                 .body = {}})
        .status;
}

int AdminTest::status_for(const std::filesystem::path& setup) {
    const std::string url = value_in(setup, "url");
    return status_of(url.substr(std::string(kServer).size()) + "/register", value_in(setup, "user"),
                     value_in(setup, "password"));
}

void AdminTest::put(const std::string& path, const std::string& body) {
    const auto answer =
        model_.handle({.method = platform::Method::put,
                       .url = kServer + path,
                       .headers = {{"Authorization", basic_authorization("admin", kPassword)}},
                       .body = body});
    ASSERT_LT(answer.status, 300) << answer.body;
}

void AdminTest::put_health(const std::string& database, std::chrono::seconds ago,
                           const std::string& state) {
    put('/' + database + "/health:pc",
        R"({"type":"health","schema":1,"version":"1.0.0","state":")" + state +
            R"(","writtenAt":")" +
            platform::format_time(clock_.wall_now() - ago, platform::UtcOffset(0)) +
            R"(","backupSeconds":3600,"balanceError":0})");
}

}  // namespace tizilim::admin
