#include "agent/documents/export.h"
#include "agent/documents/import_jsonl.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/store/paired_registers.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::OwnerSession;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A register that is damaged beyond opening, and a fresh one that its salvage goes into.
template <class Base>
class SalvageImportOf : public Base {
protected:
    SalvageImportOf() {
        this->settings_.anchor_directory = this->directory_ / "anchors";
        this->open();
        fresh_settings_ = this->settings_;
        fresh_settings_.directory = this->directory_ / "fresh";
        (void)store::Register::create(fresh_settings_, fresh_keys_, this->clock_, this->random_);
        fresh_ = std::make_unique<store::Register>(fresh_settings_, fresh_keys_, this->clock_,
                                                   this->random_);
    }
    /// In JSON Lines, as the command line writes it.
    [[nodiscard]] store::VisitSalvaged into(std::string& text) {
        return [&text](const store::Salvaged& entry) {
            text += platform::to_json(agent::salvaged_json(entry)) + '\n';
        };
    }
    [[nodiscard]] std::string salvage() {
        this->register_.reset();
        std::fstream(store::register_file(this->settings_.directory),
                     std::ios::binary | std::ios::in | std::ios::out)
            << std::string(std::size_t{2} * 4096, '\0');
        std::string text;
        report_ = OwnerSession::salvage(this->settings_, this->keys_, this->random_, into(text));
        return text;
    }
    store::ImportReport bring(const std::string& text) {
        agent::JsonlRows rows(text);
        return store::OwnerSession(*fresh_).import(
            rows, store::OwnerSession(*fresh_).check_import(rows, {}), {});
    }
    [[nodiscard]] store::EntryView shown(const std::string& name) {
        return store::OwnerSession(*fresh_).show(name);
    }
    void expect_sound() {
        EXPECT_EQ(fresh_->verify({}).first_bad, std::nullopt);
        EXPECT_EQ(fresh_->balance().error(), 0);
    }

    store::RegisterSettings fresh_settings_;
    support::MemoryKeyStore fresh_keys_;
    std::unique_ptr<store::Register> fresh_;
    store::SalvageReport report_;
};

class SalvageImport : public SalvageImportOf<RegisterTest> {
protected:
    SalvageImport() {
        wish_.not_before = clock_.wall_now() - std::chrono::hours(24);
        wish_.not_after = clock_.wall_now() + std::chrono::hours(24 * 300);
    }
    void sign(const std::string& name) {
        const store::SigningTask task = store::OwnerSession(*register_).to_sign(name);
        const std::string cms =
            support::make_cms({.signers = {authority_.issue(support::KeyKind::rsa, wish_)},
                               .signed_at = clock_.wall_now()},
                              task.bytes);
        (void)store::OwnerSession(*register_).attach(name, task.version, cms);
    }
    /// Rows that are refused of `file` with one text of it replaced.
    std::size_t refusals_with(std::string file, const std::string& from, const std::string& to) {
        EXPECT_NE(file.find(from), std::string::npos) << from;
        file.replace(file.find(from), from.size(), to);
        return bring(file).errors.size();
    }
    void amend(const std::string& name, const store::GivenFields& fields) {
        clock_.advance(std::chrono::minutes(7));
        ASSERT_TRUE(store::OwnerSession(*register_).amend(name, fields, "поправка").has_value());
    }

    support::TestAuthority authority_{"ТЕСТ", clock_.wall_now() - std::chrono::hours(24 * 30)};
    support::CertificateWish wish_;
};

constexpr std::size_t kPage = 4096;

/// All that lasts of a version.
std::vector<std::string> all_of(const std::vector<store::VersionView>& history) {
    std::vector<std::string> texts;
    for (const store::VersionView& version : history) {
        std::string text = version.act + ' ' + version.at + ' ' + version.by + ' ' +
                           version.reason + ' ' + version.commitment + ' ' + version.salt + ' ' +
                           version.signature.status + ' ' + version.signature.cms;
        for (const store::FieldChange& change : version.changes)
            text += ' ' + change.field + ':' + change.before + "->" + change.after;
        texts.push_back(std::move(text));
    }
    return texts;
}

std::vector<std::string> all_of(const store::EntryView& view) {
    return {view.id,           view.application_date,
            view.recorded_at,  view.late_reason,
            view.state,        view.void_reason,
            view.basis_type,   view.basis_number,
            view.basis_date,   view.basis_issuer,
            view.essence,      view.form,
            view.disclosure,   view.minor == "yes" ? "minor" : "",
            view.minutes,      std::to_string(static_cast<std::uint64_t>(view.number)),
            view.signature.cms};
}

TEST_F(SalvageImport, BringsEntriesBackWithHistoryAndSignaturesOnce) {
    settings_.lawyer = "Адвокат А.";
    open();
    for (const char* const disclosure : {"partial", "full", "local"}) add_of_class(disclosure);
    store::EntryTexts minor = good_input();
    minor.minor = "yes";
    add(minor);
    sign("1");
    amend("1", {{"minutes", "90"}, {"essence", "другое"}});
    sign("1");
    sign("2");
    clock_.advance(std::chrono::hours(30));
    (void)store::OwnerSession(*register_).void_entry("3", "дважды");
    (void)store::OwnerSession(*register_).classify("2", store::DisclosureClass::partial, "просьба");
    std::vector<std::vector<std::string>> entries;
    std::vector<std::vector<std::string>> histories;
    for (const char* const name : {"1", "2", "3", "4"}) {
        entries.push_back(all_of(store::OwnerSession(*register_).show(name)));
        histories.push_back(all_of(store::OwnerSession(*register_).history(name)));
    }

    const std::string file = salvage();
    const store::ImportReport first = bring(file);

    EXPECT_EQ(first.recorded, 4U);
    EXPECT_THAT(first.errors, IsEmpty());
    EXPECT_THAT(first.warnings, IsEmpty());
    EXPECT_EQ(report_.signatures, 3U);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string name = std::to_string(i + 1);
        EXPECT_EQ(all_of(shown(name)), entries[i]);
        EXPECT_EQ(all_of(store::OwnerSession(*fresh_).history(name)), histories[i]);
        EXPECT_FALSE(store::OwnerSession(*fresh_).history(name).front().brought_over.empty());
    }
    expect_sound();
    const store::ImportReport second = bring(file);
    EXPECT_EQ(second.recorded, 0U);
    EXPECT_EQ(second.already_there, 4U);
    EXPECT_EQ(store::OwnerSession(*fresh_).history("1").size(), 2U);
}

TEST_F(SalvageImport, ComesOutOfAFreshRegisterAsItWentIn) {
    add(good_input());
    amend("1", {{"minutes", "90"}});
    ASSERT_EQ(bring(salvage()).recorded, 1U);
    const auto once = all_of(store::OwnerSession(*fresh_).history("1"));
    std::string again;
    fresh_.reset();
    (void)OwnerSession::salvage(fresh_settings_, fresh_keys_, random_, into(again));
    fresh_settings_.directory = directory_ / "third";
    support::MemoryKeyStore third_keys;
    (void)store::Register::create(fresh_settings_, third_keys, clock_, random_);
    fresh_ = std::make_unique<store::Register>(fresh_settings_, third_keys, clock_, random_);

    ASSERT_EQ(bring(again).recorded, 1U);

    EXPECT_EQ(all_of(store::OwnerSession(*fresh_).history("1")), once);
}

TEST_F(SalvageImport, LetsNothingLeaveThatWasWithdrawnOrConcernsAMinor) {
    add(good_input());
    deliver_all();
    (void)store::OwnerSession(*register_)
        .classify("1", store::DisclosureClass::withdrawn, "просьба");
    store::EntryTexts minor = good_input();
    minor.minor = "yes";
    add(minor);

    ASSERT_EQ(bring(salvage()).recorded, 2U);

    EXPECT_EQ(shown("1").disclosure, "local");
    EXPECT_EQ(shown("2").disclosure, "local");
    EXPECT_EQ(fresh_->balance().local, 2U);
    expect_sound();
}

TEST_F(SalvageImport, LetsWaitAgainWhatWasQuarantined) {
    add(good_input());
    mark(all_changes().entries.at(0), store::Verdict::quarantined, "HTTP 403");
    ASSERT_EQ(store::OwnerSession(*register_).show("1").delivery, "quarantined");

    ASSERT_EQ(bring(salvage()).recorded, 1U);

    EXPECT_EQ(shown("1").delivery, "pending");
    EXPECT_EQ(fresh_->balance().pending, 1U);
    expect_sound();
}

TEST_F(SalvageImport, KeepsHereWhatALaterVersionMayHaveWithheld) {
    const std::string id = add(good_input());
    std::string file = salvage();
    const std::size_t at = file.find("\"uncertain\":false");
    ASSERT_NE(at, std::string::npos);
    file.replace(at, std::string("\"uncertain\":false").size(), "\"uncertain\":true");

    const store::ImportReport report = bring(file);

    ASSERT_THAT(report.warnings, SizeIs(1));
    EXPECT_THAT(platform::in_english(report.warnings[0].error.message),
                HasSubstr("a later version may be lost"));
    EXPECT_EQ(shown(id).delivery, "local");
    EXPECT_EQ(store::OwnerSession(*fresh_).history(id).size(), 2U);
    EXPECT_EQ(platform::unpacked(store::OwnerSession(*fresh_).history(id).back().reason),
              platform::Message{"import.stays_here"});
    expect_sound();
}

TEST_F(SalvageImport, KeepsHereWhatIsLeftOverFromBeforeTheLastAct) {
    // Of the last act no page reached the disk, or those alone that name the tables.
    for (const std::size_t from : {kPage * 2, std::size_t{0}}) {
        open();
        const std::string id = add_of_class("full");
        register_.reset();
        const auto file = store::register_file(settings_.directory);
        const std::string before = platform::read_file(file, 1 << 24);
        open();
        (void)store::OwnerSession(*register_)
            .classify(id, store::DisclosureClass::local, "просьба");
        register_.reset();
        const std::string whole = platform::read_file(file, 1 << 24);
        std::string after = whole;
        for (std::size_t at = from; at < std::min(before.size(), after.size()); at += kPage)
            if (before.compare(at, kPage, after, at, kPage) != 0)
                after.replace(at, kPage, kPage, '\0');
        std::ofstream(file, std::ios::binary) << after;
        store::RegisterSettings without_anchor = settings_;
        without_anchor.anchor_directory.clear();

        std::string text;
        report_ = OwnerSession::salvage(without_anchor, keys_, random_, into(text));
        (void)bring(text);

        EXPECT_GT(report_.entries, 0U);
        EXPECT_EQ(report_.uncertain, report_.entries);
        EXPECT_EQ(shown(id).delivery, "local");
        std::ofstream(file, std::ios::binary) << whole;
    }
}

TEST_F(SalvageImport, BringsAnEntryOfAClockThatWasAheadAndSaysSo) {
    add(good_input());
    std::string file = salvage();
    for (auto at = file.find("2026-11-02"); at != std::string::npos; at = file.find("2026-11-02"))
        file.replace(at, 4, "2030");

    const store::ImportReport report = bring(file);

    ASSERT_EQ(report.recorded, 1U);
    ASSERT_THAT(report.warnings, SizeIs(1));
    EXPECT_THAT(platform::in_english(report.warnings[0].error.message),
                HasSubstr("ahead of the clock"));
}

TEST_F(SalvageImport, SaysWhatWasChangedInTheFile) {
    add(good_input());
    std::string file = salvage();
    file.replace(file.find("защита"), std::string("защита").size(), "защитА");

    const store::ImportReport report = bring(file);

    ASSERT_EQ(report.recorded, 1U);
    ASSERT_THAT(report.warnings, SizeIs(1));
    EXPECT_THAT(platform::in_english(report.warnings[0].error.message),
                HasSubstr("was changed after it was written"));
}

TEST_F(SalvageImport, KeepsHereWhatAnOlderFileSays) {
    add_of_class("full");
    register_.reset();
    const auto file = store::register_file(settings_.directory);
    const std::string before = platform::read_file(file, 1 << 24);
    open();
    (void)store::OwnerSession(*register_).classify("1", store::DisclosureClass::local, "просьба");
    register_.reset();
    std::ofstream(file, std::ios::binary) << before;

    std::string text;
    report_ = OwnerSession::salvage(settings_, keys_, random_, into(text));

    EXPECT_EQ(report_.uncertain, 1U);
}

TEST_F(SalvageImport, RecordsNothingAnewThatLacksItsHistory) {
    add_of_class("full");
    const std::string file = salvage();
    const auto refused = [&](const std::string& from, const std::string& to) {
        return refusals_with(file, from, to);
    };
    EXPECT_EQ(refused("\"commitment\"", "\"commitment_of\""), 0U) << "is recorded anew";
    EXPECT_EQ(fresh_->balance().recorded, 1U);
    for (const char* const said :
         {"\"uncertain\":true", "\"pulled\":true", "\"missing_versions\":[2]",
          "\"history\":[{\"commitment\":\"00\"},{}]"}) {
        const store::ImportReport report = bring(
            "{\"application_date\":\"2026-11-02\",\"recorded_date\":\"2026-11-02\","
            "\"disclosure\":\"full\"," +
            std::string(said) + "}\n");
        ASSERT_THAT(report.errors, SizeIs(1));
        EXPECT_THAT(platform::in_english(report.errors[0].error.message),
                    HasSubstr("has no whole history"));
    }
}

TEST_F(SalvageImport, SaysThatAFileKnowsMoreOfAnEntryThanIsHere) {
    add(good_input());
    register_.reset();
    const auto file = store::register_file(settings_.directory);
    const std::string before = platform::read_file(file, 1 << 24);
    open();
    amend("1", {{"minutes", "90"}});
    register_.reset();
    std::string fuller;
    (void)OwnerSession::salvage(settings_, keys_, random_, into(fuller));
    std::ofstream(file, std::ios::binary) << before;
    std::string older;
    (void)OwnerSession::salvage(settings_, keys_, random_, into(older));
    ASSERT_EQ(bring(older).recorded, 1U);

    const store::ImportReport report = bring(fuller);

    ASSERT_THAT(report.errors, SizeIs(1));
    EXPECT_THAT(platform::in_english(report.errors[0].error.message),
                HasSubstr("nothing was taken of it"));
    EXPECT_EQ(bring(older).already_there, 1U);
}

TEST_F(SalvageImport, SaysWhereANumberCouldNotBeKept) {
    add(good_input());
    const std::string id = add(good_input());
    std::string file = salvage();
    file.erase(0, file.find('\n') + 1);

    const store::ImportReport report = bring(file);

    ASSERT_THAT(report.warnings, SizeIs(1));
    EXPECT_THAT(platform::in_english(report.warnings[0].error.message),
                HasSubstr("was 2 of book "));
    EXPECT_EQ(shown("1").id, id);
}

TEST_F(SalvageImport, LeavesOutASignatureThatFitsNoMore) {
    add(good_input());
    sign("1");
    std::string file = salvage();
    const std::string before = "\"minutes\":\"135\"";
    ASSERT_NE(file.find(before), std::string::npos);
    file.replace(file.find(before), before.size(), "\"minutes\":\"136\"");

    const store::ImportReport report = bring(file);

    ASSERT_EQ(report.recorded, 1U);
    ASSERT_THAT(report.warnings, SizeIs(1));
    EXPECT_THAT(platform::in_english(report.warnings[0].error.message), HasSubstr("was left out"));
    EXPECT_EQ(shown("1").signature.status, "");
    expect_sound();
}

TEST_F(SalvageImport, RefusesAHistoryThatIsNotAsItWasWritten) {
    add(good_input());
    const std::string file = salvage();
    const auto refused = [&](const std::string& from, const std::string& to) {
        return refusals_with(file, from, to);
    };
    EXPECT_EQ(refused("\"act\":\"recorded\"", "\"act\":\"Recorded!\""), 1U);
    EXPECT_EQ(refused("\"changes\":[]", "\"changes\":[{}]"), 1U);
    EXPECT_EQ(refused("\"salt\":\"", "\"salt\":\"zz"), 1U);
    EXPECT_EQ(refused("\"recorded_at\":\"2026", "\"recorded_at\":\"2O26"), 1U);
    EXPECT_EQ(refused("\"form\":\"court\"", "\"form\":\"none\""), 1U);
    EXPECT_EQ(refused("\"act\":\"recorded\"", "\"act\":\"delivered\""), 1U);
    EXPECT_EQ(refused("\"recorded_at\":\"2026", "\"recorded_at\":\"2020"), 1U);
    EXPECT_EQ(refused("\"application_date\":\"2026", "\"application_date\":\"2999"), 1U);
    EXPECT_EQ(fresh_->balance().recorded, 0U);
}

TEST_F(SalvageImport, ReadsABackupUpToWhereItIsDamaged) {
    std::vector<store::ImportRow> rows;
    for (std::uint64_t i = 0; i < 700; ++i)
        rows.push_back({i, imported_input("Т-" + std::to_string(i))});
    ASSERT_EQ(store::OwnerSession(*register_).import(rows, {}, {}).recorded, rows.size());
    const auto folder = directory_ / "backups";
    std::filesystem::create_directory(folder);
    const auto file = store::back_up(*register_, {.directory = folder}, {}).file;
    const auto size = std::filesystem::file_size(file);
    std::string text;
    const auto read = [&] {
        text.clear();
        return OwnerSession::salvage_backup(file, recovery_code_, random_, into(text));
    };
    EXPECT_EQ(read().entries, 700U);
    std::fstream damaged(file, std::ios::binary | std::ios::in | std::ios::out);
    damaged.seekp(static_cast<std::streamoff>(size - 10)) << "damage";
    damaged.close();
    EXPECT_EQ(read().entries, 700U);
    EXPECT_EQ(read().damaged_at.value_or(0) / 65'536, size / 65'536 - 1);
    std::filesystem::resize_file(file, (std::uintmax_t{3} << 16) + 20'000);

    const auto report = read();
    const store::ImportReport brought = bring(text);

    EXPECT_GT(report.entries, 20U);
    EXPECT_GT(report.lost, 20U);
    EXPECT_EQ(report.entries + report.lost, 700U);
    EXPECT_EQ(brought.recorded, report.entries);
    EXPECT_EQ(bring(text).already_there, report.entries);
    expect_sound();
}

TEST_F(SalvageImport, ReadsASmallBackupAroundItsDamage) {
    for (int i = 0; i < 3; ++i) add(good_input());
    const auto folder = directory_ / "backups";
    std::filesystem::create_directory(folder);
    const auto file = store::back_up(*register_, {.directory = folder}, {}).file;
    const std::string whole = platform::read_file(file, 1 << 24);
    std::string text;
    const auto read = [&](const std::string& bytes) {
        text.clear();
        std::ofstream(file, std::ios::binary) << bytes;
        return OwnerSession::salvage_backup(file, recovery_code_, random_, into(text));
    };
    EXPECT_EQ(read(whole).damaged_at, std::nullopt);
    // Padding alone is cut off, or the tag of the only part is damaged.
    EXPECT_EQ(read(whole.substr(0, whole.size() - 100)).entries, 3U);
    EXPECT_EQ(read(whole.substr(0, whole.size() - 3) + "xyz").entries, 3U);
    std::size_t read_at_all = 0;
    constexpr std::size_t kHeadBytes = 1000;
    for (std::size_t at = kHeadBytes; at < 5000; at += 500) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        const auto report = read(damaged);
        EXPECT_TRUE(report.damaged_at.has_value());
        read_at_all += report.entries;
    }
    EXPECT_GE(read_at_all, 16U);
    ASSERT_EQ(read(whole.substr(0, whole.size() - 100)).entries, 3U);
    EXPECT_EQ(bring(text).recorded, 3U);
    expect_sound();
}

using SalvageImportOfTwoPcs = SalvageImportOf<PairedRegisters>;

TEST_F(SalvageImportOfTwoPcs, GivesAnEntryOfAnotherPcNoNumberAndKeepsItHere) {
    add(good_input());
    const auto elsewhere = store::OwnerSession(*other_).add(good_input());
    ASSERT_TRUE(elsewhere.has_value());
    meet();
    ASSERT_TRUE(view(*register_, elsewhere->id).pulled);

    ASSERT_EQ(bring(salvage()).recorded, 2U);

    const store::EntryView pulled = shown(elsewhere->id);
    EXPECT_TRUE(pulled.pulled);
    EXPECT_EQ(pulled.number, store::EntryNumber{});
    EXPECT_EQ(pulled.delivery, "local");
    EXPECT_EQ(shown("1").delivery, "pending");
    expect_sound();
}

}  // namespace
}  // namespace tizilim
