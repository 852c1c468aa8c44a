#include "tests/process/year_fixture.h"

#include "platform/files/file.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/year_script.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr auto kPassword = "Құпия-сөз 2026";
constexpr auto kIin = "991332000003";
/// 15:00 in Kazakhstan.
constexpr std::chrono::hours kWorkingHour{10};

std::string number_of(const NotedEntry& entry) {
    return std::to_string(entry.number);
}

/// What a revision makes of the notes.
void revised(NotedEntry& entry) {
    ++entry.versions;
    entry.is_signed = false;
    entry.is_delivered = false;
}

/// One entry of the register against its note.
void expect_same(const platform::JsonValue& entry, const NotedEntry& noted) {
    const std::string whole = platform::to_json(entry);
    EXPECT_EQ(number_at(entry, {"number"}), noted.number) << whole;
    EXPECT_EQ(text_at(entry, {"id"}), noted.id) << whole;
    EXPECT_EQ(text_at(entry, {"application_date"}), noted.application_date) << whole;
    EXPECT_EQ(text_at(entry, {"recorded_at"}).substr(0, 10), platform::format_date(noted.recorded))
        << whole;
    EXPECT_EQ(text_at(entry, {"late_reason"}), noted.late_reason) << whole;
    EXPECT_EQ(text_at(entry, {"basis_issuer"}), kSecretIssuer) << whole;
    EXPECT_EQ(text_at(entry, {"essence"}), noted.essence) << whole;
    EXPECT_EQ(number_at(entry, {"minutes"}), noted.minutes) << whole;
    EXPECT_EQ(text_at(entry, {"state"}), noted.is_void ? "void" : "recorded") << whole;
    EXPECT_EQ(text_at(entry, {"disclosure"}), noted.disclosure) << whole;
    EXPECT_EQ(text_at(entry, {"delivery"}), noted.delivery()) << whole;
    EXPECT_EQ(number_at(entry, {"versions"}), noted.versions) << whole;
    EXPECT_EQ(text_at(entry, {"signature", "status"}), noted.is_signed ? "verified" : "") << whole;
    EXPECT_EQ(!text_at(entry, {"clock_warning"}).empty(), noted.clock_in_doubt) << whole;
}

/// A document of the other end against its entry's note.
void expect_document(const platform::JsonValue& document, const NotedEntry& noted) {
    const std::string whole = platform::to_json(document);
    EXPECT_TRUE(noted.leaves()) << "a local entry is there: " << whole;
    if (noted.is_withdrawn()) {
        EXPECT_EQ(text_at(document, {"state"}), "withdrawn") << whole;
        EXPECT_EQ(document.object()->size(), 5U) << whole;  // _id, _rev, type, schema, state
        return;
    }
    EXPECT_EQ(text_at(document, {"state"}), noted.is_void ? "void" : "recorded") << whole;
    EXPECT_EQ(text_at(document, {"applicationDate"}), noted.application_date) << whole;
    EXPECT_EQ(number_at(document, {"minutes"}), noted.minutes) << whole;
    EXPECT_EQ(text_at(document, {"form"}), noted.form) << whole;
    EXPECT_EQ(text_at(document, {"basis", "type"}), noted.basis_type) << whole;
    EXPECT_EQ(text_at(document, {"essence"}), noted.disclosure == "full" ? noted.essence : "")
        << whole;
    EXPECT_FALSE(text_at(document, {"eds", "cms"}).empty()) << whole;
}

}  // namespace

YearOffice::YearOffice()
    : unified_(there_.environment()), office_(std::make_unique<Office>(here_.environment())) {
    here_.set(std::chrono::sys_days(std::chrono::year(2026) / 1 / 4) + kWorkingHour);
    platform::write_file_atomically(path("password"), std::string(kPassword) + "\n");
    platform::write_file_atomically(path("wrong"), "Құпия-сөз 2025\n");
    make_key("rsa");
    make_key("ecdsa");
    platform::write_file_atomically(
        path("ca.pem"), support::text_of(path("rsa.pem")) + support::text_of(path("ecdsa.pem")));
    configure(*office_);
}

void YearOffice::make_key(const std::string& kind) const {
    const support::Finished made = run({MAKE_TEST_KEY_PROGRAM, kind, path(kind + ".p12"), kPassword,
                                        "--iin", kIin, "--ca", path(kind + ".pem")});
    require(made.code == 0, made.err);
}

void YearOffice::configure(const Office& office) const {
    platform::write_file_atomically(
        office.config(),
        "[register]\ndirectory = register\nlawyer = Оқу Қорғаушы Ұлы\niin = " + std::string(kIin) +
            "\nbar_association = Оқу алқасы\nlanguage = kk\nrequire_signature = true\n[eds]\n"
            "ca_file = " +
            path("ca.pem") + "\n[unified]\nurl = " + unified_.url() +
            "\nproxy =\n[sync]\npoll_seconds = 5\n[status]\nport = " +
            std::to_string(office.port()) + "\n");
}

void require(bool holds, const std::string& message) {
    if (!holds) throw std::runtime_error(message);
}

std::string YearOffice::done(const std::vector<std::string>& arguments) const {
    const support::Finished finished = tizilim(arguments);
    std::string words = "tizilim";
    for (const std::string& argument : arguments) words += " " + argument;
    require(finished.code == 0, words + ": " + finished.out + finished.err);
    return finished.out;
}

support::Finished YearOffice::run(const support::Command& command) const {
    support::Command whole{"/usr/bin/env"};
    whole.insert(whole.end(), here_.environment().begin(), here_.environment().end());
    whole.insert(whole.end(), command.begin(), command.end());
    return support::run(whole, desk_.path(), kCommandTime);
}

void YearOffice::begin_day(platform::CivilDate day) {
    today_ = day;
    const auto now = std::chrono::sys_days(day) + kWorkingHour;
    here_.set(now);
    there_.set(now + peer_ahead_);
    require(office_->start(), "tizilimd does not start:\n" + office_->log());
}

void YearOffice::end_day() {
    office_->daemon().signal(SIGTERM);
    const std::optional<int> code = office_->daemon().wait(kCommandTime);
    require(code == 0,
            "tizilimd ended with " + std::to_string(code.value_or(-1)) + ":\n" + office_->log());
}

void YearOffice::open_peer() {
    require(unified_.start(), "the stand-in does not start");
}

void YearOffice::close_peer() {
    require(unified_.stop(), "the stand-in does not end");
}

void YearOffice::record(const NotedEntry& entry) {
    const LocalAnswer answer = api().post("/api/v1/entries", entry.input());
    require(answer.status == 201, answer.body);
    std::vector<NotedEntry>& book = later_book_.empty() ? notes_ : later_;
    book.push_back(entry);
    NotedEntry& noted = book.back();
    noted.number = number_at(answer.json, {"number"});
    noted.id = text_at(answer.json, {"id"});
    noted.clock_in_doubt = clock_in_doubt_;
    require(noted.number == static_cast<std::int64_t>(book.size()), "a gap in the numbers");
    EXPECT_EQ(text_at(answer.json, {"delivery"}), noted.delivery());
}

void YearOffice::record_many(std::size_t count, platform::CivilDate day) {
    for (std::size_t i = 0; i < count; ++i) record(note(notes_.size() + later_.size(), day));
}

void YearOffice::sign_all(const std::string& key) {
    const std::string signing =
        done({"--json", "sign", "--key", path(key + ".p12"), "--password-file", path("password")});
    std::int64_t waited = 0;
    for (std::vector<NotedEntry>* const book : {&notes_, &later_})
        for (NotedEntry& entry : *book)
            if (!entry.is_signed) {
                entry.is_signed = true;
                ++waited;
            }
    EXPECT_EQ(number_at(json_of(signing), {"signed"}), waited) << signing;
}

void YearOffice::amend_minutes(NotedEntry& entry, bool by_command_line) {
    entry.minutes += 7;
    const std::string reason = "қате: уақыт дұрыс есептелмеген";
    if (by_command_line) {
        (void)done({"amend", number_of(entry), "--minutes", std::to_string(entry.minutes),
                    "--reason", reason});
    } else {
        const LocalAnswer answer = api().post(
            "/api/v1/entries/" + entry.id + "/amend",
            {{"fields", platform::JsonObject{{"minutes", entry.minutes}}}, {"reason", reason}});
        require(answer.status == 200, answer.body);
        EXPECT_EQ(number_at(answer.json, {"versions"}), entry.versions + 1);
    }
    revised(entry);
}

void YearOffice::make_void(NotedEntry& entry, bool by_command_line) {
    const std::string reason = "ошибочная запись: другой адвокат";
    if (by_command_line) {
        (void)done({"void", number_of(entry), "--reason", reason});
    } else {
        const LocalAnswer answer =
            api().post("/api/v1/entries/" + entry.id + "/void", {{"reason", reason}});
        require(answer.status == 200, answer.body);
    }
    revised(entry);
    entry.is_void = true;
}

void YearOffice::classify(NotedEntry& entry, const std::string& disclosure) {
    (void)done(
        {"classify", number_of(entry), disclosure, "--yes", "--reason", "просьба доверителя"});
    revised(entry);
    entry.disclosure = disclosure;
}

NotedEntry* YearOffice::find(const std::function<bool(const NotedEntry&)>& wanted) {
    const auto found =
        std::find_if(notes_.begin() + static_cast<std::ptrdiff_t>(month_begins_), notes_.end(),
                     [&](const NotedEntry& entry) { return entry.versions == 1 && wanted(entry); });
    return found == notes_.end() ? nullptr : &*found;
}

void YearOffice::wait_until_synced() {
    const LocalApi asked = api();
    platform::JsonValue status;
    const bool is_synced = support::eventually(kDeliveryTime, [&] {
        status = asked.get("/status").json;
        return number_at(status, {"entries", "pending"}) == 0 &&
               number_at(status, {"entries", "sent"}) == 0;
    });
    require(is_synced, platform::to_json(status) + "\n" + office_->log());
    for (std::vector<NotedEntry>* const book : {&notes_, &later_})
        for (NotedEntry& entry : *book)
            entry.is_delivered = entry.leaves() && (entry.is_signed || entry.is_withdrawn());
}

bool YearOffice::clock_is(bool good) const {
    const LocalApi asked = api();
    return support::eventually(kDeliveryTime, [&] {
        const LocalAnswer status = asked.get("/status");
        const platform::JsonValue* const is_good = at(status.json, {"clock", "good"});
        return is_good != nullptr && is_good->boolean() != nullptr && *is_good->boolean() == good;
    });
}

void YearOffice::expect_report(const std::string& month) const {
    const std::string made = done({"report", "--month", month, "--format", "json"});
    const platform::JsonValue report = json_of(made);
    require(at(report, {"recorded"}) != nullptr, made);
    std::vector<NotedEntry> all = notes_;
    all.insert(all.end(), later_.begin(), later_.end());
    EXPECT_EQ(reported(report), counted(all, month)) << month << '\n' << made;
}

void YearOffice::expect_register() const {
    const auto compare = [&](const std::string& book, const std::vector<NotedEntry>& noted) {
        const std::vector<platform::JsonValue> held = api().entries("book=" + book);
        require(held.size() == noted.size(),
                "book " + book + " has " + std::to_string(held.size()) + " entries");
        for (std::size_t i = 0; i < held.size(); ++i) expect_same(held[i], noted[i]);
    };
    compare(book_, notes_);
    if (!later_book_.empty()) compare(later_book_, later_);
}

void YearOffice::expect_peer() const {
    std::map<std::string, const NotedEntry*> noted;
    for (const std::vector<NotedEntry>* const book : {&notes_, &later_})
        for (const NotedEntry& entry : *book) noted["entry:" + entry.id] = &entry;
    std::map<std::string, std::string> revisions;
    for (const std::string& book : {book_, later_book_})
        for (const platform::JsonValue& entry :
             book.empty() ? platform::JsonArray{} : api().entries("book=" + book))
            revisions["entry:" + text_at(entry, {"id"})] = text_at(entry, {"revision"});
    std::set<std::string> seen;
    const platform::JsonValue documents = json_of(unified_.all_documents());
    for (const platform::JsonValue& row : array_at(documents, {"rows"})) {
        const std::string id = text_at(row, {"id"});
        if (!id.starts_with("entry:")) continue;
        EXPECT_TRUE(seen.insert(id).second) << id << " is there twice";
        require(noted.contains(id), id + " is in no notes");
        expect_document(*row.find("doc"), *noted[id]);
        EXPECT_EQ(text_at(row, {"doc", "_rev"}), revisions[id]) << id;
    }
    for (const auto& [id, entry] : noted)
        EXPECT_EQ(seen.contains(id), entry->leaves()) << id << ", " << entry->disclosure;
}

void YearOffice::expect_balance(const std::string& state) const {
    const LocalApi asked = api();
    platform::JsonValue status;
    const bool reached = support::eventually(kDeliveryTime, [&] {
        status = asked.get("/status").json;
        return text_at(status, {"state"}) == state;
    });
    require(reached, platform::to_json(status) + "\n" + office_->log());
    std::map<std::string, std::int64_t> counts;
    for (const std::vector<NotedEntry>* const book : {&notes_, &later_})
        for (const NotedEntry& entry : *book) ++counts[entry.delivery()];
    for (const char* const name :
         {"local", "unsigned", "pending", "sent", "delivered", "quarantined"})
        EXPECT_EQ(number_at(status, {"entries", name}), counts[name]) << name;
    EXPECT_EQ(number_at(status, {"entries", "recorded"}),
              static_cast<std::int64_t>(notes_.size() + later_.size()));
    EXPECT_EQ(number_at(status, {"balanceError"}), 0);
    EXPECT_EQ(number_at(status, {"conflicts"}), 0);
}

void YearOffice::expect_refused(const std::vector<std::string>& arguments) const {
    const support::Finished refused = tizilim(arguments);
    EXPECT_EQ(refused.code, 1) << arguments.front() << ": " << refused.out << refused.err;
    EXPECT_FALSE(refused.err.empty());
}

void YearOffice::expect_verified() const {
    const std::string verified = done({"--json", "verify"});
    EXPECT_EQ(number_at(json_of(verified), {"entries"}),
              static_cast<std::int64_t>(notes_.size() + later_.size()))
        << verified;
}

}  // namespace tizilim::process
