#include "agent/api/entry_json.h"

#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tizilim {
namespace {

using testing::HasSubstr;
using testing::Not;

platform::Expected<store::EntryTexts, platform::Message> read(std::string_view text) {
    return agent::entry_input_of(*platform::read_json(text));
}

TEST(EntryJson, TakesMinutesAsANumberAndMinorAsABoolean) {
    const auto input = read(R"({"minutes":90,"minor":true,"essence":null})");

    ASSERT_TRUE(input.has_value());
    EXPECT_EQ(input->minutes, "90");
    EXPECT_EQ(input->minor, "yes");
    EXPECT_EQ(input->essence, "");
}

TEST(EntryJson, ComesBackAsItWent) {
    const auto input = read(R"({"application_date":"2026-11-02","essence":"Мәні","minor":"no"})");

    EXPECT_EQ(platform::to_json(agent::json_of(*input)),
              R"({"application_date":"2026-11-02","essence":"Мәні","minor":"no"})");
}

TEST(EntryJson, RefusesAnotherKindOfValue) {
    EXPECT_THAT(platform::in_english(read(R"({"essence":7})").error()),
                HasSubstr("essence: must be a string"));
    EXPECT_THAT(platform::in_english(read(R"({"minutes":true})").error()),
                HasSubstr("a string or an integer"));
    EXPECT_THAT(platform::in_english(read(R"({"minutes":1.5})").error()),
                HasSubstr("a string or an integer"));
}

TEST(EntryJson, TellsAFieldThatIsMadeEmptyFromOneThatStays) {
    const auto fields = agent::given_fields_of(
        *platform::read_json(R"({"minutes":90,"minor":false,"essence":null})"));

    ASSERT_TRUE(fields.has_value());
    EXPECT_EQ(*fields, (store::GivenFields{{"minutes", "90"}, {"minor", "no"}, {"essence", ""}}));
}

TEST(EntryJson, ChecksAnAmendmentAsItChecksAnEntry) {
    for (const char* const bad :
         {"[]", R"({"minute":1})", R"({"minutes":true})", R"({"recorded_date":"2020-01-01"})"}) {
        const auto json = *platform::read_json(bad);
        const auto fields = agent::given_fields_of(json);

        ASSERT_FALSE(fields.has_value()) << bad;
        EXPECT_EQ(fields.error(), agent::entry_input_of(json).error()) << bad;
    }
}

store::SignatureView signature() {
    return {.status = "verified",
            .issuer_checked = true,
            .signer = "ОМАРОВ",
            .iin = "850101300017",
            .issuer = "Root",
            .serial = "0a",
            .valid_from = "2025-01-01T00:00:00+05:00",
            .valid_to = "2026-01-01T00:00:00+05:00",
            .algorithm = "1.2.3",
            .signed_at = "2025-11-03T17:00:00+05:00",
            .cms = "TUlJ"};
}

TEST(EntryJson, ShowsASignatureWithItsBytesOnlyInFull) {
    store::EntryView view;
    view.signature = signature();
    const std::string members =
        R"("signature":{"status":"verified","issuer_checked":true,"signer":"ОМАРОВ",)"
        R"("iin":"850101300017","issuer":"Root","serial":"0a",)"
        R"("valid_from":"2025-01-01T00:00:00+05:00","valid_to":"2026-01-01T00:00:00+05:00",)"
        R"("algorithm":"1.2.3","signed_at":"2025-11-03T17:00:00+05:00")";

    EXPECT_THAT(platform::to_json(agent::json_of(view)), HasSubstr(members + "}"));
    EXPECT_THAT(platform::to_json(agent::full_json_of(view)),
                HasSubstr(members + R"(,"cms":"TUlJ"})"));
    view.signature = {};
    EXPECT_THAT(platform::to_json(agent::full_json_of(view)), HasSubstr(R"("signature":null)"));
}

TEST(EntryJson, ShowsWhatBecameOfAnEntry) {
    store::EntryView view;
    view.book = "K7ABCDEFGH";
    view.state = "void";
    view.void_reason = "twice";
    view.versions = 3;
    view.clock_warning = platform::as_it_stands("2 h behind");

    const std::string json = platform::to_json(agent::json_of(view));

    EXPECT_THAT(json, HasSubstr(R"("number":null,"book":"K7ABCDEFGH",)"));
    EXPECT_THAT(json, HasSubstr(R"("state":"void","void_reason":"twice",)"));
    EXPECT_THAT(
        json, HasSubstr(R"("clock_warning":"2 h behind","clock_warning_message":{"code":"text",)"));
}

TEST(EntryJson, ShowsAVersionAndWhatChangedInIt) {
    const store::VersionView version{
        .version = 2,
        .act = "amended",
        .at = "2026-11-02T10:00:00+05:00",
        .by = "ОМАРОВ",
        .reason = "typo",
        .changes = {{.field = "minutes", .before = "90", .after = "120"}},
        .signature = {}};

    EXPECT_EQ(platform::to_json(agent::json_of(version)),
              R"({"version":2,"act":"amended","at":"2026-11-02T10:00:00+05:00","by":"ОМАРОВ",)"
              R"("changes":[{"field":"minutes","before":"90","after":"120"}],"signature":null,)"
              R"("reason":"typo","code":"text","values":{"text":"typo"},"clock_warning":""})");
}

TEST(EntryJson, ShowsWhatIsToBeSignedAndWhatWas) {
    const store::SigningTask task{
        .number = store::EntryNumber{7}, .id = "x", .version = 2, .bytes = R"({"a":1})"};
    const store::Signed made{.signature = signature(),
                             .delivery = store::DeliveryState::pending,
                             .warnings = {platform::as_it_stands("another IIN")}};

    EXPECT_EQ(platform::to_json(agent::json_of(task)),
              R"({"number":7,"id":"x","version":2,"bytes":"{\"a\":1}"})");
    EXPECT_THAT(
        platform::to_json(agent::json_of(made)),
        HasSubstr(R"("cms":"TUlJ"},"delivery":"pending","warnings":[{"message":"another IIN",)"
                  R"("code":"text","values":{"text":"another IIN"}}]})"));
}

TEST(EntryJson, DoesNotLetAnEntryBeDatedBack) {
    EXPECT_FALSE(read(R"({"recorded_date":"2020-01-01"})").has_value());
}

TEST(EntryJson, DoesNotRepeatAKeyThatMayBeASecret) {
    EXPECT_THAT(platform::in_english(read(R"({"Тайна клиента":"x"})").error()),
                Not(HasSubstr("Тайна")));
}

}  // namespace
}  // namespace tizilim
