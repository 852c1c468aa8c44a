#pragma once

#include "store/register/register.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tizilim::durability {

/// All that a register shows, to be compared.
struct Snapshot {
    std::vector<std::string> entries;  ///< the n-th is of number n
    std::uint64_t journal_records = 0;
    std::string chain_head;
    std::string queues;

    bool operator==(const Snapshot&) const = default;
};

/// A register and the work done on it, the same for the same seed.
class Office {
public:
    explicit Office(std::uint64_t seed);

    /// One act, chosen by the seed: adds, amendments, voids, classes, imports, delivery.
    void act();
    void import_rows(std::size_t count, std::size_t essence_bytes);
    void add();
    void deliver_all();
    void close() { register_.reset(); }
    /// Opens what is in the folder now.
    void open();

    [[nodiscard]] store::Register& get() { return *register_; }
    [[nodiscard]] std::filesystem::path file() const;
    [[nodiscard]] std::filesystem::path anchors() const { return settings_.anchor_directory; }
    [[nodiscard]] const store::RegisterSettings& settings() const { return settings_; }
    [[nodiscard]] const support::MemoryKeyStore& keys() const { return keys_; }
    [[nodiscard]] const support::SimClock& clock() const { return clock_; }

    /// \throws StoreError
    [[nodiscard]] static Snapshot snapshot(store::Register& from);

    /// What is wrong with `file` as a register that had shown `before` and was about to show
    /// `after`; nothing: all is there.
    [[nodiscard]] std::optional<std::string> fault_of(const std::filesystem::path& directory,
                                                      const Snapshot& before,
                                                      const Snapshot& after) const;

private:
    void revise();
    void deliver();

    support::TempDirectory directory_;
    support::SimClock clock_;
    support::SeededRandom random_;
    support::MemoryKeyStore keys_;
    store::RegisterSettings settings_;
    std::unique_ptr<store::Register> register_;
    std::mt19937_64 engine_;
    std::uint64_t added_ = 0;
    std::uint64_t imports_ = 0;
    std::vector<store::Leaf> minted_;
    std::vector<store::Leaf> sent_;
};

/// What differs between what is and what should be, or nothing.
[[nodiscard]] std::optional<std::string> difference(const Snapshot& is, const Snapshot& before,
                                                    const Snapshot& after);

}  // namespace tizilim::durability
