#include "platform/files/file.h"
#include "tests/inside/name_server.h"
#include "tests/inside/own_network.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/platform/tls_server.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace tizilim::inside {
namespace {

using process::kDeliveryTime;
using process::LocalApi;

/// An office on a machine whose /etc is a folder of the test, and a unified system that it knows by
/// name and by a certificate of an authority of the test.
class ReplacedFiles : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can have another /etc";
        network_.emplace();
        names_.emplace();
        std::filesystem::copy("/etc", etc_.path(),
                              std::filesystem::copy_options::recursive |
                                  std::filesystem::copy_options::copy_symlinks);
        replace("nsswitch.conf", "hosts: files dns\n");
        support::make_certificate(made_ / "ca.pem", made_ / "ca.key", "DNS:register.test");
        server_ = std::make_unique<support::TlsServer>(made_ / "ca.pem", made_ / "ca.key");
    }

    /// As a system's files are: by another one of the same name.
    void replace(const std::string& name, const std::string& content) const {
        platform::write_file_atomically(etc_ / name, content);
    }
    [[nodiscard]] support::Command own_etc() const {
        const std::string script =
            "mount --bind '" + etc_.path().string() + "' /etc && exec \"$@\"";
        return {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"};
    }

    std::optional<OwnNetwork> network_;
    std::optional<NameServer> names_;
    support::TempDirectory etc_;
    support::TempDirectory made_;
    std::unique_ptr<support::TlsServer> server_;
};

TEST_F(ReplacedFiles, OfTheResolverAndOfAuthoritiesAreReadByTheProgramThatRuns) {
    replace("resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n");
    process::Office office(std::vector<std::string>{});
    office.configure(server_->url("register.test") + "register");
    office.start_programs_by(own_etc());
    ASSERT_EQ(office.tizilim({"init", "--here"}).code, 0);
    ASSERT_TRUE(office.start()) << office.log();
    const LocalApi api(office);
    std::string reason;
    const auto comes_to = [&](const std::string& words) {
        return support::eventually(kDeliveryTime, [&] {
            (void)api.post("/api/v1/sync", {});
            reason = process::text_at(api.get("/status").json, {"reason"});
            return reason.find(words) != std::string::npos;
        });
    };

    ASSERT_TRUE(comes_to("host name is not known")) << reason;
    const auto pid = process::number_at(api.get("/status").json, {"processes", "network", "pid"});
    replace("resolv.conf", "nameserver 127.0.0.1\n");
    ASSERT_TRUE(comes_to("certificate is not signed")) << reason;
    const std::filesystem::path bundle = "ssl/certs/ca-certificates.crt";
    replace(bundle, support::text_of(etc_ / bundle) + support::text_of(made_ / "ca.pem"));
    ASSERT_TRUE(comes_to("something answers in place of")) << reason;

    EXPECT_EQ(process::number_at(api.get("/status").json, {"processes", "network", "pid"}), pid);
    EXPECT_EQ(process::number_at(api.get("/status").json, {"processes", "network", "restarts"}), 0);
}

}  // namespace
}  // namespace tizilim::inside
