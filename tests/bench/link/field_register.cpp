#include "tests/bench/link/field_register.h"

#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/key_store.h"
#include "platform/random.h"
#include "store/owner_session.h"
#include "store/register.h"
#include "store/rules.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/seeded_random.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::bench {
namespace {

constexpr std::chrono::days kOffline{30};
constexpr std::uint64_t kSeed = 4;

struct Matter {
    std::string_view basis;
    std::string_view form;
};
constexpr std::array<Matter, 5> kMatters{
    {{"investigator_resolution", "criminal_prosecution_bodies"},
     {"inquirer_resolution", "criminal_prosecution_bodies"},
     {"investigating_judge_resolution", "court"},
     {"court_resolution", "court"},
     {"court_ruling_civil", "court"}}};

store::RegisterSettings settings_in(const std::filesystem::path& folder) {
    store::RegisterSettings settings;
    settings.directory = folder;
    settings.require_signature = false;
    settings.recovery_cost = support::kCheapRecovery;
    return settings;
}

std::string day_of(platform::WallTime time, const store::RegisterSettings& settings) {
    return platform::format_date(platform::civil_day(time, settings.utc_offset));
}

}  // namespace

FieldRegister::FieldRegister(std::uint64_t count, std::filesystem::path folder)
    : count_(count), folder_(std::move(folder)) {
    make();
    read_documents();
}

void FieldRegister::make() {
    SkippingClock clock;
    platform::SystemRandom random;
    support::SeededRandom choice(kSeed);
    const store::RegisterSettings settings = settings_in(folder_);
    platform::FileKeyStore keys(folder_ / "keys");
    clock.skip(-kOffline);
    (void)store::Register::create(settings, keys, clock, random);
    store::Register reg(settings, keys, clock, random);
    const auto apart = std::chrono::nanoseconds(kOffline) / static_cast<std::int64_t>(count_);
    for (std::uint64_t i = 0; i < count_; ++i) {
        clock.skip(
            std::chrono::nanoseconds(choice.below(2 * static_cast<std::uint64_t>(apart.count()))));
        const Matter& matter = kMatters[choice.below(kMatters.size())];
        const auto before = std::chrono::hours(24) * static_cast<int>(choice.below(21));
        store::EntryInput input;
        input.application_date = day_of(clock.wall_now(), settings);
        input.basis_type = matter.basis;
        input.basis_number = "Т-" + std::to_string(i);
        input.basis_date = day_of(clock.wall_now() - before, settings);
        input.basis_issuer = "Учебный отдел полиции";
        input.essence = "защита подозреваемого, кража";
        input.form = matter.form;
        input.minutes = std::to_string(15 * (1 + choice.below(32)) + 5 * choice.below(3));
        input.language = choice.below(3) == 0 ? "kk" : "ru";
        if (!reg.owner().add(input)) throw std::runtime_error("an entry was refused");
    }
}

void FieldRegister::read_documents() {
    const platform::SystemClock clock;
    platform::SystemRandom random;
    store::Register reg(settings_in(folder_), keys_, clock, random);
    store::ListQuery query;
    while (true) {
        const store::EntryPage page = reg.owner().list(query);
        for (const store::EntryView& entry : page.entries) {
            const std::string id = "entry:" + entry.id;
            documents_.push_back(R"({"_id":")" + id + R"(",)" + entry.would_leave.substr(1));
            ids_.push_back(id);
        }
        if (!page.next) break;
        query.first = *page.next;
    }
    if (documents_.size() != count_) throw std::runtime_error("not every entry may leave");
}

std::unique_ptr<store::Register> FieldRegister::copy(const std::filesystem::path& folder,
                                                     platform::Clock& clock,
                                                     platform::Random& random) const {
    std::filesystem::copy(folder_, folder, std::filesystem::copy_options::recursive);
    return std::make_unique<store::Register>(settings_in(folder), keys_, clock, random);
}

}  // namespace tizilim::bench
