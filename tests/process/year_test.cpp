#include "platform/files/file.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/process/year_fixture.h"
#include "tests/process/year_script.h"
#include "tests/support/canary.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <signal.h>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr std::chrono::year kYear{2026};
constexpr unsigned kMonths = 12;
constexpr std::size_t kEntriesAYear = 300;
constexpr std::size_t kEntriesAMonth = kEntriesAYear / kMonths;
/// Entries are made on three days of a month: 8, 8 and 9.
constexpr std::size_t kEntriesADay = kEntriesAMonth / 3;
constexpr std::chrono::hours kWrongClock{26};

std::string month_name(unsigned month) {
    return platform::format_date(kYear / std::chrono::month(month) / 1).substr(0, 7);
}

platform::CivilDate day_of(unsigned month, unsigned day) {
    return kYear / std::chrono::month(month) / std::chrono::day(day);
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1))
        ++count;
    return count;
}

bool was_sent(const NotedEntry& entry) {
    return entry.is_delivered && entry.disclosure == "partial";
}

bool waits(const NotedEntry& entry) {
    return !entry.is_signed && entry.disclosure == "partial";
}

/// The year itself. Each month has three days of work, and acts on what was recorded before.
class Year : public YearOffice {
protected:
    void begin_year();
    void work_through(unsigned month);
    void first_day(unsigned month);
    void second_day(unsigned month);
    void last_day(unsigned month);
    void revise_some(unsigned month);
    void refuse_bad_acts();
    void refuse_wrong_password();
    void sign_one_with_the_tool();
    void expect_both_signatures(const NotedEntry& amended) const;
    void back_up(std::size_t expected_files);
    void expect_papers() const;
    void lose_the_disk();
    void restore_elsewhere();
    void go_on_in_a_new_book();
    /// What the other end holds of entries: id and revision.
    [[nodiscard]] std::map<std::string, std::string> revisions_there() const;

    std::size_t withdrawn_ = 0;
    std::size_t released_ = 0;  ///< made `full` after the fact
    std::size_t kept_ = 0;      ///< made `local` after the fact
};

void Year::begin_year() {
    const std::string made = done({"--json", "init", "--here"});
    recovery_code_ = text_at(json_of(made), {"recovery_code"});
    book_ = text_at(json_of(made), {"book"});
    require(!recovery_code_.empty(), made);
    open_peer();
}

void Year::first_day(unsigned month) {
    const platform::CivilDate day = day_of(month, 6);
    month_begins_ = notes_.size();
    begin_day(day);
    // After January the first is of the month before, which has been reported already.
    record(note_late(notes_.size(), day, month == 1 ? 3 : 9));
    record_many(kEntriesADay - 1, day);
    if (month == 1) refuse_wrong_password();
    if (month == 3) sign_one_with_the_tool();
    sign_all(month % 2 == 1 ? "rsa" : "ecdsa");
    wait_until_synced();
    end_day();
}

/// In August the other end's clock shows tomorrow on this day.
void Year::second_day(unsigned month) {
    const platform::CivilDate day = day_of(month, 15);
    clock_in_doubt_ = month == 8;
    if (clock_in_doubt_) peer_ahead_ = kWrongClock;
    begin_day(day);
    if (clock_in_doubt_) require(clock_is(false), api().get("/status").body);
    record_many(kEntriesADay, day);
    clock_in_doubt_ = false;
    peer_ahead_ = std::chrono::hours(0);
    end_day();
}

/// In July and in December the other end can't be reached on this day.
void Year::last_day(unsigned month) {
    const bool offline = month == 7 || month == 12;
    const platform::CivilDate day = day_of(month, 24);
    if (offline) close_peer();
    begin_day(day);
    if (month == 8) require(clock_is(true), api().get("/status").body);
    record_many(kEntriesAMonth - 2 * kEntriesADay - 1, day);
    record(note_late(notes_.size(), day, 2));
    revise_some(month);
    if (month == 1) refuse_bad_acts();
    if (!offline) wait_until_synced();
    expect_report(month_name(month));
    expect_register();
    expect_balance(offline ? "offline" : "pending");
    sign_all(month % 2 == 1 ? "ecdsa" : "rsa");
    if (!offline) wait_until_synced();
    expect_balance(offline ? "offline" : "synced");
    expect_report(month_name(month));
    expect_register();
    if (month == 6) back_up(1);
    if (month == 12) return;
    end_day();
    if (offline) open_peer();
}

void Year::revise_some(unsigned month) {
    NotedEntry* const amended = find(was_sent);
    require(amended != nullptr, "nothing to amend");
    amend_minutes(*amended, true);
    NotedEntry* const mistake = find(was_sent);
    require(mistake != nullptr, "nothing to make void");
    make_void(*mistake, true);
    for (const auto& wanted : std::vector<std::function<bool(const NotedEntry&)>>{
             waits, [](const NotedEntry& entry) { return !entry.leaves(); }}) {
        if (NotedEntry* const entry = find(wanted)) amend_minutes(*entry, false);
        if (NotedEntry* const entry = find(wanted)) make_void(*entry, false);
    }
    if (month % 3 == 0) {
        if (NotedEntry* const entry = find(waits)) {
            classify(*entry, "local");
            ++kept_;
        }
    } else if (month % 3 == 1) {
        if (NotedEntry* const entry = find(was_sent)) {
            classify(*entry, "withdrawn");
            ++withdrawn_;
        }
    } else if (NotedEntry* const entry = find([](const NotedEntry& one) {
                   return was_sent(one) && one.essence.find(kSecretEssence) == std::string::npos;
               })) {
        classify(*entry, "full");
        ++released_;
    }
}

void Year::refuse_bad_acts() {
    const auto number_of = [&](const std::function<bool(const NotedEntry&)>& wanted) {
        const auto found = std::find_if(notes_.begin(), notes_.end(), wanted);
        return found == notes_.end() ? "" : std::to_string(found->number);
    };
    const std::string voided = number_of([](const NotedEntry& one) { return one.is_void; });
    const std::string withdrawn =
        number_of([](const NotedEntry& one) { return one.is_withdrawn(); });
    const std::string sent = number_of(was_sent);
    require(!(voided.empty() || withdrawn.empty() || sent.empty()), "nothing to refuse");
    expect_refused({"void", voided, "--reason", "ещё раз"});
    expect_refused({"amend", voided, "--minutes", "5", "--reason", "ещё раз"});
    expect_refused({"classify", sent, "local", "--reason", "доверитель передумал"});
    expect_refused({"classify", withdrawn, "partial", "--reason", "доверитель передумал"});
    expect_refused({"amend", sent, "--minutes", "5", "--reason", " "});
}

void Year::refuse_wrong_password() {
    expect_refused({"sign", "--key", path("rsa.p12"), "--password-file", path("wrong")});
    expect_register();
}

/// Signatures made by another program, on exported files.
void Year::sign_one_with_the_tool() {
    NotedEntry* const entry = find([](const NotedEntry& one) { return one.leaves(); });
    require(entry != nullptr, "nothing to sign");
    const std::string number = std::to_string(entry->number);
    (void)done({"sign", "--export", path("to_sign")});
    const std::string bytes = path("to_sign/" + entry->id + "-v1.json");
    require(std::filesystem::exists(bytes), bytes + " was not exported");
    const support::Finished opened =
        run({"/usr/bin/openssl", "pkcs12", "-in", path("rsa.p12"), "-passin",
             "file:" + path("password"), "-nodes", "-out", path("rsa_with_key.pem")});
    require(opened.code == 0, opened.err);
    const auto sign = [&](const std::string& content, const std::string& cms) {
        return run({"/usr/bin/openssl", "cms", "-sign", "-binary", "-cades", "-outform", "DER",
                    "-in", content, "-signer", path("rsa_with_key.pem"), "-out", cms});
    };
    platform::write_file_atomically(path("other.json"), support::text_of(bytes) + " ");
    require(sign(path("other.json"), path("other.cms")).code == 0, "openssl does not sign");
    require(sign(bytes, path("right.cms")).code == 0, "openssl does not sign");

    expect_refused({"sign", number, "--attach", path("other.cms")});
    (void)done({"sign", number, "--attach", path("right.cms")});
    entry->is_signed = true;
}

/// Its first version and its second are signed, each with a signature of its own.
void Year::expect_both_signatures(const NotedEntry& amended) const {
    const std::string shown = done({"--json", "show", std::to_string(amended.number), "--history"});
    const platform::JsonValue history = json_of(shown);
    const platform::JsonArray& versions = array_at(history, {"versions"});
    require(versions.size() == 2U, shown);
    EXPECT_EQ(text_at(versions[0], {"act"}), "recorded");
    EXPECT_EQ(text_at(versions[1], {"act"}), "amended");
    EXPECT_FALSE(text_at(versions[1], {"reason"}).empty());
    const platform::JsonArray& changes = array_at(versions[1], {"changes"});
    require(changes.size() == 1U, shown);
    EXPECT_EQ(text_at(changes[0], {"field"}), "minutes");
    EXPECT_EQ(text_at(changes[0], {"after"}), std::to_string(amended.minutes));
    for (const platform::JsonValue& version : versions) {
        EXPECT_EQ(text_at(version, {"signature", "status"}), "verified") << shown;
        const platform::JsonValue* const checked = at(version, {"signature", "issuer_checked"});
        EXPECT_TRUE(checked != nullptr && checked->boolean() != nullptr && *checked->boolean());
    }
    EXPECT_NE(text_at(versions[0], {"signature", "cms"}),
              text_at(versions[1], {"signature", "cms"}));
}

void Year::back_up(std::size_t expected_files) {
    std::filesystem::create_directory(path("backups"));
    const std::string made = done({"--json", "backup", path("backups")});
    EXPECT_EQ(number_at(json_of(made), {"entries"}), static_cast<std::int64_t>(notes_.size()));
    newest_backup_ = text_at(json_of(made), {"file"});
    EXPECT_TRUE(std::filesystem::exists(newest_backup_)) << made;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("backups")),
                            std::filesystem::directory_iterator()),
              static_cast<std::ptrdiff_t>(expected_files));
}

/// Of the whole year: the form in both languages, and the export.
void Year::expect_papers() const {
    const auto voided = static_cast<std::size_t>(std::count_if(
        notes_.begin(), notes_.end(), [](const NotedEntry& one) { return one.is_void; }));
    for (const auto& [language, title] :
         {std::pair("kk", "заң көмегін есепке алуды жүргізу тізілімі"),
          std::pair("ru", "Реестр учета гарантированной государством")}) {
        const std::string printed =
            done({"print", "--from", "2025-12-01", "--to", "2026-12-31", "--language", language});
        EXPECT_NE(printed.find(title), std::string::npos);
        EXPECT_EQ(count_of(printed, "<tbody class=\"void\">"), voided) << language;
        // The columns' own numbers stand above.
        const std::string rows = printed.substr(std::min(printed.find("<tbody"), printed.size()));
        for (const NotedEntry& entry : notes_) {
            const std::string number = std::to_string(entry.number);
            EXPECT_EQ(count_of(rows, "<th>" + number + "</th>"), 1U) << language << ' ' << number;
        }
    }
    const std::string exported = done({"export", "--format", "jsonl"});
    std::istringstream lines(exported);
    std::size_t at_entry = 0;
    for (std::string line; std::getline(lines, line); ++at_entry) {
        const platform::JsonValue entry = json_of(line);
        require(at_entry < notes_.size(), "more lines than entries");
        EXPECT_EQ(text_at(entry, {"id"}), notes_[at_entry].id);
        EXPECT_EQ(array_at(entry, {"history"}).size(), notes_[at_entry].versions) << line;
    }
    EXPECT_EQ(at_entry, notes_.size());
}

/// The computer is gone, with all that was on its disk.
void Year::lose_the_disk() {
    office_->daemon().signal(SIGKILL);
    require(office_->daemon().wait(kCommandTime) == -SIGKILL, "the daemon outlived its end");
    std::filesystem::remove_all(office_->register_folder());
    std::filesystem::remove_all(office_->state_folder());
    office_ = std::make_unique<Office>(here_.environment());
    configure(*office_);
}

void Year::restore_elsewhere() {
    std::string typed;
    for (const char c : recovery_code_)
        typed += c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    platform::write_file_atomically(path("code"), typed + "\n");
    std::string mistyped = typed;
    std::swap(mistyped[0], mistyped[1]);
    if (mistyped == typed) mistyped[0] = typed[0] == 'x' ? 'y' : 'x';
    platform::write_file_atomically(path("mistyped"), mistyped + "\n");
    expect_refused({"restore", "--here", newest_backup_, "--code-file", path("mistyped")});
    EXPECT_FALSE(std::filesystem::exists(office_->register_folder() / "register.mdb"));

    const std::string restored =
        done({"--json", "restore", "--here", newest_backup_, "--code-file", path("code")});
    EXPECT_EQ(number_at(json_of(restored), {"entries"}), static_cast<std::int64_t>(notes_.size()));
    later_book_ = text_at(json_of(restored), {"book"});
    EXPECT_NE(later_book_, book_);
    EXPECT_FALSE(later_book_.empty());
}

void Year::go_on_in_a_new_book() {
    record_many(6, today_);
    EXPECT_EQ(later_.back().number, 6);
    sign_all("rsa");
    wait_until_synced();
}

std::map<std::string, std::string> Year::revisions_there() const {
    std::map<std::string, std::string> revisions;
    for (const HeldDocument& held : unified_.entries()) revisions[held.id] = held.revision;
    return revisions;
}

void Year::work_through(unsigned month) {
    SCOPED_TRACE(month_name(month));
    first_day(month);
    second_day(month);
    last_day(month);
    require(!HasFailure(), "the month is not as the notes have it");
}

TEST_F(Year, IsKeptSignedReportedAndSurvivesTheDisk) {
    begin_year();
    for (unsigned month = 1; month <= kMonths; ++month) work_through(month);
    EXPECT_EQ(notes_.size(), kEntriesAYear);
    EXPECT_TRUE(withdrawn_ > 0 && released_ > 0 && kept_ > 0);
    const auto amended = std::find_if(notes_.begin(), notes_.end(), [](const NotedEntry& one) {
        return one.versions == 2 && !one.is_void && one.disclosure == "partial";
    });
    expect_both_signatures(*amended);
    expect_papers();
    expect_verified();

    // December's last entries are on their way when the last backup is made, and arrive afterwards.
    back_up(2);
    open_peer();
    wait_until_synced();
    expect_peer();
    close_peer();
    lose_the_disk();
    restore_elsewhere();

    // Nothing is called delivered before the other end was asked again.
    for (NotedEntry& entry : notes_) entry.is_delivered = false;
    begin_day(day_of(12, 28));
    EXPECT_EQ(number_at(api().get("/status").json, {"entries", "delivered"}), 0);
    open_peer();
    wait_until_synced();
    go_on_in_a_new_book();

    expect_balance("synced");
    expect_verified();
    expect_register();
    expect_peer();
    const std::string closed =
        done({"--json", "list", "--book", book_, "--limit", std::to_string(kEntriesAYear)});
    EXPECT_EQ(array_at(json_of(closed), {"entries"}).size(), kEntriesAYear);
    for (unsigned month = 1; month <= kMonths; ++month) expect_report(month_name(month));
    const auto seen = support::find_canaries(unified_.recorded(), {kSecretIssuer, kSecretEssence});
    EXPECT_TRUE(seen.empty()) << support::describe(seen);
    end_day();
}

/// What was done after the backup is lost here, but not there.
TEST_F(Year, RestoredFromABackupThatIsBehindTakesOverWhatLeftMeanwhile) {
    begin_year();
    work_through(12);
    back_up(1);
    open_peer();
    record(note(0, today_));
    for (const auto& act : std::vector<std::function<void(NotedEntry&)>>{
             [this](NotedEntry& entry) { amend_minutes(entry, false); },
             [this](NotedEntry& entry) { make_void(entry, false); },
             [this](NotedEntry& entry) { classify(entry, "withdrawn"); }}) {
        wait_until_synced();
        NotedEntry* const entry = find(was_sent);
        require(entry != nullptr, "nothing to do anything to");
        act(*entry);
    }
    sign_all("rsa");
    wait_until_synced();
    expect_peer();
    const std::map<std::string, std::string> before = revisions_there();

    // Recorded after the backup and delivered: it comes back as another PC's.
    lose_the_disk();
    const NotedEntry after_the_backup = notes_.back();
    notes_.pop_back();
    restore_elsewhere();
    notes_.push_back(after_the_backup);
    begin_day(day_of(12, 28));

    const LocalApi asked = api();
    platform::JsonValue status;
    EXPECT_TRUE(support::eventually(kDeliveryTime,
                                    [&] {
                                        status = asked.get("/status").json;
                                        return text_at(status, {"state"}) == "synced";
                                    }))
        << platform::to_json(status) << office_->log();
    EXPECT_EQ(number_at(status, {"conflicts"}), 0);
    EXPECT_EQ(number_at(status, {"balanceError"}), 0);
    EXPECT_EQ(revisions_there(), before);
    expect_verified();
    end_day();
}

}  // namespace
}  // namespace tizilim::process
