#pragma once

#include "store/backup/backup.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/register_fixture.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {

/// A register with a folder for backups beside it, and a place where they are restored to, with a
/// key store of its own: another computer.
class BackupTest : public RegisterTest {
protected:
    BackupTest() {
        std::filesystem::create_directory(folder_);
        elsewhere_ = settings_;
        elsewhere_.directory = directory_ / "elsewhere";
    }

    /// That many entries in one act.
    void add_many(std::uint64_t count) {
        std::vector<store::ImportRow> rows;
        for (std::uint64_t line = 1; line <= count; ++line) {
            rows.push_back({line, imported_input(std::to_string(line))});
        }
        EXPECT_EQ(store::OwnerSession(*register_).import(rows, {}, {}).recorded, count);
    }
    store::BackupReport back_up(std::uint32_t keep = 0) {
        clock_.advance(std::chrono::seconds(1));
        return store::back_up(*register_, {.directory = folder_, .keep = keep}, {});
    }
    store::RestoreReport restore(const std::filesystem::path& file, bool continue_book = false) {
        return store::restore(
            elsewhere_,
            {.file = file, .recovery_code = recovery_code_, .continue_book = continue_book},
            other_keys_, clock_, random_);
    }
    void open_elsewhere() {
        restored_ = std::make_unique<store::Register>(elsewhere_, other_keys_, clock_, random_);
    }
    [[nodiscard]] std::vector<std::string> names_of(const std::filesystem::path& folder) const {
        std::vector<std::string> names;
        for (const auto& file : std::filesystem::directory_iterator(folder)) {
            names.push_back(file.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }
    /// What a call is refused with; nothing when it is not.
    template <class Call>
    static std::optional<store::StoreError> refusal_of(const Call& call) {
        try {
            (void)call();
        } catch (const store::StoreError& error) {
            return error;
        }
        return {};
    }
    template <class Call>
    static std::optional<store::StoreError::Kind> kind_of(const Call& call) {
        const auto error = refusal_of(call);
        if (!error) return {};
        return error->kind();
    }
    static std::string content_of(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::filesystem::path file_of(const std::string& content) const {
        const std::filesystem::path file = directory_ / "copy.backup";
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }

    std::filesystem::path folder_ = directory_ / "backups";
    support::MemoryKeyStore other_keys_;
    store::RegisterSettings elsewhere_;
    std::unique_ptr<store::Register> restored_;
};

}  // namespace tizilim
