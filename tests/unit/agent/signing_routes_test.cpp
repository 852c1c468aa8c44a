#include "platform/cms/cms_signature.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/register/register.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace tizilim {
namespace {

using support::kLocalEntry;
using support::kPartialEntry;
using testing::HasSubstr;

/// A register in which what may leave waits for the lawyer's signature.
class SigningRoutes : public testing::Test {
protected:
    SigningRoutes() {
        EXPECT_EQ(agent_.post_json("/api/v1/entries", kPartialEntry).status, 201);
        EXPECT_EQ(agent_.post_json("/api/v1/entries", kLocalEntry).status, 201);
    }
    [[nodiscard]] std::string bytes_of(const std::string& name) const {
        const auto task =
            platform::read_json(agent_.get("/api/v1/entries/" + name + "/signing").body);
        return *task->find("bytes")->string();
    }
    [[nodiscard]] std::string signature_over(const std::string& bytes) {
        const support::CertificateWish wish{.not_after =
                                                support::kSigningTime + std::chrono::years(3)};
        return support::make_cms(
            {.signers = {support::TestAuthority().issue(support::KeyKind::ecdsa, wish)},
             .signed_at = agent_.clock().wall_now()},
            bytes);
    }
    [[nodiscard]] support::Answer attach(const std::string& name, const std::string& cms,
                                         std::int64_t version = 1) const {
        return agent_.post_json("/api/v1/entries/" + name + "/signature",
                                platform::to_json(platform::JsonObject{
                                    {"version", version}, {"cms", platform::to_base64(cms)}}));
    }

    support::RunningAgent agent_{std::chrono::seconds(20), true};
};

TEST_F(SigningRoutes, GiveTheBytesOfAllThatWaits) {
    const auto all = agent_.get("/api/v1/signing");
    const auto first = agent_.get("/api/v1/signing?limit=1");

    EXPECT_THAT(all.body, HasSubstr(R"({"tasks":[{"number":1,"id":")"));
    EXPECT_THAT(all.body, HasSubstr(R"("version":1,"bytes":"{\"_id\":\"entry:)"));
    EXPECT_THAT(all.body, HasSubstr(R"({"number":2,"id":")"));
    EXPECT_THAT(all.body, HasSubstr(R"("next":null,"iin":"")"));
    EXPECT_THAT(all.body, HasSubstr(R"("own_key_only":true})"));
    const auto page = platform::read_json(first.body);
    const auto* const next = page->find("next");
    ASSERT_NE(next->integer(), nullptr);
    EXPECT_THAT(agent_.get("/api/v1/signing?first=" + std::to_string(*next->integer())).body,
                HasSubstr(R"({"tasks":[{"number":2,)"));
    EXPECT_EQ(agent_.get("/api/v1/signing?limit=0").status, 400);
}

TEST_F(SigningRoutes, TakeASignatureOverTheseBytes) {
    ASSERT_EQ(agent_.registry().balance().awaiting_signature, 1U);

    const auto answer = attach("1", signature_over(bytes_of("1")));

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(R"({"signature":{"status":"verified_unchecked_issuer")"));
    EXPECT_THAT(answer.body, HasSubstr(R"("delivery":"pending")"));
    EXPECT_EQ(agent_.registry().balance().pending, 1U);
    EXPECT_THAT(agent_.get("/api/v1/entries/1").body, HasSubstr(R"("signer":"ОМАРОВ ДАУЛЕТ)"));
    EXPECT_EQ(agent_.get("/api/v1/entries/1/signing").status, 409);
}

TEST_F(SigningRoutes, TakeTheSignatureOfWhatStaysToo) {
    const auto answer = attach("2", signature_over(bytes_of("2")));

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(R"("delivery":"local")"));
    EXPECT_EQ(agent_.registry().balance().local, 1U);
}

TEST_F(SigningRoutes, RefuseOneOverOtherBytes) {
    std::string changed = bytes_of("1");
    changed.back() = ' ';

    const auto answer = attach("1", signature_over(changed));

    EXPECT_EQ(answer.status, 409);
    EXPECT_THAT(answer.body, HasSubstr("the signature was not attached: "));
    EXPECT_EQ(attach("1", "garbage").status, 409);
    EXPECT_EQ(attach("9", "garbage").status, 404);
    EXPECT_EQ(agent_.registry().balance().awaiting_signature, 1U);
}

TEST_F(SigningRoutes, RefuseOneOfAnEarlierVersion) {
    const std::string early = signature_over(bytes_of("1"));
    ASSERT_EQ(
        agent_
            .post_json("/api/v1/entries/1/amend", R"({"fields":{"minutes":120},"reason":"a slip"})")
            .status,
        200);

    EXPECT_EQ(attach("1", early).status, 409);
    EXPECT_EQ(attach("1", early, 2).status, 409);
    EXPECT_EQ(attach("1", signature_over(bytes_of("1")), 2).status, 200);
}

TEST_F(SigningRoutes, WantTheBodyThatIsAskedFor) {
    for (const char* body : {"{", "[]", "{}", R"({"version":1})", R"({"version":"1","cms":"TUlJ"})",
                             R"({"version":0,"cms":"TUlJ"})", R"({"version":-1,"cms":"TUlJ"})",
                             R"({"version":4294967296,"cms":"TUlJ"})", R"({"version":1,"cms":""})",
                             R"({"version":1,"cms":"*"})", R"({"version":1,"cms":7})",
                             R"({"version":1,"cms":"TUlJ","more":1})"})
        EXPECT_EQ(agent_.post_json("/api/v1/entries/1/signature", body).status, 400) << body;
    EXPECT_EQ(attach("1", std::string(platform::kCmsBytesMax + 1, '0')).status, 400);
}

}  // namespace
}  // namespace tizilim
