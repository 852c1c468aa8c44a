#include "store/replication/replication.h"

#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/revision.h"
#include "tests/support/said.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::Changes;
using store::Verdict;

class ReplicationTest : public RegisterTest {
protected:
    store::Replication& replication() { return register_->replication(); }
    store::RemoteDocument remote(const std::string& id, const std::string& revision,
                                 std::vector<std::string> ancestors = {}) {
        return {id,
                *store::Revision::parse(revision),
                std::move(ancestors),
                false,
                {{"type", "entry"}}};
    }
};

TEST_F(ReplicationTest, TellsTheOwnerThatThePeerKnowsALaterStateOfThisRegister) {
    EXPECT_EQ(register_->book().warning, std::nullopt);
    replication().record_own_rollback("peer");
    EXPECT_THAT(support::said(register_->book().warning), testing::HasSubstr("--new-book"));
    open();
    EXPECT_THAT(support::said(register_->book().warning), testing::HasSubstr("--new-book"));
    EXPECT_TRUE(store::OwnerSession(*register_).add(good_input()).has_value());
    register_->continue_book();
    EXPECT_EQ(register_->book().warning, std::nullopt);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(ReplicationTest, OffersWhatIsPendingInOrderAndNothingElse) {
    add_of_class("local");
    const std::string first = add_of_class("partial");
    const std::string second = add_of_class("full");

    const Changes changes = all_changes();

    ASSERT_EQ(changes.entries.size(), 2U);
    EXPECT_EQ(changes.entries[0].document_id(), "entry:" + first);
    EXPECT_EQ(changes.entries[1].document_id(), "entry:" + second);
    EXPECT_TRUE(replication().changes_after(changes.last, {10, 1000}).entries.empty());
}

TEST_F(ReplicationTest, KeepsToTheBoundsOfABatch) {
    for (int i = 0; i < 5; ++i) add(good_input());

    const Changes two = replication().changes_after({}, {2, 1 << 20});
    const Changes one = replication().changes_after(two.last, {10, 1});

    EXPECT_EQ(two.entries.size(), 2U);
    EXPECT_EQ(one.entries.size(), 1U);
    EXPECT_EQ(replication().changes_after(one.last, {10, 1 << 20}).entries.size(), 2U);
}

TEST_F(ReplicationTest, SendsTheSameBytesAndRevisionAgainAlsoAfterARestart) {
    add(good_input());
    const auto before = all_changes().entries.front();

    open();
    const auto after = all_changes().entries.front();

    EXPECT_EQ(after.body(), before.body());
    EXPECT_EQ(after.revision(), before.revision());
    EXPECT_EQ(after.revision().generation, 1U);
}

TEST_F(ReplicationTest, MovesAnEntryFromPendingOverSentToDelivered) {
    add(good_input());
    const auto entry = all_changes().entries.front();

    mark(entry, Verdict::sent);
    EXPECT_EQ(register_->balance().sent, 1U);
    EXPECT_TRUE(all_changes().entries.empty());
    EXPECT_EQ(replication().awaiting_receipt(10),
              (std::vector<store::Leaf>{{entry.document_id(), entry.revision()}}));
    mark(entry, Verdict::delivered);

    EXPECT_EQ(register_->balance().delivered, 1U);
    EXPECT_TRUE(replication().awaiting_receipt(10).empty());
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(ReplicationTest, SendsAgainWhatThePeerTurnsOutNotToHave) {
    add(good_input());
    const auto entry = all_changes().entries.front();
    mark(entry, Verdict::sent);

    mark(entry, Verdict::missing);

    EXPECT_EQ(register_->balance().pending, 1U);
    EXPECT_EQ(all_changes().entries.front().revision(), entry.revision());
}

TEST_F(ReplicationTest, QuarantinesOneAndSaysWhy) {
    const std::string refused = add(good_input());
    add(good_input());

    mark(all_changes().entries.front(), Verdict::quarantined, "no such form");

    EXPECT_EQ(register_->balance().quarantined, 1U);
    EXPECT_EQ(register_->balance().pending, 1U);
    EXPECT_EQ(platform::in_english(*store::OwnerSession(*register_).show(refused).delivery_reason),
              "no such form");
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(ReplicationTest, JournalsARefusalThatIsRepeatedOnce) {
    add(good_input());
    const auto refuse = [&](const std::string& reason) {
        mark(all_changes().entries.front(), Verdict::quarantined, reason);
        const std::string head = register_->chain_head();
        register_->replication().release_quarantined();
        return head;
    };
    const std::string once = refuse("no such form");

    EXPECT_EQ(refuse("no such form"), once);
    EXPECT_EQ(store::OwnerSession(*register_).show("1").attempts, 2U);
    const std::string other = refuse("no such day");
    EXPECT_NE(other, once);
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());
    const std::string amended = register_->chain_head();
    EXPECT_NE(refuse("no such day"), amended) << "another revision was refused";
}

TEST_F(ReplicationTest, LeavesNoTraceOfAVersionThatWasNeverSent) {
    const std::string id = add_of_class("full");
    (void)store::OwnerSession(*register_)
        .classify(id, store::DisclosureClass::partial, "по просьбе");

    const auto entry = all_changes().entries.front();

    EXPECT_EQ(entry.revision().generation, 1U);
    EXPECT_TRUE(entry.ancestors().empty());
    EXPECT_EQ(entry.body().find("защита"), std::string::npos);
}

TEST_F(ReplicationTest, MakesAChildOfABodyThatMayHaveLeft) {
    const std::string id = add_of_class("full");
    const auto first = all_changes().entries.front();
    (void)store::OwnerSession(*register_)
        .classify(id, store::DisclosureClass::partial, "по просьбе");

    const auto second = all_changes().entries.front();

    EXPECT_EQ(second.revision().generation, 2U);
    EXPECT_EQ(second.ancestors(), (std::vector<std::string>{first.revision().digest}));
}

TEST_F(ReplicationTest, IgnoresAnAnswerAboutASupersededBody) {
    const std::string id = add_of_class("full");
    const auto first = all_changes().entries.front();
    (void)store::OwnerSession(*register_)
        .classify(id, store::DisclosureClass::partial, "по просьбе");

    mark(first, Verdict::sent);
    mark(first, Verdict::delivered);

    EXPECT_EQ(register_->balance().pending, 1U);
    EXPECT_EQ(register_->balance().delivered, 0U);
}

TEST_F(ReplicationTest, TakesReceiptsBackWhenThePeerIsDistrusted) {
    for (int i = 0; i < 3; ++i) add(good_input());
    deliver_all();
    add(good_input());

    replication().distrust("peer", {"", 0, "", "new instance"});

    EXPECT_EQ(register_->balance().sent, 3U);
    EXPECT_EQ(register_->balance().pending, 1U);
    EXPECT_EQ(replication().checkpoint("peer").peer_instance, "new instance");
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(ReplicationTest, KeepsACheckpointForEachPeerAcrossARestart) {
    const store::Checkpoint reached{"17-opaque", 4, "nonce", "uuid"};
    replication().set_checkpoint("one", reached);

    open();

    EXPECT_EQ(replication().checkpoint("one"), reached);
    EXPECT_EQ(replication().checkpoint("two"), store::Checkpoint{});
}

TEST_F(ReplicationTest, AsksOnlyForLeavesThatAreNotHeld) {
    add(good_input());
    const auto entry = all_changes().entries.front();
    const store::Leaf own{entry.document_id(), entry.revision()};
    const store::Leaf other{entry.document_id(), {2, "abc"}};
    const store::Leaf design{"_design/register", {1, "abc"}};

    EXPECT_EQ(replication().missing({own, other, design}), (std::vector<store::Leaf>{other}));
}

TEST_F(ReplicationTest, StoresUnifiedDocumentsWithTheCheckpointAndTheNewestOnly) {
    const std::string id = "unified:" + add(good_input());
    replication().apply("peer", {remote(id, "1-a")}, {"5", 0, "", ""});
    replication().apply("peer", {remote(id, "2-b", {"a"})}, {"6", 0, "", ""});

    EXPECT_EQ(replication().checkpoint("peer").pulled, "6");
    const std::vector<store::Leaf> both{{id, {1, "a"}}, {id, {2, "b"}}};
    EXPECT_EQ(replication().missing(both), (std::vector<store::Leaf>{both[0]}));
}

TEST_F(ReplicationTest, KeepsAForeignLeafAsideAndSaysThatThereIsAConflict) {
    const std::string id = "entry:" + add(good_input());
    deliver_all();
    const std::string before = store::OwnerSession(*register_).show("1").would_leave;

    replication().apply("peer", {remote(id, "2-foreign", {"x"})}, {"9", 0, "", ""});
    replication().apply("peer", {remote(id, "2-foreign", {"x"})}, {"9", 0, "", ""});

    EXPECT_EQ(register_->balance().conflicts, 1U);
    EXPECT_EQ(store::OwnerSession(*register_).show("1").would_leave, before);
    // There may be a copy of it that is ours.
    EXPECT_EQ(replication().missing({{id, {2, "foreign"}}}).size(), 1U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(ReplicationTest, BoundsTheLeavesOfOthersThatItKeepsOfOneDocument) {
    const std::string id = "unified:" + add(good_input());
    std::vector<store::RemoteDocument> flood;
    std::vector<store::Leaf> leaves;
    for (int i = 0; i < 100; ++i) {
        flood.push_back(remote(id, "1-" + std::to_string(i)));
        leaves.push_back({id, flood.back().revision});
    }

    replication().apply("peer", flood, {"9", 0, "", ""});

    EXPECT_EQ(leaves.size() - replication().missing(leaves).size(), 32U);
}

TEST_F(ReplicationTest, NamesItsInstallationTheSameForEver) {
    const std::string id = replication().installation_id();
    open();
    EXPECT_EQ(replication().installation_id(), id);
    EXPECT_EQ(id.size(), 32U);
}

}  // namespace
}  // namespace tizilim
