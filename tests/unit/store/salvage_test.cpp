#include "platform/files/key_store.h"
#include "store/book/entry_rows.h"
#include "store/book/salvaged_rows.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <ios>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using store::StoreError;
using testing::ElementsAre;
using testing::IsEmpty;

class Salvage : public RegisterTest {
protected:
    Salvage() {
        settings_.anchor_directory = directory_ / "anchors";
        open();
    }
    /// Both copies of the page by which LMDB finds all others.
    void wipe_the_beginning() {
        register_.reset();
        std::fstream file(store::register_file(settings_.directory),
                          std::ios::binary | std::ios::in | std::ios::out);
        file << std::string(std::size_t{2} * 4096, '\0');
    }
    std::vector<std::string> salvaged(const platform::KeyStore& keys) {
        std::vector<std::string> found;
        report_ = store::OwnerSession::salvage(
            settings_, keys, random_,
            [&](const store::Salvaged& entry) { found.push_back(text_of(entry)); });
        return found;
    }
    /// "1 Т-001: recorded, amended (ошибка)"
    static std::string text_of(const store::Salvaged& entry) {
        std::string text = std::to_string(static_cast<std::uint64_t>(entry.entry.number)) + ' ' +
                           entry.entry.basis_number + ' ' + entry.entry.essence + ':';
        for (const store::VersionView& version : entry.history)
            text += ' ' + version.act + (version.reason.empty() ? "" : " (" + version.reason + ')');
        for (const std::uint32_t version : entry.missing)
            text += " without " + std::to_string(version);
        return text + (entry.uncertain ? " uncertain" : "");
    }
    using Skip = std::function<bool(store::Table table, std::string_view key)>;
    using See =
        std::function<void(store::Table table, std::string_view key, std::string_view value)>;
    struct Row {
        store::Table table;
        std::string key;
        std::string value;
    };
    /// What the rows of the register say but for those that are skipped, and what `more` say.
    std::vector<std::string> told_without(const Skip& skip, const See& see = {},
                                          const std::vector<Row>& more = {}) {
        register_.reset();
        const store::Seal seal(*keys_.load(store::kKeyName), random_);
        store::SalvagedRows rows(seal);
        store::Environment file(store::register_file(settings_.directory),
                                store::Environment::Open::existing);
        file.read([&](const store::RawReader& raw) {
            for (std::size_t i = 0; i < store::kTableCount; ++i) {
                const auto table = static_cast<store::Table>(i);
                raw.scan(table, {}, [&](std::string_view key, std::string_view value) {
                    if (see) see(table, key, value);
                    if (!skip(table, key)) rows.take({store::name_of(table), key, value, true});
                    return true;
                });
            }
        });
        for (const Row& row : more)
            rows.take({store::name_of(row.table), row.key, row.value, true});
        rows.finish({});
        std::vector<std::string> found;
        report_ = store::OwnerSession::tell(
            rows, [&](const store::Salvaged& entry) { found.push_back(text_of(entry)); });
        return found;
    }
    void amend(const std::string& essence, const std::string& reason) {
        ASSERT_TRUE(
            store::OwnerSession(*register_).amend("1", {{"essence", essence}}, reason).has_value());
    }

    store::SalvageReport report_;
};

TEST_F(Salvage, ReadsEveryVersionOfARegisterThatCannotBeOpened) {
    add(good_input());
    amend("иначе", "ошибка");
    store::EntryTexts other = good_input();
    other.basis_number = "Т-002";
    add(other);
    (void)store::OwnerSession(*register_).void_entry("2", "дважды");
    wipe_the_beginning();
    EXPECT_THROW(open(), StoreError);

    EXPECT_THAT(salvaged(keys_),
                ElementsAre("1 Т-001 иначе: recorded amended (ошибка)",
                            "2 Т-002 защита подозреваемого: recorded voided (дважды)"));
    EXPECT_EQ(report_.versions, 4U);
}

TEST_F(Salvage, SaysSoWhenTheKeyOpensNothing) {
    add(good_input());
    wipe_the_beginning();
    support::MemoryKeyStore others;
    EXPECT_THROW((void)salvaged(others), StoreError);
    others.create(store::kKeyName,
                  platform::MasterKey(std::array<std::byte, platform::MasterKey::kBytes>{}));
    try {
        (void)salvaged(others);
        ADD_FAILURE() << "nothing was said";
    } catch (const StoreError& error) {
        EXPECT_EQ(error.kind(), StoreError::Kind::wrong_key);
    }
}

TEST_F(Salvage, NamesAVersionThatCannotBeRead) {
    const std::string id = add(good_input());
    amend("второе", "раз");
    amend("третье", "два");
    const std::string second = store::version_key(*store::EntryId::parse(id), 2);

    EXPECT_THAT(told_without([&](store::Table table, std::string_view key) {
                    return table == store::Table::versions && key == second;
                }),
                ElementsAre("1 Т-001 третье: recorded amended (два) without 2"));
    EXPECT_EQ(report_.uncertain, 0U);
}

TEST_F(Salvage, DoubtsTheClassWhereALaterVersionMayBeLost) {
    const std::string id = add(good_input());
    amend("второе", "раз");
    const store::EntryId entry = *store::EntryId::parse(id);

    EXPECT_THAT(told_without([&](store::Table table, std::string_view key) {
                    return table == store::Table::versions && key == store::version_key(entry, 2);
                }),
                ElementsAre("1 Т-001 защита подозреваемого: recorded without 2 uncertain"));
    EXPECT_THAT(told_without([&](store::Table table, std::string_view key) {
                    return table == store::Table::entries ||
                           (table == store::Table::versions && key == store::version_key(entry, 2));
                }),
                ElementsAre("1 Т-001 защита подозреваемого: recorded uncertain"));
    EXPECT_THAT(told_without([](store::Table table, std::string_view) {
                    return table == store::Table::entries || table == store::Table::numbers;
                }),
                ElementsAre("0 Т-001 второе: recorded amended (раз) uncertain"));
}

TEST_F(Salvage, DoubtsTheClassWhereOnlyTheJournalKnowsOfALaterVersion) {
    const std::string id = add(good_input());
    const store::EntryId entry = *store::EntryId::parse(id);
    std::string head_of_then;
    (void)told_without([&](store::Table, std::string_view) { return true; },
                       [&](store::Table table, std::string_view key, std::string_view value) {
                           if (table == store::Table::entries && key == entry.raw())
                               head_of_then = value;
                       });
    ASSERT_FALSE(head_of_then.empty());
    open();
    amend("второе", "раз");
    const auto without_second = [&](bool journal_too) {
        return told_without(
            [&](store::Table table, std::string_view key) {
                return table == store::Table::entries ||
                       (journal_too && table == store::Table::journal) ||
                       (table == store::Table::versions && key == store::version_key(entry, 2));
            },
            {}, {{store::Table::entries, std::string(entry.raw()), head_of_then}});
    };

    EXPECT_THAT(without_second(false),
                ElementsAre("1 Т-001 защита подозреваемого: recorded uncertain"));
    EXPECT_THAT(without_second(true), ElementsAre("1 Т-001 защита подозреваемого: recorded"));
}

TEST_F(Salvage, InfersTheActsWhereTheJournalIsLost) {
    add(good_input());
    amend("второе", "раз");
    (void)store::OwnerSession(*register_).classify("1", store::DisclosureClass::local, "два");
    (void)store::OwnerSession(*register_).void_entry("1", "три");

    EXPECT_THAT(
        told_without(
            [](store::Table table, std::string_view) { return table == store::Table::journal; }),
        ElementsAre("1 Т-001 второе: recorded amended (раз) classified (два) voided (три)"));
}

TEST_F(Salvage, CountsEntriesOfWhichNothingIsLeft) {
    add(good_input());
    add(good_input());
    const auto versions = [](store::Table table, std::string_view) {
        return table == store::Table::versions;
    };
    EXPECT_THAT(told_without(versions), IsEmpty());
    EXPECT_EQ(report_.lost, 2U);
}

TEST_F(Salvage, ReadsARowWhoseKeyAloneIsDamaged) {
    const std::string id = add(good_input());
    amend("второе", "раз");
    register_.reset();
    const store::EntryId entry = *store::EntryId::parse(id);
    const store::Seal seal(*keys_.load(store::kKeyName), random_);
    store::SalvagedRows rows(seal);
    store::Environment file(store::register_file(settings_.directory),
                            store::Environment::Open::existing);
    file.read([&](const store::RawReader& raw) {
        for (const store::Table table :
             {store::Table::entries, store::Table::versions, store::Table::journal}) {
            raw.scan(table, {}, [&](std::string_view key, std::string_view value) {
                std::string as_found(key);
                if (key == store::version_key(entry, 2)) as_found[3] = 'x';
                rows.take({store::name_of(table), as_found, value, true});
                return true;
            });
        }
    });
    rows.finish({});

    ASSERT_EQ(rows.entries().size(), 1U);
    EXPECT_EQ(rows.entries().front().versions.size(), 2U);
}

}  // namespace
}  // namespace tizilim
