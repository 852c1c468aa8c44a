#include "platform/expected.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/paired_registers.h"
#include "tests/unit/store/raw_register.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using store::DisclosureClass;
using store::StoreError;
using testing::HasSubstr;
using testing::IsEmpty;

/// Makes every entry of a closed register concern a minor, in the class that it has: no door of the
/// register lets that in any more.
void make_all_minors(RawRegister raw, std::size_t versions) {
    for (std::size_t row = 0; row < versions; ++row) {
        raw.change(store::Table::versions, row, [](std::string& bytes) {
            store::EntryVersion version = store::EntryCodec::unpack(bytes);
            version.entry.content.minor = true;
            bytes = store::EntryCodec::pack(version);
        });
    }
}

class Minor : public RegisterTest {
protected:
    void make_minors(std::size_t versions) {
        register_.reset();
        make_all_minors(RawRegister(settings_, keys_, random_), versions);
        open();
    }
    store::EntryView shown(const std::string& name) {
        return store::OwnerSession(*register_).show(name);
    }
};

TEST_F(Minor, IsHeldBackFromTheOutboxAndTheOthersGoOn) {
    add_of_class("full");
    add_of_class("partial");
    make_minors(2);
    add(good_input());

    const store::Changes changes = all_changes();

    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_EQ(changes.entries[0].document_id(), "entry:" + shown("3").id);
    EXPECT_EQ(shown("1").delivery, "quarantined");
    EXPECT_THAT(platform::in_english(*shown("1").delivery_reason), HasSubstr("concerns a minor"));
    EXPECT_EQ(register_->balance().error(), 0);
    EXPECT_THROW((void)store::OwnerSession(*register_).retry("1"), StoreError);
    register_->replication().release_quarantined();
    EXPECT_EQ(all_changes().entries.size(), 1U);

    EXPECT_EQ(
        store::OwnerSession(*register_).classify("1", DisclosureClass::local, "возраст").delivery,
        DeliveryState::local);
}

TEST_F(Minor, IsNotSentAgainToAPeerThatLostIt) {
    add_of_class("full");
    const store::DisclosedEntry left = all_changes().entries.at(0);
    deliver_all();
    make_minors(1);

    mark(left, store::Verdict::missing);

    EXPECT_THAT(all_changes().entries, IsEmpty());
    EXPECT_EQ(shown("1").delivery, "quarantined");
    EXPECT_EQ(store::OwnerSession(*register_)
                  .classify("1", DisclosureClass::withdrawn, "возраст")
                  .delivery,
              DeliveryState::pending);
    EXPECT_THAT(all_changes().entries.at(0).body(), HasSubstr("withdrawn"));
}

TEST_F(Minor, IsRefusedByAnImport) {
    std::vector<store::ImportRow> rows{{2, imported_input("Т-1")}, {3, imported_input("Т-2")}};
    rows[1].input.minor = "yes";
    rows[1].input.disclosure = "full";

    const store::ImportReport report = store::OwnerSession(*register_).import(rows, {}, {});

    ASSERT_EQ(report.errors.size(), 1U);
    EXPECT_EQ(report.errors[0].line, 3U);
    EXPECT_EQ(report.errors[0].error.field, "disclosure");
    EXPECT_EQ(register_->balance().recorded, 0U);
    EXPECT_EQ(store::OwnerSession(*register_).import(rows, {.keep_going = true}, {}).recorded, 1U);
}

TEST_F(Minor, IsNotPreviewedAsIfItCouldLeave) {
    store::EntryTexts input = input_of_class("full");
    input.minor = "yes";
    EXPECT_FALSE(store::OwnerSession(*register_).preview(input).has_value());
    input.disclosure = "";
    EXPECT_EQ(*store::OwnerSession(*register_).preview(input), "");
}

class MinorOnTwoPcs : public PairedRegisters {};

TEST_F(MinorOnTwoPcs, IsLetOutNoFurtherByWhatTheOtherOneSends) {
    const std::string id = add_of_class("full");
    meet();
    (void)store::OwnerSession(*register_).classify(id, DisclosureClass::partial, "по просьбе");
    register_.reset();
    make_all_minors(RawRegister(settings_, keys_, random_), 2);
    open();
    amend(*other_, id, {{"minutes", "60"}});

    database_.push(*other_);
    database_.pull(*register_);

    EXPECT_EQ(view(*register_, id).disclosure, "partial");
    EXPECT_EQ(view(*register_, id).minor, "yes");
    EXPECT_THAT(all_changes().entries, IsEmpty());
    EXPECT_EQ(register_->balance().error(), 0);
}

TEST_F(MinorOnTwoPcs, IsWithdrawnThoughTheOtherOneAmendedItMeanwhile) {
    const std::string id = add_of_class("full");
    meet();
    amend(*other_, id, {{"minutes", "60"}});
    ASSERT_TRUE(store::OwnerSession(*register_)
                    .amend(id, {{"minor", "yes"}}, "возраст", store::Withdrawal::agreed)
                    .has_value());

    meet();

    EXPECT_EQ(view(*register_, id).disclosure, "withdrawn");
    EXPECT_EQ(view(*other_, id).disclosure, "withdrawn");
    expect_sound();
}

class RestoredMinor : public BackupTest {
protected:
    /// It concerned a minor when the backup was made; then it left, and became `last`.
    std::string restored_after(DisclosureClass last) {
        store::EntryTexts input = good_input();
        input.minor = "yes";
        const std::string id = add(input);
        const std::filesystem::path backup = back_up().file;
        store::OwnerSession owner(*register_);
        EXPECT_TRUE(owner.amend(id, {{"minor", "no"}}, "возраст").has_value());
        (void)owner.classify(id, DisclosureClass::full, "согласие");
        database_.push(*register_);
        (void)owner.classify(id, last, "отзыв");
        database_.push(*register_);
        (void)restore(backup);
        open_elsewhere();
        database_.pull(*restored_);
        EXPECT_EQ(store::OwnerSession(*restored_).show(id).disclosure, "local");
        return id;
    }
    SharedDatabase database_;
};

/// Seed 512761650 of the simulation, 300 steps.
TEST_F(RestoredMinor, ThatWasWithdrawnIsSoOnceItConcernsNoMinor) {
    const std::string id = restored_after(DisclosureClass::withdrawn);

    store::OwnerSession owner(*restored_);
    ASSERT_TRUE(owner.amend(id, {{"minor", "no"}}, "возраст").has_value());

    EXPECT_EQ(owner.show(id).disclosure, "withdrawn");
    EXPECT_THROW((void)owner.classify(id, DisclosureClass::partial, "согласие"), StoreError);
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
    EXPECT_EQ(restored_->balance().error(), 0);
}

TEST_F(RestoredMinor, ThatWasNarrowedIsSoOnceItConcernsNoMinor) {
    const std::string id = restored_after(DisclosureClass::partial);

    store::OwnerSession owner(*restored_);
    ASSERT_TRUE(owner.amend(id, {{"minor", "no"}}, "возраст").has_value());

    EXPECT_EQ(owner.show(id).disclosure, "partial");
    (void)owner.classify(id, DisclosureClass::full, "согласие");
    database_.push(*restored_);
    EXPECT_THAT(*database_.tree("entry:" + id).winner().body, HasSubstr("raised"));
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
    EXPECT_EQ(restored_->balance().error(), 0);
}

TEST_F(RestoredMinor, StaysHereWhateverThePeerShowsAndCanBeWithdrawn) {
    const std::string id = restored_after(DisclosureClass::full);

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).delivery, "local");
    EXPECT_EQ(database_.push(*restored_), 0U);
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);

    (void)store::OwnerSession(*restored_).classify(id, DisclosureClass::withdrawn, "возраст");
    database_.push(*restored_);
    EXPECT_THAT(*database_.tree("entry:" + id).winner().body, HasSubstr("withdrawn"));
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
}

/// Its leaf is noted, so that it can be withdrawn; what is written here is on top of nothing.
TEST_F(RestoredMinor, WhatIsWrittenWhileItStaysHereIsOnTopOfNothingThatLeft) {
    SharedDatabase database;
    store::EntryTexts input = good_input();
    input.minor = "yes";
    const std::string id = add(input);
    const std::filesystem::path backup = back_up().file;
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend(id, {{"minor", "no"}}, "возраст").has_value());
    (void)store::OwnerSession(*register_).classify(id, DisclosureClass::full, "согласие");
    database.push(*register_);
    (void)restore(backup);
    open_elsewhere();
    database.pull(*restored_);
    store::OwnerSession owner(*restored_);
    ASSERT_TRUE(owner.amend(id, {{"minutes", "90"}}, "ошибка").has_value());
    ASSERT_TRUE(owner.amend(id, {{"minor", "no"}}, "возраст").has_value());
    // Taken in at once, and put aside: nothing of it leaves unasked.
    EXPECT_EQ(owner.show(id).minutes, "135");

    const std::string document = "entry:" + id;
    const std::string ours = database.tree(document).winner().revision.digest;
    database.write(document, {2, {"over", ours}}, false, R"({"n":1})");
    database.pull(*restored_);

    EXPECT_EQ(owner.show(id).minutes, "135");
    ASSERT_EQ(owner.conflicts().size(), 1U);
    ASSERT_EQ(owner.conflicts()[0].fields.size(), 1U);
    EXPECT_EQ(owner.conflicts()[0].fields[0].mine, "90");
    for (const auto& entry : restored_->replication().changes_after({}, {10, 1 << 20}).entries) {
        EXPECT_THAT(entry.body(), testing::Not(HasSubstr("90")));
    }
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
}

}  // namespace
}  // namespace tizilim
