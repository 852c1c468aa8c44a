#pragma once

#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "store/register/register.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::bench {

/// The machine's clocks, from which one may skip ahead.
class SkippingClock final : public platform::Clock {
public:
    [[nodiscard]] platform::WallTime wall_now() const override {
        return system_.wall_now() + std::chrono::duration_cast<std::chrono::milliseconds>(ahead_);
    }
    [[nodiscard]] platform::Instant now() const override { return system_.now() + ahead_; }
    void skip(platform::Instant::duration by) { ahead_ += by; }

private:
    platform::SystemClock system_;
    platform::Instant::duration ahead_{};
};

/// What one PC recorded in 30 days without a network: entries that may all leave, with the spread
/// of an office's own. Made once in `folder`; each run works on a copy.
class FieldRegister {
public:
    enum class Origin {
        recorded,  ///< day after day
        imported   ///< all today, from a file; documents() has none of them
    };
    FieldRegister(std::uint64_t count, std::filesystem::path folder,
                  Origin origin = Origin::recorded);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// The documents as the register discloses them, unsigned and without a revision: JSON objects,
    /// one an entry, in order of number.
    [[nodiscard]] const std::vector<std::string>& documents() const { return documents_; }
    /// Of the i-th document, from 0.
    [[nodiscard]] const std::string& id(std::uint64_t i) const { return ids_[i]; }
    /// A fresh copy with everything still to be delivered, in a folder that must not exist.
    [[nodiscard]] std::unique_ptr<store::Register> copy(const std::filesystem::path& folder,
                                                        platform::Clock& clock,
                                                        platform::Random& random) const;

private:
    void make();
    void read_documents();

    const std::uint64_t count_;
    const std::filesystem::path folder_;
    const Origin origin_;
    const platform::FileKeyStore keys_{folder_ / "keys"};
    std::vector<std::string> documents_;
    std::vector<std::string> ids_;
};

}  // namespace tizilim::bench
