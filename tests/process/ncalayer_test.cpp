#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

using testing::HasSubstr;

constexpr auto kPasswordOfKey = "qwerty12";

/// An office where entries wait for a signature, and a stand-in for NCALayer beside it.
class NcaLayerOnTheDesk : public testing::Test {
protected:
    NcaLayerOnTheDesk() : office_(std::vector<std::string>{}) {
        platform::write_file_atomically(
            office_.config(),
            "[register]\ndirectory = register\nrequire_signature = true\n"
            "[eds]\nca_file = " +
                path("authority.pem") + "\n[status]\nport = " + std::to_string(office_.port()) +
                "\n");
    }
    void SetUp() override {
        run({MAKE_TEST_KEY_PROGRAM, "gost", path("key.p12"), kPasswordOfKey, "--ca",
             path("authority.pem")});
        run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", path("tls.key"), "-out",
             path("tls.pem")});
        ASSERT_EQ(office_.tizilim({"init", "--here"}).code, 0);
        ASSERT_TRUE(office_.start()) << office_.log();
    }

    void run(const support::Command& command) const {
        const support::Finished done = support::run(command, desk_.path(), kCommandTime);
        ASSERT_EQ(done.code, 0) << done.err;
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (desk_ / name).string();
    }
    void record(int count) const {
        std::ostringstream rows;
        rows << "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,"
                "essence,form,minutes\n";
        for (int i = 1; i <= count; ++i)
            rows << "2025-11-03,2025-11-03,court_resolution,Т-" << i
                 << ",2025-11-03,Учебный суд,кража,court," << i << '\n';
        platform::write_file_atomically(desk_ / "rows.csv", rows.str());
        const support::Finished brought = office_.tizilim({"import", path("rows.csv")});
        ASSERT_EQ(brought.code, 0) << brought.err;
    }
    /// Starts the stand-in, which answers in this way.
    void start(const std::string& answer, std::vector<std::string> more = {}) {
        support::Command command{NODE,
                                 NCALAYER,
                                 "--tls",
                                 path("tls.pem"),
                                 path("tls.key"),
                                 "--signer",
                                 SIGN_WITH_KEY_PROGRAM,
                                 path("key.p12"),
                                 kPasswordOfKey,
                                 "--answer",
                                 answer,
                                 "--log",
                                 path("asked")};
        command.insert(command.end(), more.begin(), more.end());
        ncalayer_.reset();
        platform::write_file_atomically(desk_ / "said", "");
        ncalayer_ =
            std::make_unique<support::ChildProcess>(command, desk_ / "said", desk_ / "said");
        ASSERT_TRUE(support::eventually(kCommandTime, [&] {
            return support::text_of(desk_ / "said").starts_with("port ");
        })) << support::text_of(desk_ / "said");
        port_ = support::text_of(desk_ / "said").substr(std::string("port ").size());
        port_.resize(port_.find('\n'));
    }
    [[nodiscard]] support::Finished sign(bool trusted = true) const {
        std::vector<std::string> arguments{"sign", "--ncalayer", "--ncalayer-port", port_};
        if (trusted) arguments.insert(arguments.end(), {"--ncalayer-ca", path("tls.pem")});
        return office_.tizilim(arguments);
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::istringstream lines(support::text_of(desk_ / "asked"));
        std::vector<std::string> all;
        for (std::string line; std::getline(lines, line);) all.push_back(line);
        return all;
    }

    Office office_;
    support::TempDirectory desk_;
    std::unique_ptr<support::ChildProcess> ncalayer_;
    std::string port_;
};

std::size_t documents_in(const std::string& request) {
    const auto json = platform::read_json(request);
    if (!json) return 0;
    const platform::JsonValue* const data = at(*json, {"args", "data"});
    return data == nullptr || data->array() == nullptr ? 0 : data->array()->size();
}

TEST_F(NcaLayerOnTheDesk, SignsAllThatWaitsInPartsOfFifty) {
    record(53);
    start("array");

    const support::Finished signing = sign();

    EXPECT_EQ(signing.code, 0) << signing.err;
    EXPECT_THAT(signing.out, HasSubstr("53 signed"));
    EXPECT_EQ(office_.entries("unsigned"), 0);
    ASSERT_EQ(asked().size(), 2U);
    EXPECT_EQ(documents_in(asked()[0]), 50U);
    EXPECT_EQ(documents_in(asked()[1]), 3U);
    const auto shown = office_.ask({"show", "53"});
    EXPECT_EQ(text_at(shown, {"signature", "status"}), "verified");
    EXPECT_EQ(text_at(shown, {"signature", "algorithm"}), "1.2.398.3.10.1.1.2.3.2");
}

TEST_F(NcaLayerOnTheDesk, KeepsThePartsThatWereSignedBeforeItWasClosed) {
    record(53);
    start("closed_after_one");

    const support::Finished signing = sign();

    EXPECT_EQ(signing.code, 1);
    EXPECT_THAT(signing.out, HasSubstr("50 signed"));
    EXPECT_THAT(signing.err, HasSubstr("closed the connection"));
    EXPECT_EQ(office_.entries("unsigned"), 3);
    start("array");
    EXPECT_EQ(sign().code, 0) << "goes on with the rest";
    EXPECT_EQ(office_.entries("unsigned"), 0);
}

TEST_F(NcaLayerOnTheDesk, IsGivenNothingUnlessItsCertificateIsTrusted) {
    record(1);
    start("array");

    const support::Finished refused = sign(false);

    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("--ncalayer-ca"));
    EXPECT_TRUE(asked().empty());
    EXPECT_EQ(office_.entries("unsigned"), 1);
}

TEST_F(NcaLayerOnTheDesk, IsGivenNothingUnderACertificateOfAnotherName) {
    record(1);
    run({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=elsewhere", "-addext",
         "subjectAltName=DNS:elsewhere", "-days", "2", "-keyout", path("tls.key"), "-out",
         path("tls.pem")});
    start("array");

    EXPECT_EQ(sign().code, 1);

    EXPECT_TRUE(asked().empty());
}

TEST_F(NcaLayerOnTheDesk, IsNamedWhereItDoesNotRun) {
    record(1);
    start("array");
    ncalayer_.reset();

    const support::Finished refused = sign();

    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("is not running"));
}

TEST_F(NcaLayerOnTheDesk, IsNotAskedWhereNothingWaits) {
    start("array");

    EXPECT_EQ(sign().code, 0);

    EXPECT_TRUE(asked().empty());
}

TEST_F(NcaLayerOnTheDesk, IsToldByItsAnswerWhyItDidNotSign) {
    record(1);
    for (const auto& [answer, said] :
         {std::pair{"cancelled", "window was closed"}, std::pair{"error", "SIGNING_FAILURE"},
          std::pair{"no_module", "update NCALayer"}, std::pair{"garbage", "can't be read"},
          std::pair{"fewer", "can't be read"}, std::pair{"closed", "closed the connection"}}) {
        start(answer);
        const support::Finished refused = sign();
        EXPECT_EQ(refused.code, 1) << answer;
        EXPECT_THAT(refused.err, HasSubstr(said)) << answer;
        EXPECT_EQ(office_.entries("unsigned"), 1) << answer;
    }
}

TEST_F(NcaLayerOnTheDesk, IsUnderstoodInEachShapeOfItsAnswers) {
    for (const char* const answer : {"string", "object", "pings", "parts"}) {
        ASSERT_EQ(office_.tizilim(office_.add_arguments(30)).code, 0);
        start(answer);
        const support::Finished signing = sign();
        EXPECT_EQ(signing.code, 0) << answer << signing.err;
        EXPECT_EQ(office_.entries("unsigned"), 0) << answer;
    }
}

}  // namespace
}  // namespace tizilim::process
