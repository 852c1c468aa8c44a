#include "store/owner_session.h"
#include "store/register.h"
#include "store/register_impl.h"
#include "store/store_error.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::StoreError;
using testing::UnorderedElementsAre;

class Salvage : public RegisterTest {
protected:
    /// Both copies of the page by which LMDB finds all others.
    void wipe_the_beginning() {
        register_.reset();
        std::fstream file(store::register_file(settings_.directory),
                          std::ios::binary | std::ios::in | std::ios::out);
        file << std::string(std::size_t{2} * 4096, '\0');
    }
    std::vector<std::string> salvaged(const platform::KeyStore& keys) {
        std::vector<std::string> found;
        (void)store::OwnerSession::salvage(
            settings_.directory, keys, random_, [&](const store::EntryView& view) {
                found.push_back(view.basis_number + " " + std::to_string(view.versions) + " " +
                                view.essence);
            });
        return found;
    }
};

TEST_F(Salvage, ReadsEveryVersionOfARegisterThatCannotBeOpened) {
    add(good_input());
    ASSERT_TRUE(register_->owner().amend("1", {{"essence", "иначе"}}, "ошибка").has_value());
    store::EntryInput other = good_input();
    other.basis_number = "Т-002";
    add(other);
    wipe_the_beginning();
    EXPECT_THROW(open(), StoreError);

    EXPECT_THAT(salvaged(keys_),
                UnorderedElementsAre("Т-001 1 " + good_input().essence, "Т-001 2 иначе",
                                     "Т-002 1 " + good_input().essence));
}

TEST_F(Salvage, ReadsNothingWithAnotherKeyAndSaysWhenThereIsNone) {
    add(good_input());
    wipe_the_beginning();
    support::MemoryKeyStore others;
    EXPECT_THROW((void)salvaged(others), StoreError);
    others.create(store::kKeyName,
                  platform::MasterKey(std::array<std::byte, platform::MasterKey::kBytes>{}));
    EXPECT_TRUE(salvaged(others).empty());
}

}  // namespace
}  // namespace tizilim
