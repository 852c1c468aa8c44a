#include "platform/files/key_store.h"

#include "platform/files/file.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <vector>

namespace tizilim {
namespace {

namespace fs = std::filesystem;
using platform::FileError;
using platform::FileKeyStore;
using platform::MasterKey;

MasterKey key_of(unsigned char byte) {
    std::array<std::byte, MasterKey::kBytes> bytes{};
    bytes.fill(std::byte{byte});
    return MasterKey(bytes);
}

class KeyStoreTest : public ::testing::Test {
protected:
    void put(const std::string& content, fs::perms mode = fs::perms(0600)) {
        std::ofstream(folder_ / "register.key") << content;
        fs::permissions(folder_ / "register.key", mode);
    }
    [[nodiscard]] std::string load_error() const {
        try {
            static_cast<void>(store_.load("register"));
        } catch (const FileError& error) {
            return error.what();
        }
        return {};
    }

    support::TempDirectory folder_;
    FileKeyStore store_{folder_.path()};
};

TEST_F(KeyStoreTest, GivesBackTheKeyItKept) {
    store_.create("register", key_of(0xa7));

    const auto loaded = FileKeyStore(folder_.path()).load("register");

    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(loaded->bytes(), key_of(0xa7).bytes());
}

TEST_F(KeyStoreTest, KeepsHexForTheOwnerAloneAndNoOtherFile) {
    store_.create("register", key_of(0xa7));

    EXPECT_EQ(platform::access_beyond_owner(folder_ / "register.key"), "");
    std::string hex;
    for (std::size_t i = 0; i < MasterKey::kBytes; ++i) hex += "a7";
    EXPECT_EQ(platform::read_file(folder_ / "register.key", 100), hex);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(KeyStoreTest, MakesItsFolder) {
    FileKeyStore store(folder_ / "keys" / "here");

    store.create("register", key_of(1));

    EXPECT_TRUE(store.load("register").has_value());
    EXPECT_EQ(platform::access_beyond_owner(folder_ / "keys"), "");
}

TEST_F(KeyStoreTest, NeverReplacesAKey) {
    store_.create("register", key_of(1));

    EXPECT_THROW(store_.create("register", key_of(2)), FileError);

    EXPECT_EQ(store_.load("register")->bytes(), key_of(1).bytes());
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(KeyStoreTest, NeverReplacesEvenADanglingLink) {
    fs::create_symlink(folder_ / "nowhere", folder_ / "register.key");

    EXPECT_THROW(store_.create("register", key_of(2)), FileError);
    EXPECT_NE(load_error(), "");
}

TEST_F(KeyStoreTest, HasNothingWhenThereIsNoKey) {
    EXPECT_FALSE(store_.load("register").has_value());
    EXPECT_FALSE(FileKeyStore(folder_ / "none").load("register").has_value());
}

TEST_F(KeyStoreTest, TakesALineEndAfterTheDigits) {
    put(std::string(64, 'F') + "\n");

    EXPECT_EQ(store_.load("register")->bytes(), key_of(0xff).bytes());
}

TEST_F(KeyStoreTest, RefusesAKeyThatOthersMayOpen) {
    for (const unsigned mode : {0640U, 0604U, 0660U, 0602U}) {
        put(std::string(64, 'a'), fs::perms(mode));

        EXPECT_NE(load_error().find("chmod 600"), std::string::npos) << load_error();
        EXPECT_NE(load_error().find((folder_ / "register.key").string()), std::string::npos);
    }
}

TEST_F(KeyStoreTest, RefusesWhatIsNoKeyAndDoesNotShowIt) {
    const std::vector<std::string> contents{"",
                                            std::string(63, 'a'),
                                            std::string(66, 'a'),
                                            std::string(64, 'g'),
                                            std::string(64, 'a') + "\n\n",
                                            std::string(64, 'a') + " ",
                                            std::string(1000, 'a')};
    for (const std::string& content : contents) {
        put(content);

        EXPECT_NE(load_error(), "") << content.size();
        EXPECT_EQ(load_error().find("aaa"), std::string::npos);
    }
}

TEST_F(KeyStoreTest, RefusesAFolderInTheKeysPlace) {
    fs::create_directory(folder_ / "register.key");

    EXPECT_NE(load_error().find("name a file, not a folder"), std::string::npos) << load_error();
}

TEST_F(KeyStoreTest, RefusesNamesThatLeadElsewhere) {
    for (const std::string name : {"", "../register", "a/b", "Register", "a.b", "a b", "ключ"}) {
        EXPECT_THROW(static_cast<void>(store_.load(name)), FileError) << name;
        EXPECT_THROW(store_.create(name, key_of(1)), FileError) << name;
    }
}

TEST(MasterKey, IsWipedWhenItGoes) {
    alignas(MasterKey) std::array<std::byte, sizeof(MasterKey)> memory{};
    auto* key = new (memory.data()) MasterKey(key_of(0xa7));
    ASSERT_EQ(memory[0], std::byte{0xa7});

    key->~MasterKey();

    for (const std::byte byte : memory) EXPECT_EQ(byte, std::byte{0});
}

}  // namespace
}  // namespace tizilim
