#include "tests/bench/link/field_register.h"

#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/seeded_random.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::bench {
namespace {

constexpr std::chrono::days kOffline{30};
constexpr std::uint64_t kSeed = 4;
constexpr std::size_t kImportRows = 10'000;

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

std::string day_of(platform::WallTime time) {
    return platform::format_date(platform::civil_day(time, store::RegisterSettings().utc_offset));
}

/// The i-th entry, from 0, of that moment.
store::EntryTexts input_of(std::uint64_t i, platform::WallTime now, support::SeededRandom& choice) {
    const Matter& matter = kMatters[choice.below(kMatters.size())];
    const auto before = std::chrono::hours(24) * static_cast<int>(choice.below(21));
    store::EntryTexts input;
    input.application_date = day_of(now);
    input.basis_type = matter.basis;
    input.basis_number = "Т-" + std::to_string(i);
    input.basis_date = day_of(now - before);
    input.basis_issuer = "Учебный отдел полиции";
    input.essence = "защита подозреваемого, кража";
    input.form = matter.form;
    input.minutes = std::to_string(15 * (1 + choice.below(32)) + 5 * choice.below(3));
    input.language = choice.below(3) == 0 ? "kk" : "ru";
    return input;
}

void import(store::Register& reg, const std::vector<store::ImportRow>& rows) {
    const store::ImportReport report = store::OwnerSession(reg).import(rows, {}, {});
    if (report.recorded != rows.size()) throw std::runtime_error("an entry was refused");
}

}  // namespace

FieldRegister::FieldRegister(std::uint64_t count, std::filesystem::path folder, Origin origin)
    : count_(count), folder_(std::move(folder)), origin_(origin) {
    make();
    if (origin_ == Origin::recorded) read_documents();
}

void FieldRegister::make() {
    SkippingClock clock;
    platform::SystemRandom random;
    const store::RegisterSettings settings = settings_in(folder_);
    platform::FileKeyStore keys(folder_ / "keys");
    clock.skip(-kOffline);
    (void)store::Register::create(settings, keys, clock, random);
    store::Register reg(settings, keys, clock, random);
    support::SeededRandom choice(kSeed);
    const auto apart = std::chrono::nanoseconds(kOffline) / static_cast<std::int64_t>(count_);
    std::vector<store::ImportRow> rows;
    for (std::uint64_t i = 0; i < count_; ++i) {
        clock.skip(
            std::chrono::nanoseconds(choice.below(2 * static_cast<std::uint64_t>(apart.count()))));
        store::EntryTexts input = input_of(i, clock.wall_now(), choice);
        if (origin_ == Origin::recorded) {
            if (!store::OwnerSession(reg).add(input))
                throw std::runtime_error("an entry was refused");
            continue;
        }
        input.recorded_date = input.application_date;
        rows.push_back({i + 2, std::move(input)});
        const bool is_full = rows.size() == kImportRows || i + 1 == count_;
        if (is_full) import(reg, std::exchange(rows, {}));
    }
}

void FieldRegister::read_documents() {
    const platform::SystemClock clock;
    platform::SystemRandom random;
    store::Register reg(settings_in(folder_), keys_, clock, random);
    store::ListQuery query;
    while (true) {
        const store::EntryPage page = store::OwnerSession(reg).list(query);
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
