#pragma once

#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "store/owner/entry_list.h"
#include "store/register/register.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::bench {

/// A register of a given number of entries, in order of the days of application, a year and more
/// of them. Made once in a folder, then copied, so that what is measured starts the same each time.
class ScaledRegister {
public:
    explicit ScaledRegister(std::uint64_t count);

    /// Makes it in that folder, unless it is there from an earlier run.
    void make(const std::filesystem::path& made);
    /// From now on it is the copy in `work` of the one that was made.
    void copy(const std::filesystem::path& made, const std::filesystem::path& work);

    void open();
    void close() { register_.reset(); }
    [[nodiscard]] store::Register& operator*() { return *register_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }

    // One of each of what is measured, at a random place.
    void add();
    void show();
    void history();
    void page_by_number();
    void page_by_month();
    void page_by_state();

    /// Reads the data file from its first byte in use to its last, as a copy of it would.
    void read_file() const;
    void verify();
    void search();
    /// Into a folder of the copy's own, in place of the one before.
    void back_up();
    /// Every entry, page by page, as an export does.
    void list_all();

    /// Of the data file that are in use.
    [[nodiscard]] double megabytes() const;
    /// Of the texts that a search looks at.
    [[nodiscard]] double text_megabytes() const { return text_megabytes_; }

private:
    [[nodiscard]] std::string name() const;
    void import(std::uint64_t first, std::uint64_t last);
    [[nodiscard]] store::EntryTexts input(std::uint64_t i) const;
    /// The day of application of the i-th entry, from 0.
    [[nodiscard]] platform::CivilDate day(std::uint64_t i) const;
    [[nodiscard]] std::string random_number();
    /// \throws std::runtime_error, when a page holds less than it should
    void expect_full(const store::EntryPage& page) const;

    platform::SystemClock clock_;
    platform::SystemRandom random_;
    store::RegisterSettings settings_;
    const std::uint64_t count_;
    const std::uint64_t days_;
    const platform::CivilDate today_;
    double text_megabytes_ = 0;
    std::uint64_t place_in_state_ = 0;
    std::unique_ptr<platform::FileKeyStore> keys_;  ///< of register_
    std::unique_ptr<store::Register> register_;
};

}  // namespace tizilim::bench
