#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/cli/cli.h"
#include "agent/config/config.h"
#include "agent/http/local_endpoints.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/other_computer.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class BookCommands : public testing::Test {
protected:
    BookCommands() { std::filesystem::create_directory(folder_); }

    [[nodiscard]] Ran run(std::vector<std::string> arguments) const {
        return support::run_command(config_, std::move(arguments));
    }
    void add() {
        ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
    support::TempDirectory directory_;
    std::filesystem::path folder_ = directory_ / "backups";
};

TEST_F(BookCommands, ShowTheBooksOfTheRegister) {
    add();
    add();
    const std::string old_book = agent_.registry().book().label;
    agent_.registry().begin_new_book();
    const std::string book = agent_.registry().book().label;

    const Ran en = run({"books"});

    EXPECT_EQ(en.code, agent::done) << en.err;
    EXPECT_THAT(en.out,
                ContainsRegex(old_book + " +1–2 +02.11.2026 ..:.. +02.11.2026 ..:.. +closed\n"));
    EXPECT_THAT(en.out, ContainsRegex(book + " +kept here\n"));
    EXPECT_THAT(
        run({"books", "--language", "ru"}).out,
        AllOf(HasSubstr("Последняя запись"), HasSubstr("закрыта\n"), HasSubstr("ведётся здесь")));
    EXPECT_THAT(
        run({"books", "--language", "kk"}).out,
        AllOf(HasSubstr("Соңғы жазба"), HasSubstr("жабық\n"), HasSubstr("осында жүргізіледі")));
    const auto json = platform::read_json(run({"books", "--json"}).out);
    ASSERT_TRUE(json.has_value());
    EXPECT_EQ(json->find("books")->array()->size(), 2U);
}

TEST_F(BookCommands, SayHowManyEntriesOtherComputersRecorded) {
    support::OtherComputer other(agent_);
    static_cast<void>(other.add());

    EXPECT_THAT(run({"books"}).out, HasSubstr("1 entry of your other computers: "));
}

TEST_F(BookCommands, ShowTheBackupsInAFolder) {
    ASSERT_EQ(run({"backup", folder_.string()}).code, agent::done);
    std::ofstream(folder_ / "tizilim-ABCDEFGHJK-20260101T000000Z.backup") << "no backup";

    const Ran en = run({"backups", folder_.string()});

    EXPECT_EQ(en.code, agent::done) << en.err;
    EXPECT_THAT(en.out, HasSubstr("2 backups in " + folder_.string() + "\n"));
    EXPECT_THAT(en.out,
                ContainsRegex("02.11.2026 09:00 +tizilim-" + agent_.registry().book().label +
                              "-[0-9TZ]+.backup +of this register\n"));
    EXPECT_THAT(en.out, ContainsRegex("01.01.2026 05:00 +tizilim-ABCDEFGHJK-[0-9TZ]+.backup "
                                      "+can't be read: "));
    EXPECT_THAT(en.out, HasSubstr("No backups are made by themselves"));
    EXPECT_THAT(run({"backups", folder_.string(), "--language", "ru"}).out,
                AllOf(HasSubstr("2 резервные копии в папке"), HasSubstr("этого реестра\n")));
    EXPECT_THAT(
        run({"backups", folder_.string(), "--language", "kk"}).out,
        AllOf(HasSubstr("қалтасында 2 сақтық көшірме бар"), HasSubstr("осы тізілімдікі\n")));
    EXPECT_THAT(run({"backups", folder_.string(), "--json"}).out,
                HasSubstr(R"("of_this_register":true)"));
}

TEST_F(BookCommands, SayWhyAFolderHasNone) {
    const Ran gone = run({"backups", (folder_ / "gone").string()});
    const Ran none = run({"backups"});

    EXPECT_EQ(gone.code, agent::refused);
    EXPECT_THAT(gone.err, HasSubstr("is not there; connect its disk"));
    EXPECT_THAT(gone.out, Not(HasSubstr("backups in")));
    EXPECT_EQ(none.code, agent::done) << none.err;
    EXPECT_THAT(none.out, HasSubstr("[backup]"));
    EXPECT_EQ(agent_.get("/api/v1/backups?directory=backups").status, 400);
    EXPECT_EQ(agent_.ask({.path = "/api/v1/backups", .over_port = true}).status, 404);
}

TEST_F(BookCommands, ShowTheBackupsOfARegisterThatIsGone) {
    ASSERT_EQ(run({"backup", folder_.string()}).code, agent::done);
    const auto config = directory_ / "other.conf";
    std::ofstream(config) << "[register]\ndirectory = gone\n";

    const Ran ran = support::run_command(config, {"backups", folder_.string()});
    const Ran unnamed = support::run_command(config, {"backups"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("tizilimd does not answer"));
    EXPECT_THAT(ran.out, AllOf(HasSubstr("1 backup in "), HasSubstr("its beginning is whole")));
    EXPECT_EQ(unnamed.code, agent::unreachable);
}

/// A second control socket, of an agent that makes backups by itself.
class ScheduledBackups : public BookCommands {
protected:
    ScheduledBackups() {
        std::filesystem::create_directory(control_);
        std::filesystem::permissions(control_, std::filesystem::perms::owner_all);
        std::ofstream(scheduled_) << "[register]\ndirectory = control\n";
    }
    Ran run_with(const agent::BackupState& state, const std::string& language = "en") {
        agent::Services services = agent_.services();
        services.backups.snapshot = [&] { return state; };
        services.backups.directory = folder_;
        const agent::Routes routes(services);
        const agent::LocalEndpoints endpoints(
            support::open_endpoints({.address = "127.0.0.1", .port = 0}, {.directory = control_}),
            routes, services.pages, agent_.log());
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err};
        console.now = [&] { return agent_.clock().wall_now(); };
        const int code =
            agent::run_cli({"--config", scheduled_.string(), "--language", language, "backups"},
                           console, support::no_environment);
        return {.code = code, .out = out.str(), .err = err.str()};
    }

    std::filesystem::path control_ = directory_ / "control";
    std::filesystem::path scheduled_ = directory_ / "scheduled.conf";
};

TEST_F(ScheduledBackups, AreShownWithWhenTheNextIsDue) {
    const platform::WallTime now = agent_.clock().wall_now();
    agent::BackupState state;
    state.last_at = now;
    state.due_at = now + std::chrono::hours(24);

    const std::string folder = folder_.string();
    EXPECT_THAT(run_with(state).out,
                ContainsRegex("0 backups in " + folder + "\nThe next backup into " + folder +
                              " is due at 03.11.2026 ..:..\n"));
    EXPECT_THAT(run_with(state, "ru").out, HasSubstr("Следующая резервная копия в папку"));
    EXPECT_THAT(run_with(state, "kk").out, HasSubstr("келесі сақтық көшірме жасалатын уақыт"));
}

TEST_F(ScheduledBackups, AreShownWithWhatFailed) {
    agent::BackupState state;
    state.due_at = agent_.clock().wall_now() - std::chrono::hours(1);
    state.failed = platform::Message{"backup.no_folder", {{"folder", folder_.string()}}};
    std::filesystem::remove(folder_);

    const Ran en = run_with(state);
    const Ran ru = run_with(state, "ru");

    EXPECT_EQ(en.code, agent::refused);
    EXPECT_THAT(en.out, AllOf(HasSubstr("has been due since"),
                              HasSubstr("The last backup failed: the folder for backups")));
    EXPECT_THAT(ru.out, HasSubstr("Последнюю резервную копию сделать не удалось: папки для"));
    state.running = true;
    EXPECT_THAT(run_with(state).out, HasSubstr("is being made now"));
}

}  // namespace
}  // namespace tizilim
