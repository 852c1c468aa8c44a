#include "tests/bench/scaled_register.h"

#include "platform/files/key_store.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/cheap_recovery.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::bench {
namespace {

constexpr std::size_t kPage = 100;
constexpr std::size_t kExportPage = 1000;
constexpr std::uint64_t kImportRows = 10'000;
constexpr std::uint64_t kDaysMax = 3650;
constexpr std::uint64_t kDaysOfMonth = 31;
/// The shortest month has more than two pages, so that a page of it is always full.
constexpr std::uint64_t kEntriesOfMonthMin = 250;

constexpr std::array<std::string_view, 4> kEssences{
    "защита подозреваемого, кража",
    "консультация по алиментам на содержание двоих детей и по разделу имущества супругов",
    "сотталушының құқықтарын қорғау, апелляциялық шағым дайындау",
    "представительство в суде первой инстанции по спору о восстановлении на работе; подготовлены "
    "иск, ходатайство о вызове свидетелей и расчёт утраченного заработка"};

std::uint64_t text_bytes(const store::EntryTexts& input) {
    return input.essence.size() + input.basis_number.size() + input.basis_issuer.size();
}

}  // namespace

ScaledRegister::ScaledRegister(std::uint64_t count)
    : count_(count),
      days_(std::clamp(count / kEntriesOfMonthMin * kDaysOfMonth, kDaysOfMonth, kDaysMax)),
      today_(platform::civil_day(clock_.wall_now(), settings_.utc_offset)) {
    settings_.require_signature = false;
    settings_.recovery_cost = support::kCheapRecovery;
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < count_; ++i) bytes += text_bytes(input(i));
    text_megabytes_ = static_cast<double>(bytes) / 1e6;
}

std::string ScaledRegister::name() const {
    return "register-" + std::to_string(count_);
}

void ScaledRegister::make(const std::filesystem::path& made) {
    if (std::filesystem::exists(made / name())) return;
    settings_.directory = made / (name() + ".part");
    std::filesystem::remove_all(settings_.directory);
    platform::FileKeyStore keys(settings_.directory / "keys");
    (void)store::Register::create(settings_, keys, clock_, random_);
    open();
    for (std::uint64_t i = 0; i < count_; i += kImportRows) {
        import(i, std::min(i + kImportRows, count_));
    }
    close();
    std::filesystem::rename(settings_.directory, made / name());
}

void ScaledRegister::copy(const std::filesystem::path& made, const std::filesystem::path& work) {
    std::filesystem::copy(made / name(), work / name(), std::filesystem::copy_options::recursive);
    settings_.directory = work / name();
    settings_.anchor_directory = work / (name() + "-anchor");
}

void ScaledRegister::import(std::uint64_t first, std::uint64_t last) {
    std::vector<store::ImportRow> rows;
    for (std::uint64_t i = first; i < last; ++i) {
        rows.push_back({i + 2, input(i)});
        rows.back().input.recorded_date = rows.back().input.application_date;
    }
    const store::ImportReport report = store::OwnerSession(*register_).import(rows, {}, {});
    if (report.recorded == last - first) return;
    const std::string why = report.errors.empty()
                                ? std::string()
                                : platform::in_english(report.errors.front().error.message);
    throw std::runtime_error("an import left rows out: " + why);
}

void ScaledRegister::open() {
    keys_ = std::make_unique<platform::FileKeyStore>(settings_.directory / "keys");
    register_ = std::make_unique<store::Register>(settings_, *keys_, clock_, random_);
}

platform::CivilDate ScaledRegister::day(std::uint64_t i) const {
    const std::uint64_t before = days_ - 1 - std::min(i * days_ / count_, days_ - 1);
    return std::chrono::sys_days(today_) - std::chrono::days(before);
}

store::EntryTexts ScaledRegister::input(std::uint64_t i) const {
    store::EntryTexts input;
    input.application_date = platform::format_date(day(i));
    // Three of ten stay here: no body or court appointed the lawyer.
    input.basis_type = i % 10 < 3 ? "application" : "investigator_resolution";
    input.basis_number = "Т-" + std::to_string(i);
    input.basis_date = input.application_date;
    input.basis_issuer = "Учебный отдел полиции";
    input.essence = kEssences[i % kEssences.size()];
    input.form = "criminal_prosecution_bodies";
    input.minutes = std::to_string(30 + i % 300);
    input.language = i % kEssences.size() == 2 ? "kk" : "ru";
    return input;
}

std::string ScaledRegister::random_number() {
    return std::to_string(1 + random_.below(count_));
}

void ScaledRegister::add() {
    store::EntryTexts fresh = input(count_ - 1);
    fresh.application_date = platform::format_date(today_);
    const auto recorded = store::OwnerSession(*register_).add(fresh);
    if (!recorded)
        throw std::runtime_error("refused: " +
                                 platform::in_english(recorded.error().front().message));
}

void ScaledRegister::show() {
    if (store::OwnerSession(*register_).show(random_number()).essence.empty()) {
        throw std::runtime_error("an entry has no essence");
    }
}

void ScaledRegister::history() {
    if (store::OwnerSession(*register_).history(random_number()).size() != 1) {
        throw std::runtime_error("an entry has a version that nobody made");
    }
}

void ScaledRegister::expect_full(const store::EntryPage& page) const {
    if (page.entries.size() != kPage) throw std::runtime_error("a page is not full");
}

void ScaledRegister::page_by_number() {
    const std::uint64_t first = 1 + random_.below(count_ - kPage);
    expect_full(store::OwnerSession(*register_).list({first, kPage, {}, {}, {}}));
}

void ScaledRegister::page_by_month() {
    const platform::CivilDate month = day(random_.below(count_));
    const platform::CivilDate begin = month.year() / month.month() / 1;
    // The first month may begin before the register, the last one may be young.
    const auto first_day = std::max(std::chrono::sys_days(begin), std::chrono::sys_days(day(0)));
    const auto days_before = (first_day - std::chrono::sys_days(day(0))).count();
    const auto number = (static_cast<std::uint64_t>(days_before) * count_ + days_ - 1) / days_;
    const store::EntryPage page =
        store::OwnerSession(*register_).list({number + random_.below(kPage), kPage, month, {}, {}});
    if (page.next) expect_full(page);
}

void ScaledRegister::page_by_state() {
    const store::EntryPage page =
        store::OwnerSession(*register_)
            .list({place_in_state_, kPage, {}, store::DeliveryState::pending, {}});
    place_in_state_ = page.next.value_or(0);
    if (page.next) expect_full(page);
}

void ScaledRegister::read_file() const {
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    std::vector<char> chunk(kChunk);
    const int file = ::open((settings_.directory / "register.mdb").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) throw std::runtime_error("the data file does not open");
    const std::uint64_t bytes = register_->figures().bytes;
    std::uint64_t at = 0;
    while (at < bytes) {
        const ssize_t got = ::pread(file, chunk.data(), chunk.size(), static_cast<off_t>(at));
        if (got <= 0) break;
        at += static_cast<std::uint64_t>(got);
    }
    ::close(file);
    if (at < bytes) throw std::runtime_error("the data file ends early");
}

void ScaledRegister::verify() {
    const store::VerifyReport report = register_->verify({});
    if (report.first_bad) throw platform::MessageError(*report.first_bad);
}

void ScaledRegister::back_up() {
    const store::BackupOptions options{settings_.directory.parent_path() / (name() + "-backups"),
                                       1};
    // A second one in the same second would be refused.
    std::filesystem::remove_all(options.directory);
    std::filesystem::create_directories(options.directory);
    const store::BackupReport report = store::back_up(*register_, options, {});
    if (report.entries < count_) throw std::runtime_error("a backup left entries out");
}

void ScaledRegister::search() {
    const auto unexpected = [](const store::EntryView&) -> bool {
        throw std::runtime_error("a search found what nobody wrote");
    };
    store::OwnerSession(*register_).search("мұндай сөз жоқ", unexpected, {});
}

void ScaledRegister::list_all() {
    std::uint64_t seen = 0;
    store::ListQuery query;
    query.count_max = kExportPage;
    for (std::optional<std::uint64_t> next = 0; next;) {
        query.first = *next;
        const store::EntryPage page = store::OwnerSession(*register_).list(query);
        seen += page.entries.size();
        next = page.next;
    }
    if (seen < count_) throw std::runtime_error("a listing left entries out");
}

double ScaledRegister::megabytes() const {
    return static_cast<double>(register_->figures().bytes) / 1e6;
}

}  // namespace tizilim::bench
