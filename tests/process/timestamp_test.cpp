#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/support/timestamp_authority.h"
#include "tests/support/timestamp_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

using testing::HasSubstr;

/// The first question comes within a minute of the start.
constexpr std::chrono::seconds kFirstQuestion{120};

support::CertificateWish valid_now() {
    support::CertificateWish wish = support::stamping_certificate();
    const platform::WallTime now = platform::SystemClock().wall_now();
    wish.not_before = now - std::chrono::hours(24);
    wish.not_after = now + std::chrono::hours(24 * 30);
    return wish;
}

std::string text_at(const platform::JsonValue& json, const std::vector<std::string>& names) {
    const platform::JsonValue* const value = at(json, names);
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

/// An office with an authority, whose key is `sign` and which is trusted by `pem`; without a
/// unified system.
class TimestampedOffice {
public:
    TimestampedOffice(support::SignStamp sign, const std::string& pem)
        : server_([sign](const std::string& request) {
              support::StampWish wish;
              wish.at = platform::SystemClock().wall_now();
              return support::timestamp_answer(request, sign, wish);
          }) {
        platform::write_file_atomically(office_.folder() / "ca.pem", pem);
        std::filesystem::create_directory(backups());
        office_.configure({}, {},
                          "[eds]\nca_file = ca.pem\ntsa_url = " + server_.url() +
                              "\n[backup]\ndirectory = " + backups().string() + "\n");
        const platform::JsonValue made = office_.ask({"init", "--here"});
        std::ofstream(office_.folder() / "code") << text_at(made, {"recovery_code"}) << '\n';
    }
    [[nodiscard]] Office& office() { return office_; }
    [[nodiscard]] std::filesystem::path backups() const { return office_.folder() / "backups"; }
    [[nodiscard]] std::size_t requests() const { return server_.requests().size(); }
    [[nodiscard]] bool obtains() const {
        return support::eventually(kFirstQuestion, [this] {
            return !text_at(office_.status(), {"timestamps", "lastAt"}).empty();
        });
    }

private:
    support::TimestampServer server_;
    Office office_{std::vector<std::string>{}};
};

void expect_stamped(const Office& office) {
    const support::Finished verified = office.tizilim({"verify"});
    EXPECT_EQ(verified.code, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("up to entry 2 of book"));
    EXPECT_THAT(verified.out, HasSubstr("a time-stamp by ТЕСТТІК УАҚЫТ БЕЛГІСІ proves it"));
    EXPECT_THAT(verified.out, testing::Not(HasSubstr("untrusted")));
}

void expect_kept_through_backup(support::SignStamp sign, const std::string& pem) {
    TimestampedOffice stamped(std::move(sign), pem);
    Office& office = stamped.office();
    ASSERT_TRUE(office.start()) << office.log();
    for (const int minutes : {10, 20})
        ASSERT_EQ(office.tizilim(office.add_arguments(minutes)).code, 0);
    EXPECT_EQ(stamped.requests(), 0U) << "an entry brings no question";

    ASSERT_TRUE(stamped.obtains()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(30)).code, 0);

    expect_stamped(office);
    const std::string form = (office.folder() / "form.html").string();
    ASSERT_EQ(office.tizilim({"print", "--output", form}).code, 0);
    EXPECT_THAT(support::text_of(form), HasSubstr("по запись № 2 книги"));
    EXPECT_THAT(office.tizilim({"doctor"}).out, HasSubstr("Time-stamps"));
    EXPECT_EQ(stamped.requests(), 1U);

    const support::Finished backed_up =
        office.tizilim({"--json", "backup", stamped.backups().string()});
    ASSERT_EQ(backed_up.code, 0) << backed_up.err;
    const std::string backup = text_at(*platform::read_json(backed_up.out), {"file"});
    TimestampedOffice other(nullptr, pem);
    platform::write_file_atomically(other.office().config(),
                                    "[register]\ndirectory = restored\n[eds]\nca_file = ca.pem\n"
                                    "[status]\nport = " +
                                        std::to_string(other.office().port()) + "\n");
    const support::Finished restored =
        other.office().tizilim({"restore", "--here", backup, "--code-file",
                                (office.folder() / "code").string(), "--continue-book"});
    ASSERT_EQ(restored.code, 0) << restored.err;
    ASSERT_TRUE(other.office().start()) << other.office().log();
    expect_stamped(other.office());
}

TEST(Timestamps, ByGostAreStoredShownAndSurviveBackupAndRestore) {
    const auto authority = support::make_gost_certificate(support::gost_authority("ОРТАЛЫҚ"));
    support::GostWish wish;
    wish.certificate = valid_now();
    const auto signer = support::make_gost_certificate(wish, &authority);

    expect_kept_through_backup(support::stamping_with(signer), authority.pem());
}

TEST(Timestamps, ByRsaAreStoredShownAndSurviveBackupAndRestore) {
    const support::TestAuthority authority;
    const auto signer = authority.issue(support::KeyKind::rsa, valid_now());

    expect_kept_through_backup(support::stamping_with(signer), authority.pem());
}

TEST(Timestamps, ThatTheAuthorityDoesNotGiveCostNothingAndAreToldOnce) {
    support::TimestampServer portal(
        [](const std::string& /*request*/) { return "<!DOCTYPE html><html>Sign in</html>"; });
    Office office{std::vector<std::string>{}};
    office.configure({}, {}, "[eds]\ntsa_url = " + portal.url() + "\n");
    ASSERT_EQ(office.tizilim({"init", "--here"}).code, 0);
    ASSERT_TRUE(office.start()) << office.log();

    ASSERT_TRUE(support::eventually(kFirstQuestion, [&] {
        return !text_at(office.status(), {"timestamps", "failedAt"}).empty();
    })) << office.log();

    EXPECT_THAT(text_at(office.status(), {"timestamps", "failed"}), HasSubstr("something else"));
    EXPECT_THAT(office.tizilim({"doctor"}).out, HasSubstr("something else"));
    EXPECT_EQ(office.tizilim(office.add_arguments(10)).code, 0);
    EXPECT_THAT(office.tizilim({"verify"}).out, testing::Not(HasSubstr("time-stamp")));
    EXPECT_EQ(portal.requests().size(), 1U);
    EXPECT_THAT(office.log(), HasSubstr("event=no_timestamp"));
}

}  // namespace
}  // namespace tizilim::process
