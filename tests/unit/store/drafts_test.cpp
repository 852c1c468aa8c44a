#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace tizilim {
namespace {

constexpr const char* kCanary = "Канарейка не улетает";

class Drafts : public BackupTest {
protected:
    store::OwnerSession session() { return store::OwnerSession(*register_); }
    std::string refused(const std::string& id, const std::string& text = "{}") {
        try {
            session().keep_draft(id, text);
        } catch (const store::StoreError& error) {
            EXPECT_EQ(error.kind(), store::StoreError::Kind::refused);
            return error.message().code;
        }
        return "";
    }
};

TEST_F(Drafts, AreThereAfterARestartUntilTheyAreDiscarded) {
    session().keep_draft("a", "{\"n\":1}");
    clock_.advance(std::chrono::seconds(1));
    session().keep_draft("b", "{\"n\":2}");
    clock_.advance(std::chrono::seconds(1));
    session().keep_draft("a", "{\"n\":3}");
    open();
    const auto drafts = session().drafts();
    ASSERT_EQ(drafts.size(), 2U);
    EXPECT_EQ(drafts[0].id, "b");
    EXPECT_EQ(drafts[1].text, "{\"n\":3}");
    session().discard_draft("b");
    session().discard_draft("never kept");
    EXPECT_EQ(session().drafts().size(), 1U);
}

TEST_F(Drafts, EndWithTheEntryAndRecordNoOther) {
    session().keep_draft("a", "{}");
    const auto first = session().add(good_input(), "a");
    const auto again = session().add(good_input(), "a");
    ASSERT_TRUE(first && again);
    EXPECT_FALSE(first->is_repeated);
    EXPECT_TRUE(again->is_repeated);
    EXPECT_EQ(again->id, first->id);
    EXPECT_EQ(again->number, first->number);
    EXPECT_EQ(register_->balance().recorded, 1U);
    EXPECT_TRUE(session().drafts().empty());
    EXPECT_EQ(session().recorded_from("a", good_input())->id, first->id);
    EXPECT_EQ(refused("a"), "draft.recorded");
}

TEST_F(Drafts, ThatWereNeverKeptRecordOnceToo) {
    EXPECT_FALSE(session().recorded_from("tab", good_input()));
    (void)session().add(good_input(), "tab");
    (void)session().add(good_input(), "tab");
    (void)session().add(good_input());
    (void)session().add(good_input());
    EXPECT_EQ(register_->balance().recorded, 3U);
}

TEST_F(Drafts, AreNotTakenForAnotherEntry) {
    (void)session().add(good_input(), "tab");
    auto other = good_input();
    other.essence = "в другом браузере";
    EXPECT_THROW((void)session().add(other, "tab"), store::StoreError);
    EXPECT_THROW((void)session().recorded_from("tab", other), store::StoreError);
    EXPECT_EQ(register_->balance().recorded, 1U);
}

TEST_F(Drafts, StayWhenTheirEntryIsRefused) {
    session().keep_draft("a", "{}");
    auto input = good_input();
    input.minutes = "soon";
    EXPECT_FALSE(session().add(input, "a"));
    EXPECT_EQ(session().drafts().size(), 1U);
}

TEST_F(Drafts, AreTwentyAtMostOfWhichRecordedOnesMakeRoom) {
    (void)session().add(good_input(), "recorded");
    for (std::size_t i = 0; i < store::OwnerSession::kDraftsMax; ++i)
        EXPECT_EQ(refused("draft" + std::to_string(i)), "");
    EXPECT_EQ(refused("one more"), "draft.too_many");
    EXPECT_EQ(refused("draft0"), "") << "it is there";
    EXPECT_EQ(session().drafts().size(), store::OwnerSession::kDraftsMax);
}

TEST_F(Drafts, AreBounded) {
    EXPECT_EQ(refused("a", std::string(store::OwnerSession::kDraftBytesMax + 1, 'x')),
              "draft.too_long");
    EXPECT_EQ(refused(""), "draft.bad_name");
    EXPECT_EQ(refused(std::string(65, 'a')), "draft.bad_name");
}

TEST_F(Drafts, AreSealedAndInNoBackup) {
    session().keep_draft("a", kCanary);
    EXPECT_EQ(content_of(directory_ / "register" / "register.mdb").find(kCanary),
              std::string::npos);
    EXPECT_FALSE(register_->verify({}).first_bad);
    (void)restore(back_up().file);
    open_elsewhere();
    EXPECT_TRUE(store::OwnerSession(*restored_).drafts().empty());
    EXPECT_FALSE(restored_->verify({}).first_bad);
    EXPECT_EQ(all_changes().entries.size(), 0U);
}

}  // namespace
}  // namespace tizilim
