#include "agent/api/answers.h"
#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/cli/cli.h"
#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "agent/register/register_maker.h"
#include "platform/files/file.h"
#include "platform/files/process_lock.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using agent::ApiResponse;
using testing::HasSubstr;
using testing::Not;

std::string text_at(const std::string& json, std::string_view name) {
    const auto read = platform::read_json(json);
    const auto* const value = read ? read->find(name) : nullptr;
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

/// A code with another sign in its third group.
std::string mistyped(std::string code) {
    code[11] = code[11] == 'A' ? 'B' : 'A';
    return code;
}

/// The paths of a daemon whose folder holds no register.
class NoRegister : public testing::Test {
protected:
    NoRegister() { settings_.recovery_cost = support::kCheapRecovery; }

    [[nodiscard]] ApiResponse ask(const std::string& method, std::vector<std::string> path,
                                  const std::string& body = {}, bool authorized = true) const {
        return routes_.answer({.method = method,
                               .path = std::move(path),
                               .query = {},
                               .content_type = "application/json",
                               .authorized = authorized,
                               .body = body});
    }
    [[nodiscard]] ApiResponse init(const std::string& body) const {
        return ask("POST", {"api", "v1", "init"}, body);
    }
    /// Its last line, or the refusal.
    [[nodiscard]] std::string restore(const platform::JsonObject& body) const {
        const auto response = ask("POST", {"api", "v1", "restore"}, platform::to_json(body));
        if (!response.stream) return response.body;
        std::string last;
        response.stream([&](std::string_view line) { last = line; });
        return last;
    }
    [[nodiscard]] platform::JsonObject restore_of(const std::string& code) const {
        return {{"file", backup_.string()}, {"recovery_code", code}};
    }
    /// A backup of another register; returns its recovery code.
    std::string back_up_another() {
        store::RegisterSettings other = settings_;
        other.directory = folder_ / "other";
        support::MemoryKeyStore keys;
        std::string code = store::Register::create(other, keys, clock_, random_);
        const store::Register registry(other, keys, clock_, random_);
        std::filesystem::create_directory(folder_ / "backups");
        backup_ = store::back_up(registry, {.directory = folder_ / "backups"}, {}).file;
        return code;
    }
    [[nodiscard]] bool has_register() const { return store::Register::is_in(settings_.directory); }

    support::TempDirectory folder_;
    support::SimClock clock_;
    platform::SystemRandom random_;
    support::MemoryKeyStore keys_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    store::RegisterSettings settings_{.directory = folder_ / "register", .policy = {}};
    std::filesystem::path backup_;
    std::unique_ptr<store::Register> registry_;
    std::function<void()> before_serving_;
    agent::RegisterMaker maker_{
        {.settings = settings_, .keys = keys_, .clock = clock_, .random = random_, .log = log_},
        folder_ / "register" / "keys",
        [this] {
            if (before_serving_) before_serving_();
            registry_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
            return registry_->book();
        }};
    agent::PageSessions pages_{clock_, random_};
    agent::Routes routes_{agent::NoRegister{
        .observe =
            [this] {
                agent::AgentFacts facts;
                facts.now = facts.started_at = clock_.now();
                facts.wall_now = clock_.wall_now();
                return agent::observe_without_register(facts, {.register_pid = 7});
            },
        .make = [this](const store::PairingCode* pairing) { return maker_.make(pairing); },
        .restore = [this](const store::RestoreOptions& options) { return maker_.restore(options); },
        .directory = settings_.directory,
        .utc_offset = std::chrono::hours(5),
        .pages = pages_}};
};

TEST_F(NoRegister, IsAStateOfItsOwnAndNoFaultOfDelivery) {
    const auto status = ask("GET", {"status"});
    const auto health = ask("GET", {"healthz"});
    const auto ready = ask("GET", {"readyz"});
    const auto metrics = ask("GET", {"metrics"});

    EXPECT_EQ(status.status, 200);
    EXPECT_EQ(text_at(status.body, "state"), "no_register");
    EXPECT_EQ(text_at(status.body, "code"), "register.none");
    EXPECT_THAT(status.body, HasSubstr(R"("recorded":0)"));
    EXPECT_THAT(status.body, HasSubstr(R"("book":null)"));
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(ready.status, 503);
    EXPECT_THAT(ready.body, HasSubstr("tizilim init"));
    EXPECT_THAT(metrics.body, HasSubstr("tizilim_state{state=\"no_register\"} 1\n"));
    EXPECT_THAT(metrics.body, HasSubstr("tizilim_state{state=\"offline\"} 0\n"));
    EXPECT_THAT(metrics.body, HasSubstr("tizilim_balance_error 0\n"));
    EXPECT_THAT(metrics.body, HasSubstr("tizilim_book_good 0\n"));
}

TEST_F(NoRegister, IsTheAnswerToEverythingElse) {
    const std::vector<std::string> entries{"api", "v1", "entries"};
    for (const ApiResponse& refused :
         {ask("GET", entries), ask("POST", entries, support::kLocalEntry),
          ask("GET", {"api", "v1", "entries", "1"}), ask("POST", {"api", "v1", "sync"}),
          ask("POST", {"api", "v1", "verify"}), ask("POST", {"api", "v1", "pair"}),
          ask("POST", {"api", "v1", "backup"}, R"({"directory":"/media"})")}) {
        EXPECT_EQ(refused.status, 409) << refused.body;
        EXPECT_EQ(text_at(refused.body, "error"), "no_register");
        EXPECT_EQ(text_at(refused.body, "code"), "register.none");
    }
    EXPECT_EQ(ask("GET", {"api", "v1", "nowhere"}).status, 404);
    EXPECT_EQ(ask("GET", {"api", "v1", "init"}).status, 405);
}

TEST_F(NoRegister, IsMadeByItsOwnerAlone) {
    EXPECT_EQ(ask("POST", {"api", "v1", "init"}, "{}", false).status, 404);
    EXPECT_EQ(ask("POST", {"api", "v1", "restore"}, "{}", false).status, 404);
    EXPECT_FALSE(has_register());
}

TEST_F(NoRegister, IsMadeOnceWithACodeThatNoLogHolds) {
    const auto made = init("{}");
    const auto again = init("{}");

    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(text_at(made.body, "book"), registry_->book().label);
    EXPECT_EQ(text_at(made.body, "directory"), settings_.directory.string());
    EXPECT_THAT(made.body, HasSubstr(R"("joined":false)"));
    const std::string code = text_at(made.body, "recovery_code");
    EXPECT_EQ(code.size(), 34U);
    EXPECT_THAT(log_text_.str(), HasSubstr("event=register_made"));
    EXPECT_THAT(log_text_.str(), Not(HasSubstr(code)));
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(text_at(again.body, "code"), "register.there_already");
}

TEST_F(NoRegister, IsMadeWithTheKeyOfTheOtherComputer) {
    const store::PairingCode code(std::string(store::PairingCode::kKeyBytes, 'k'));

    const auto made = init(R"({"join":")" + code.text() + "\"}");

    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_THAT(made.body, HasSubstr(R"("joined":true)"));
    EXPECT_EQ(registry_->pairing_code().text(), code.text());
}

TEST_F(NoRegister, IsNotMadeByABodyOfAnotherShape) {
    for (const char* const body : {"", "no JSON", "[]", "7", R"({"join":7})", R"({"join":null})",
                                   R"({"lawyer":"A"})", R"({"join":"A","more":1})"})
        EXPECT_EQ(init(body).status, 400) << body;
    const std::string wrong =
        mistyped(store::PairingCode(std::string(store::PairingCode::kKeyBytes, 'k')).text());

    const auto refused = init(R"({"join":")" + wrong + "\"}");

    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_THAT(refused.body, Not(HasSubstr(wrong.substr(10, 4))));
    EXPECT_FALSE(std::filesystem::exists(settings_.directory));
}

TEST_F(NoRegister, RefusesASecondOneWhileOneIsMade) {
    ApiResponse second;
    before_serving_ = [&] {
        // Another connection is another thread.
        const std::jthread another([&] { second = init("{}"); });
    };

    EXPECT_EQ(init("{}").status, 201);

    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(text_at(second.body, "code"), "register.being_made");
}

TEST_F(NoRegister, TellsTheCodeAlsoWhereTheRegisterCannotBeServed) {
    before_serving_ = [] { throw platform::MessageError({"key.removed"}); };

    const auto made = init("{}");

    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(text_at(made.body, "recovery_code").size(), 34U);
    EXPECT_NE(text_at(made.body, "problem"), "");
}

TEST_F(NoRegister, IsNotMadeWhereNothingCanBeWritten) {
    platform::write_file_atomically(settings_.directory, "a file");

    const auto refused = init("{}");

    EXPECT_GE(refused.status, 500) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr(settings_.directory.string()));
    std::filesystem::remove(settings_.directory);
    EXPECT_EQ(init("{}").status, 201) << "nothing of the first try is left";
}

TEST_F(NoRegister, IsNotMadeOverWhatAPersonPutThere) {
    const auto odd = settings_.directory / "register.mdb.new";
    std::filesystem::create_directories(odd / "full");

    const auto refused = init("{}");

    EXPECT_EQ(refused.status, 500) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr(odd.string()));
    EXPECT_TRUE(std::filesystem::exists(odd / "full"));
}

TEST_F(NoRegister, IsRestoredFromABackup) {
    const std::string code = back_up_another();

    const std::string restored = restore(restore_of(code));

    EXPECT_THAT(restored, HasSubstr(R"({"result":{"book":")" + registry_->book().label));
    EXPECT_THAT(restored, HasSubstr(R"("entries":0)"));
    EXPECT_THAT(restored, HasSubstr(R"("backed_up_at":"2026-11-02T)"));
    EXPECT_THAT(log_text_.str(), HasSubstr("event=register_restored"));
    EXPECT_THAT(log_text_.str(), Not(HasSubstr(code)));
    EXPECT_THAT(restore(restore_of(code)), HasSubstr(R"("error":"exists")"));
}

TEST_F(NoRegister, IsLeftAsItIsByARestoreThatFails) {
    const std::string code = back_up_another();
    support::MemoryKeyStore keys;
    store::RegisterSettings third = settings_;
    third.directory = folder_ / "third";
    const std::string other = store::Register::create(third, keys, clock_, random_);
    const auto damaged = folder_ / "damaged.backup";
    std::string bytes = platform::read_file(backup_, std::size_t{1} << 30);
    bytes[bytes.size() / 2] ^= 1;
    platform::write_file_atomically(damaged, bytes);
    const std::string absent = (folder_ / "нет.backup").string();

    EXPECT_THAT(restore(restore_of(mistyped(code))), HasSubstr(R"("error":"refused")"));
    EXPECT_THAT(restore(restore_of(other)), HasSubstr(R"("error":"wrong_key")"));
    EXPECT_THAT(restore({{"file", damaged.string()}, {"recovery_code", code}}),
                HasSubstr(R"("error":"damaged")"));
    const std::string unreadable = restore({{"file", absent}, {"recovery_code", code}});
    EXPECT_EQ(text_at(unreadable, "code"), "backup.not_for_the_daemon");
    EXPECT_THAT(unreadable, HasSubstr(absent));
    EXPECT_THAT(unreadable, HasSubstr("--here"));

    EXPECT_FALSE(std::filesystem::exists(settings_.directory));
    EXPECT_THAT(restore(restore_of(code)), HasSubstr("result"));
}

TEST_F(NoRegister, IsNotRestoredByABodyOfAnotherShape) {
    using platform::JsonObject;
    using platform::JsonValue;
    const std::string nul("/backup\0.backup", 15);
    for (const JsonObject& body :
         {JsonObject{}, JsonObject{{"file", "/a"}}, JsonObject{{"recovery_code", "A"}},
          JsonObject{{"file", "a.backup"}, {"recovery_code", "A"}},
          JsonObject{{"file", nul}, {"recovery_code", "A"}},
          JsonObject{{"file", 7}, {"recovery_code", "A"}},
          JsonObject{{"file", "/a"}, {"recovery_code", JsonValue()}},
          JsonObject{{"file", "/a"}, {"recovery_code", "A"}, {"continue_book", "yes"}},
          JsonObject{{"file", "/a"}, {"recovery_code", "A"}, {"more", 1}}})
        EXPECT_EQ(ask("POST", {"api", "v1", "restore"}, platform::to_json(body)).status, 400)
            << platform::to_json(body);
    EXPECT_EQ(ask("POST", {"api", "v1", "restore"}, "no JSON").status, 400);
}

TEST_F(NoRegister, IsNotRestoredForAClientThatWent) {
    const std::string code = back_up_another();
    const auto response =
        ask("POST", {"api", "v1", "restore"}, platform::to_json(restore_of(code)));

    EXPECT_THROW(response.stream([](std::string_view) { throw std::runtime_error("gone"); }),
                 std::runtime_error);

    EXPECT_FALSE(has_register());
    EXPECT_THAT(restore(restore_of(code)), HasSubstr("result"));
}

TEST(RoutesFromNowOn, ServeTheRegister) {
    support::RunningAgent running;
    agent::Routes routes(agent::NoRegister{.observe = {},
                                           .make = {},
                                           .restore = {},
                                           .directory = {},
                                           .utc_offset = {},
                                           .pages = running.services().pages});
    const agent::ApiRequest list{.method = "GET",
                                 .path = {"api", "v1", "entries"},
                                 .query = {},
                                 .content_type = {},
                                 .authorized = true};
    EXPECT_EQ(routes.answer(list).status, 409);

    routes.serve(running.services());

    EXPECT_EQ(routes.answer(list).status, 200);
    const auto init = running.post_json("/api/v1/init", "{}");
    EXPECT_EQ(init.status, 409);
    EXPECT_THAT(init.body, HasSubstr(running.register_folder().string()));
    EXPECT_EQ(running.post_json("/api/v1/restore", "{}").status, 409);
}

TEST(BookAndCode, AreDecidedOverTheDaemon) {
    const support::TempDirectory elsewhere;
    support::RunningAgent running;
    const std::string first = running.registry().book().label;
    const auto config = running.write_config();

    const auto begun = support::run_command(config, {"init", "--new-book", "--json"});
    const auto continued = support::run_command(config, {"init", "--continue-book"});
    const auto renewed = support::run_command(config, {"init", "--new-recovery-code", "--json"});

    EXPECT_EQ(begun.code, agent::done) << begun.err;
    const std::string second = text_at(begun.out, "book");
    EXPECT_NE(second, first);
    EXPECT_EQ(running.registry().book().label, second);
    EXPECT_EQ(continued.code, agent::done) << continued.err;
    EXPECT_THAT(continued.out, HasSubstr(second));
    EXPECT_EQ(running.registry().books().size(), 2U);
    const auto backup = running.services().backups.back_up({.directory = elsewhere.path()}, {});
    EXPECT_NO_THROW((void)store::key_of_backup(backup.file, text_at(renewed.out, "recovery_code")));
    EXPECT_THROW((void)store::key_of_backup(backup.file, running.recovery_code()),
                 store::StoreError);
}

TEST(BookAndCode, AreLeftAsTheyAreByWhatCannotBeRead) {
    support::RunningAgent running;
    const std::string label = running.registry().book().label;
    for (const std::string body : {"", "[]", "{}", R"({"decision":"newer"})", R"({"decision":1})",
                                   R"({"decision":"new","more":1})"}) {
        const auto refused = running.post_json("/api/v1/book", body);
        EXPECT_EQ(refused.status, 400) << body << refused.body;
        EXPECT_EQ(running.registry().book().label, label);
    }
    EXPECT_EQ(running.ask({.method = "POST", .path = "/api/v1/book", .over_port = true}).status,
              404);
    EXPECT_EQ(
        running.ask({.method = "POST", .path = "/api/v1/recovery-code", .over_port = true}).status,
        404);
}

TEST(CommandsThatMakeARegister, SayWithoutADaemonWhatToDo) {
    const support::TempDirectory folder;
    const auto config = folder / "tizilim.conf";
    platform::write_file_atomically(config, "[register]\ndirectory = register\n");
    const auto code = folder / "code";
    platform::write_file_atomically(code, "G4AE-XF0J-2E2Z-S41G-E1YZ-QTKF-DW63\n");
    const auto backup = folder / "a.backup";
    platform::write_file_atomically(backup, "");

    for (const support::Ran& ran : {support::run_command(config, {"init"}),
                                    support::run_command(config, {"init", "--new-book"}),
                                    support::run_command(config, {"init", "--new-recovery-code"}),
                                    support::run_command(config, {"restore", backup.string(),
                                                                  "--code-file", code.string()})}) {
        EXPECT_EQ(ran.code, agent::unreachable) << ran.err;
        EXPECT_THAT(ran.err, HasSubstr("--here"));
        EXPECT_THAT(ran.err, HasSubstr((folder / "register").string()));
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "register"));
}

TEST(CommandsThatMakeARegister, KeepOffAFolderThatADaemonHolds) {
    const support::TempDirectory folder;
    const auto config = folder / "tizilim.conf";
    platform::write_file_atomically(config, "[register]\ndirectory = register\n");
    const auto code = folder / "code";
    platform::write_file_atomically(code, "G4AE-XF0J-2E2Z-S41G-E1YZ-QTKF-DW63\n");
    platform::make_private_directory(folder / "register" / "keys");
    const platform::ProcessLock daemon(folder / "register" / "keys");
    const auto backup = folder / "a.backup";
    platform::write_file_atomically(backup, "");

    for (const support::Ran& ran :
         {support::run_command(config, {"init", "--here"}),
          support::run_command(
              config, {"restore", "--here", backup.string(), "--code-file", code.string()})}) {
        EXPECT_EQ(ran.code, agent::refused) << ran.out;
        EXPECT_THAT(ran.err, HasSubstr("is in use"));
    }
    EXPECT_FALSE(store::Register::is_in(folder / "register"));
}

}  // namespace
}  // namespace tizilim
