#include "platform/cms/cms_timestamp.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/book/timestamps.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/register/signature_examination.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "tests/support/framed_replication.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/support/timestamp_authority.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace tizilim {
namespace {

using support::StampWish;
using testing::HasSubstr;

/// A register, and an authority whose certificate is valid now.
class HeadTimestamps : public BackupTest {
protected:
    HeadTimestamps() {
        support::GostWish wish;
        wish.certificate = support::stamping_certificate();
        wish.certificate.not_before = clock_.wall_now() - std::chrono::hours(24);
        wish.certificate.not_after = clock_.wall_now() + std::chrono::hours(24 * 300);
        gost_ = support::stamping_with(support::make_gost_certificate(wish, &authority_));
        rsa_ =
            support::stamping_with(rsa_authority_.issue(support::KeyKind::rsa, wish.certificate));
    }

    [[nodiscard]] std::string asked() {
        return platform::from_base64(register_->replication().timestamp_request().base64).value();
    }
    /// Why it is refused, in English; empty: it is stored.
    std::string tell(const std::string& answer) {
        const auto why = register_->replication().timestamp_answered({platform::to_base64(answer)});
        return why ? platform::in_english(*why) : std::string();
    }
    std::string stamp(const support::SignStamp& sign, StampWish wish = {}) {
        if (wish.at == support::kSigningTime) wish.at = clock_.wall_now();
        return tell(support::timestamp_answer(asked(), sign, wish));
    }
    [[nodiscard]] store::RegisterCheck check(const store::Register& of) {
        store::RegisterCheck made = store::verify_and_examine(of, {});
        EXPECT_EQ(made.report.first_bad, std::nullopt)
            << platform::in_english(made.report.first_bad.value_or(platform::Message{}));
        return made;
    }
    void expect_nothing_stored(const std::string& head) {
        EXPECT_EQ(register_->chain_head(), head);
        EXPECT_EQ(register_->head_timestamp(), std::nullopt);
        EXPECT_EQ(register_->replication().timestamped_at(), std::nullopt);
    }

    support::GostCertificate authority_ =
        support::make_gost_certificate(support::gost_authority("ОРТАЛЫҚ"));
    support::TestAuthority rsa_authority_;
    support::SignStamp gost_;
    support::SignStamp rsa_;
};

TEST_F(HeadTimestamps, SayUpToWhichEntryTheJournalExisted) {
    add(good_input());
    add(good_input());
    const std::string head = register_->chain_head();
    ASSERT_EQ(stamp(rsa_), "");
    add(good_input());

    const auto made = check(*register_);

    EXPECT_EQ(made.report.timestamps, 1U);
    ASSERT_TRUE(made.timestamp);
    EXPECT_EQ(made.timestamp->last_entry, 2U);
    EXPECT_EQ(made.timestamp->book, register_->book().label);
    EXPECT_EQ(made.timestamp->at, std::chrono::floor<std::chrono::seconds>(clock_.wall_now()));
    EXPECT_EQ(made.timestamp->authority, "ТЕСТТІК УАҚЫТ БЕЛГІСІ");
    EXPECT_FALSE(made.timestamp->issuer_checked);
    EXPECT_NE(register_->chain_head(), head);
}

TEST_F(HeadTimestamps, AreShownAsCheckedWhereAnAnchorVouchesForThem) {
    settings_.trusted_certificates = authority_.pem();
    open();

    ASSERT_EQ(stamp(gost_), "");
    EXPECT_TRUE(check(*register_).timestamp->issuer_checked);
    clock_.advance(std::chrono::hours(1));
    EXPECT_THAT(stamp(rsa_), HasSubstr("does not hold"));

    // What is stored stands, whomever is trusted later.
    settings_.trusted_certificates = rsa_authority_.pem();
    open();
    EXPECT_FALSE(check(*register_).timestamp->issuer_checked);
}

TEST_F(HeadTimestamps, OfTheSameHeadAskDifferentQuestions) {
    const std::string first = asked();
    const std::string second = asked();

    // Neither salt nor nonce comes again, so an authority learns nothing, not even that they are
    // equal.
    std::string_view imprints[2];
    for (const auto& [request, imprint] :
         {std::pair(&first, &imprints[0]), std::pair(&second, &imprints[1])})
        *imprint = std::string_view(*request).substr(request->size() - 48, 32);
    EXPECT_NE(imprints[0], imprints[1]);
    EXPECT_NE(first.substr(first.size() - 11), second.substr(second.size() - 11));
    EXPECT_EQ(first.size(), second.size());
}

TEST_F(HeadTimestamps, AnAnswerToAnEarlierOrNoQuestionIsRefused) {
    const std::string head = register_->chain_head();
    const std::string earlier = asked();
    StampWish now;
    now.at = clock_.wall_now();
    const std::string answer = support::timestamp_answer(earlier, gost_, now);
    static_cast<void>(asked());

    EXPECT_THAT(tell(answer), HasSubstr("another journal"));
    EXPECT_THAT(tell(answer), HasSubstr("not asked for"));
    expect_nothing_stored(head);
}

TEST_F(HeadTimestamps, BadAnswersAreRefusedWithTheirReasonAndNothingIsStored) {
    add(good_input());
    const std::string head = register_->chain_head();
    StampWish off;
    off.at = clock_.wall_now() - std::chrono::hours(25);

    EXPECT_THAT(stamp(rsa_, {.imprint = std::string(32, 'x')}), HasSubstr("another journal"));
    EXPECT_THAT(stamp(rsa_, {.nonce = "\x01"}), HasSubstr("another question"));
    EXPECT_THAT(stamp(rsa_, {.status = 2}), HasSubstr("refuses"));
    static_cast<void>(asked());
    EXPECT_THAT(tell("<html>Sign in</html>"), HasSubstr("something else"));
    static_cast<void>(asked());
    EXPECT_THAT(tell(""), HasSubstr("something else"));
    EXPECT_THAT(stamp(gost_, {.names_certificate = false}), HasSubstr("by which certificate"));
    EXPECT_THAT(stamp(rsa_, off), HasSubstr("does not hold"));  // before its certificate, too

    expect_nothing_stored(head);
    const store::TimestampState state = register_->timestamp_state();
    ASSERT_TRUE(state.failed);
    EXPECT_EQ(state.failed->code, "timestamp.not_valid");
    EXPECT_EQ(state.failed_at, clock_.wall_now());
}

TEST_F(HeadTimestamps, ATimeADayFromThisClockIsRefused) {
    StampWish off;
    off.at = clock_.wall_now() + std::chrono::hours(25);

    EXPECT_THAT(stamp(rsa_, off), HasSubstr("more than a day"));
}

TEST_F(HeadTimestamps, TellWhyTheLastTryFailedUntilOneSucceeds) {
    register_->replication().timestamp_failed({"link.name_unknown"});
    EXPECT_EQ(register_->timestamp_state().failed->code, "link.name_unknown");

    ASSERT_EQ(stamp(gost_), "");

    EXPECT_EQ(register_->timestamp_state().failed, std::nullopt);
    EXPECT_EQ(register_->timestamp_state().failed_at, std::nullopt);
    EXPECT_EQ(register_->timestamp_state().last_at, clock_.wall_now());
}

TEST_F(HeadTimestamps, AreNoMoreThanOneAnHourWhoeverAsks) {
    ASSERT_EQ(stamp(gost_), "");
    clock_.advance(std::chrono::minutes(59));

    EXPECT_EQ(register_->replication().timestamp_request().base64, "");
    EXPECT_THAT(tell("anything"), HasSubstr("not asked for"));

    clock_.advance(std::chrono::minutes(1));
    EXPECT_EQ(stamp(gost_), "");
}

TEST_F(HeadTimestamps, SurviveBackupAndRestore) {
    add(good_input());
    ASSERT_EQ(stamp(gost_), "");
    clock_.advance(std::chrono::hours(1));
    ASSERT_EQ(stamp(rsa_), "");
    const auto before = check(*register_);

    restore(back_up().file, true);
    open_elsewhere();

    const auto after = check(*restored_);
    EXPECT_EQ(after.report.timestamps, 2U);
    ASSERT_TRUE(after.timestamp);
    EXPECT_EQ(after.timestamp->at, before.timestamp->at);
    EXPECT_EQ(after.timestamp->sequence, before.timestamp->sequence);
    EXPECT_EQ(after.timestamp->last_entry, 1U);
}

/// As a taken-over program that writes the register might put it there.
TEST_F(HeadTimestamps, OneThatIsForAnotherRecordIsFoundByVerify) {
    add(good_input());
    ASSERT_EQ(stamp(gost_), "");
    store::TimestampRecord moved;
    store::opened(*register_).vault.read([&](const store::VaultReader& vault) {
        moved = store::unpack<store::TimestampRecord>(store::last_timestamp(vault)->detail);
    });
    --moved.sequence;
    store::opened(*register_).act(1 << 20, [&](const store::Writers& writers) {
        store::set_last_timestamp(writers.vault, writers.journal.append(store::Act::timestamped, {},
                                                                        {}, store::pack(moved)));
    });

    const auto bad = register_->verify({}).first_bad;

    ASSERT_TRUE(bad);
    EXPECT_EQ(bad->code, "verify.timestamp_wrong");
}

TEST_F(HeadTimestamps, ThatTheRegisterHidesIsFoundByVerify) {
    ASSERT_EQ(stamp(gost_), "");
    clock_.advance(std::chrono::hours(1));
    ASSERT_EQ(stamp(gost_), "");
    store::opened(*register_).act(1 << 20, [&](const store::Writers& writers) {
        store::set_last_timestamp(writers.vault, 2);
    });

    EXPECT_EQ(register_->verify({}).first_bad->code, "verify.timestamp_missing");
}

TEST_F(HeadTimestamps, GoThroughFramesBoundedAsTheyAre) {
    store::RemoteReplication far = support::framed(register_->replication());
    StampWish wish;
    wish.at = clock_.wall_now();
    EXPECT_EQ(far.timestamped_at(), std::nullopt);

    const std::string request = platform::from_base64(far.timestamp_request().base64).value();
    const std::string answer = support::timestamp_answer(request, rsa_, wish);

    EXPECT_EQ(far.timestamp_answered({platform::to_base64(answer)}), std::nullopt);
    EXPECT_EQ(far.timestamped_at(), clock_.wall_now());
    far.timestamp_failed({"link.name_unknown"});
    EXPECT_EQ(register_->timestamp_state().failed->code, "link.name_unknown");
    const auto refused = [&](const store::Call& call) {
        return !store::reply_to(call, register_->replication()).has_value();
    };
    EXPECT_TRUE(refused(
        {"timestamp_answered", {platform::JsonObject{{"base64", std::string(100'000, 'A')}}}}));
    EXPECT_TRUE(refused({"timestamp_answered", {"AAAA"}}));
    EXPECT_TRUE(refused(
        {"timestamp_failed", {platform::as_json(platform::as_it_stands(std::string(2000, 'x')))}}));
}

}  // namespace
}  // namespace tizilim
