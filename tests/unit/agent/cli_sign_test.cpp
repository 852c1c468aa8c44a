#include "agent/cli/cli.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/file.h"
#include "platform/network/local_listener.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// One that is valid when the tests' clock says it signs.
const support::TestSigner& signer() {
    static const support::TestSigner made = support::TestAuthority().issue(
        support::KeyKind::ecdsa, {.not_after = support::kSigningTime + std::chrono::years(3)});
    return made;
}

const std::string kPassword = support::KeyFileWish{}.password;

/// Two entries that wait for a signature, one of them for good here.
class Signing : public testing::Test {
protected:
    Signing() {
        EXPECT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
        EXPECT_EQ(agent_.post_json("/api/v1/entries", support::kLocalEntry).status, 201);
        write("key.p12", support::make_p12(signer()));
        write("password", kPassword + "\n");
    }
    void write(const std::string& name, const std::string& text) {
        platform::write_file_atomically(folder_ / name, text);
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    [[nodiscard]] Ran run(std::vector<std::string> arguments, const std::string& input = "") {
        arguments.insert(arguments.end(), {"--config", config_.string()});
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err};
        console.now = [this] { return agent_.clock().wall_now(); };
        if (typed_)
            console.ask_secret = [this](std::string_view question) {
                asked_.emplace_back(question);
                return typed_;
            };
        if (answer_)
            console.ask = [this](std::string_view /*question*/) {
                ++questions_;
                return answer_;
            };
        const int code = agent::run_cli(std::move(arguments), console, support::no_environment);
        return {.code = code, .out = out.str(), .err = err.str()};
    }
    [[nodiscard]] Ran sign_with_key(std::vector<std::string> more) {
        std::vector<std::string> arguments{"sign", "--key", path("key.p12")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(std::move(arguments));
    }
    [[nodiscard]] std::vector<std::filesystem::path> files_in(const std::string& name) const {
        std::vector<std::filesystem::path> files;
        for (const auto& file : std::filesystem::directory_iterator(folder_ / name))
            files.push_back(file.path());
        std::sort(files.begin(), files.end());
        return files;
    }
    [[nodiscard]] std::vector<std::filesystem::path> exported() {
        const Ran ran = run({"sign", "--export", path("out")});
        EXPECT_EQ(ran.code, agent::done) << ran.err;
        return files_in("out");
    }
    [[nodiscard]] std::size_t count_of_waiting() const {
        const auto page = platform::read_json(agent_.get("/api/v1/signing").body);
        return page->find("tasks")->array()->size();
    }
    [[nodiscard]] std::string cms_over(const std::string& bytes) {
        return support::make_cms({.signers = {signer()}, .signed_at = agent_.clock().wall_now()},
                                 bytes);
    }
    [[nodiscard]] static std::string text_of(const std::filesystem::path& file) {
        return platform::read_file(file, 1 << 20);
    }
    /// Whose signatures are expected.
    void configure_iin(const std::string& iin, bool own_key_only = false) const {
        const std::string text = text_of(config_);
        const std::string section = "[register]\n";
        platform::write_file_atomically(
            config_, section + "iin = " + iin + '\n' + text.substr(section.size()) +
                         "\n[eds]\nown_key_only = " + (own_key_only ? "yes" : "no") + '\n');
    }
    /// The balance says whether the entry that may leave is signed.
    [[nodiscard]] bool is_signed() { return agent_.registry().balance().pending == 1; }

    support::RunningAgent agent_{std::chrono::seconds(20), true};
    support::TempDirectory folder_;
    std::filesystem::path config_ = agent_.write_config();
    std::optional<std::string> typed_;
    std::optional<std::string> answer_;  ///< to what else is asked
    int questions_ = 0;
    std::vector<std::string> asked_;
};

TEST_F(Signing, SignsAllThatWaits) {
    const Ran ran = sign_with_key({"--password-file", path("password")});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "2 signed\n");
    EXPECT_TRUE(is_signed());
    EXPECT_THAT(run({"show", "2"}).out,
                ContainsRegex("\nsignature  +verified, issuer not checked\n"));
    EXPECT_THAT(run({"show", "1"}).out, ContainsRegex("\nsigned by  +ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ\n"));
    EXPECT_THAT(run({"show", "1"}).out, Not(HasSubstr("\ncms ")));
}

TEST_F(Signing, SignsOneEntry) {
    const Ran ran = sign_with_key({"2", "--password-file", path("password"), "--json"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "{\"signed\":1,\"refused\":[]}\n");
    EXPECT_FALSE(is_signed());
    const Ran again = sign_with_key({"2", "--password-file", path("password")});
    EXPECT_EQ(again.code, agent::refused);
    EXPECT_THAT(again.err, HasSubstr("signed already"));
}

TEST_F(Signing, SignsAHundredEntriesWithAGostKeyAsLibgcryptFinds) {
    constexpr std::size_t kEntries = 100;
    support::GostWish wish;
    wish.certificate.not_after = support::kSigningTime + std::chrono::years(3);
    const auto issuer = support::make_gost_certificate(support::gost_authority("ТЕСТ"));
    const auto lawyer = support::make_gost_certificate(wish, &issuer);
    write("key.p12", support::make_gost_p12(lawyer, {.others = {issuer}}));
    for (std::size_t i = 2; i < kEntries; ++i)
        ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    store::OwnerSession owner(agent_.registry());
    std::vector<std::string> documents;
    for (const auto& task : owner.to_sign(0, kEntries).tasks) documents.push_back(task.bytes);

    const Ran ran = sign_with_key({"--password-file", path("password")});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "100 signed\n");
    ASSERT_EQ(documents.size(), kEntries);
    std::set<std::string> all;
    for (std::size_t i = 0; i < kEntries; ++i) {
        const auto signature = owner.show(std::to_string(i + 1)).signature;
        const std::string cms = platform::from_base64(signature.cms).value_or("");
        EXPECT_EQ(signature.status, "verified_unchecked_issuer") << i;
        EXPECT_TRUE(support::gcrypt_verifies_cms(lawyer, documents.at(i), cms)) << i;
        EXPECT_FALSE(support::gcrypt_verifies_cms(lawyer, documents.at((i + 1) % kEntries), cms))
            << i;
        all.insert(cms);
    }
    EXPECT_EQ(all.size(), kEntries);
}

TEST_F(Signing, AsksForThePasswordAtTheTerminal) {
    typed_ = kPassword;

    const Ran ran = sign_with_key({});

    EXPECT_EQ(ran.out, "2 signed\n") << ran.err;
    ASSERT_EQ(asked_.size(), 1U);
    EXPECT_EQ(asked_.front(), "Password of " + path("key.p12") + ": ");
}

TEST_F(Signing, AsksNobodyForAPasswordWhenNothingWaits) {
    ASSERT_EQ(sign_with_key({"--password-file", path("password")}).code, agent::done);
    typed_ = kPassword;

    const Ran ran = sign_with_key({});

    EXPECT_EQ(ran.code, agent::done);
    EXPECT_EQ(ran.out, "Nothing waits for a signature\n");
    EXPECT_TRUE(asked_.empty());
}

TEST_F(Signing, TakesThePasswordFromStandardInput) {
    const Ran ran =
        run({"sign", "--key", path("key.p12"), "--password-stdin"}, kPassword + "\r\nmore");

    EXPECT_EQ(ran.out, "2 signed\n") << ran.err;
}

TEST_F(Signing, SignsNothingWithAWrongPassword) {
    typed_ = "wrong";

    const Ran ran = sign_with_key({});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("key.p12: "));
    EXPECT_THAT(ran.err, HasSubstr("password"));
    EXPECT_THAT(ran.err, Not(HasSubstr("wrong password: wrong")));
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(asked_.size(), 1U);
    EXPECT_EQ(agent_.registry().balance().awaiting_signature, 1U);
}

TEST_F(Signing, SaysWhereAPasswordCanComeFrom) {
    const Ran ran = sign_with_key({});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("--password-file FILE or --password-stdin"));
}

TEST_F(Signing, RefusesAPasswordThatOthersMayRead) {
    std::filesystem::permissions(folder_ / "password", std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);

    const Ran ran = sign_with_key({"--password-file", path("password")});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("chmod 600"));
    EXPECT_FALSE(is_signed());
}

TEST_F(Signing, SaysWhatIsWrongWithAKeyFile) {
    write("key.p12", "garbage");
    EXPECT_EQ(sign_with_key({"--password-file", path("password")}).code, agent::refused);

    std::filesystem::remove(folder_ / "key.p12");
    const Ran absent = sign_with_key({"--password-file", path("password")});
    EXPECT_EQ(absent.code, agent::refused);
    EXPECT_THAT(absent.err, HasSubstr("key.p12"));
    EXPECT_FALSE(is_signed());
}

TEST_F(Signing, ExportsTheExactBytes) {
    const auto files = exported();

    ASSERT_EQ(files.size(), 2U);
    for (const auto& file : files) {
        EXPECT_THAT(file.filename().string(), testing::MatchesRegex("[0-9a-f-]+-v1\\.json"));
        EXPECT_THAT(text_of(file), testing::StartsWith("{\"_id\":\"entry:"));
        EXPECT_EQ(platform::access_beyond_owner(file), "");
    }
    EXPECT_NE(text_of(files[0]), text_of(files[1]));
}

TEST_F(Signing, ExportsOneEntryToAFileOrIntoAFolder) {
    const auto files = exported();
    const auto is_exported = [&](const std::string& text) {
        return text == text_of(files[0]) || text == text_of(files[1]);
    };

    EXPECT_EQ(run({"sign", "1", "--export", path("one.json")}).code, agent::done);
    EXPECT_EQ(run({"sign", "1", "--export", path("other/")}).code, agent::done);
    EXPECT_EQ(run({"sign", "1", "--export", path("other")}).code, agent::done);

    EXPECT_TRUE(is_exported(text_of(folder_ / "one.json")));
    const auto made = files_in("other");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(text_of(made.front()), text_of(folder_ / "one.json"));
}

TEST_F(Signing, AttachesWhatWasSignedElsewhere) {
    ASSERT_EQ(run({"sign", "1", "--export", path("one.json")}).code, agent::done);
    const std::string cms = cms_over(text_of(folder_ / "one.json"));
    write("one.cms", platform::to_base64(cms) + "\n");

    const Ran ran = run({"sign", "1", "--attach", path("one.cms")});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "1 signed\n");
    EXPECT_TRUE(is_signed());
}

TEST_F(Signing, SaysWhoseKeyItIs) {
    const Ran ran = sign_with_key({"--password-file", path("password")});
    EXPECT_THAT(ran.err, HasSubstr("signing with the key of ОМАРОВ ДАУЛЕТ"));
}

TEST_F(Signing, SignsNothingWithAnotherPersonsKeyUnlessThatIsAgreedTo) {
    const std::vector<std::string> with_password{"--password-file", path("password")};
    configure_iin("991332000003");

    const Ran unasked = sign_with_key(with_password);
    EXPECT_EQ(unasked.code, agent::refused);
    EXPECT_THAT(unasked.err, HasSubstr("--yes"));
    EXPECT_THAT(unasked.err, HasSubstr("991332000003"));
    answer_ = "no";
    const Ran denied = sign_with_key(with_password);
    EXPECT_EQ(denied.code, agent::refused);
    EXPECT_THAT(denied.err, HasSubstr("nothing was signed"));
    EXPECT_EQ(count_of_waiting(), 2U);

    answer_ = "sign";
    const Ran agreed = sign_with_key(with_password);
    EXPECT_EQ(agreed.code, agent::done) << agreed.err;
    EXPECT_EQ(questions_, 2) << "once a run, however many entries";
    EXPECT_EQ(count_of_waiting(), 0U);
}

TEST_F(Signing, AsksNobodyWhereTheRegisterTakesOnesOwnKeyAlone) {
    configure_iin("991332000003", true);
    answer_ = "sign";

    const Ran ran = sign_with_key({"--password-file", path("password"), "--yes"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("key.p12: its certificate does not name the IIN"));
    EXPECT_EQ(questions_, 0);
    EXPECT_EQ(count_of_waiting(), 2U);
}

TEST_F(Signing, AsksNobodyWhoHasAgreedBefore) {
    configure_iin("991332000003");
    const Ran ran = sign_with_key({"--password-file", path("password"), "--yes"});
    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(count_of_waiting(), 0U);
}

TEST_F(Signing, AttachesManyFromOneFile) {
    EXPECT_EQ(run({"sign", "--export", path("bundle.json")}).code, agent::done);
    auto bundle = platform::read_json(platform::read_file(folder_ / "bundle.json", 1 << 20));
    ASSERT_TRUE(bundle.has_value());
    const platform::JsonArray& tasks = *bundle->find("tasks")->array();
    ASSERT_EQ(tasks.size(), 2U);
    platform::JsonArray made;
    for (const platform::JsonValue& task : tasks) {
        platform::JsonObject with = *task.object();
        const auto bytes = platform::from_base64(*task.find("data")->string());
        with.push_back({"cms", platform::to_base64(cms_over(*bytes))});
        made.emplace_back(std::move(with));
    }
    // One is signed by nobody, one is of an entry that is not there, one says nothing.
    platform::JsonObject unsigned_one = *tasks.front().object();
    made.emplace_back(std::move(unsigned_one));
    made.emplace_back(platform::JsonObject{{"id", "00000000-0000-7000-8000-000000000000"},
                                           {"version", 1},
                                           {"cms", *made.front().find("cms")}});
    made.emplace_back(platform::JsonObject{{"id", "../../etc"}, {"version", 1}});
    write("signed.json", platform::to_json(platform::JsonObject{{"tasks", made}}));

    const Ran attached = run({"sign", "--attach", path("signed.json")});

    EXPECT_EQ(attached.code, agent::refused);
    EXPECT_THAT(attached.out, HasSubstr("2 signed"));
    EXPECT_THAT(attached.err, HasSubstr("no signature of them"));
    EXPECT_THAT(attached.err, HasSubstr("00000000-0000-7000-8000-000000000000-v1"));
    EXPECT_THAT(attached.err, HasSubstr("5: "));
    EXPECT_TRUE(is_signed());
}

TEST_F(Signing, SaysWhatABundleHasToBe) {
    for (const std::string text : {"[]", "{}", R"({"tasks": 1})", "{"}) {
        write("odd.json", text);
        const Ran odd = run({"sign", "--attach", path("odd.json")});
        EXPECT_EQ(odd.code, agent::refused) << text;
        EXPECT_THAT(odd.err, HasSubstr("odd.json")) << text;
    }
}

TEST_F(Signing, RefusesASignatureOverOtherBytes) {
    ASSERT_EQ(run({"sign", "1", "--export", path("one.json")}).code, agent::done);
    write("one.cms", cms_over(text_of(folder_ / "one.json") + " "));

    const Ran ran = run({"sign", "1", "--attach", path("one.cms")});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("refused: 1: the signature was not attached: "));
    EXPECT_FALSE(is_signed());
}

TEST_F(Signing, AttachesAFolderAndNamesWhatItRefuses) {
    const auto files = exported();
    write("out/" + files[0].filename().string() + ".p7s", cms_over(text_of(files[0])));
    write("out/" + files[1].filename().string() + ".sig", cms_over("other bytes"));
    write("out/stray.cms", "x");

    const Ran ran = run({"sign", "--attach", path("out")});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_EQ(ran.out, "1 signed\n");
    EXPECT_EQ(count_of_waiting(), 1U);
    EXPECT_THAT(ran.err, HasSubstr("refused: " + files[1].filename().string() + ".sig: the sig"));
    EXPECT_THAT(ran.err, HasSubstr("refused: stray.cms: its name does not say"));
    const Ran empty = run({"sign", "--attach", folder_.path().string()});
    EXPECT_EQ(empty.code, agent::refused);
    EXPECT_THAT(empty.err, HasSubstr("there is no file *.cms"));
}

TEST_F(Signing, ReadsFileNamesInCapitalsToo) {
    const auto files = exported();
    std::string capitals = files[0].filename().string();
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    write("out/" + capitals + ".CMS", cms_over(text_of(files[0])));
    write("out/" + files[1].filename().string() + ".P7s", cms_over(text_of(files[1])));

    const Ran ran = run({"sign", "--attach", path("out")});

    EXPECT_EQ(ran.out, "2 signed\n") << ran.err;
    EXPECT_EQ(ran.err, "");
}

TEST_F(Signing, SaysWhatItSkipsInAFolderAndWhy) {
    const auto files = exported();
    write("out/" + files[0].filename().string() + ".sig", cms_over(text_of(files[0])));
    write("out/notes.txt", "x");
    std::filesystem::create_directory(folder_ / "out" / "more.cms");
    std::filesystem::create_symlink("nowhere", folder_ / "out" / "gone.cms");

    const Ran ran = run({"sign", "--attach", path("out")});

    EXPECT_EQ(ran.code, agent::done);
    EXPECT_EQ(ran.out, "1 signed\n");
    EXPECT_THAT(ran.err, HasSubstr("skipped: notes.txt: its name ends neither"));
    EXPECT_THAT(ran.err, HasSubstr("skipped: more.cms: a folder"));
    EXPECT_THAT(ran.err, HasSubstr("skipped: gone.cms: no file"));
    EXPECT_THAT(ran.err, HasSubstr("skipped: " + files[1].filename().string() + ": bytes to be"));
    EXPECT_THAT(ran.err, Not(HasSubstr("skipped: " + files[0].filename().string() + ":")));
    EXPECT_THAT(run({"sign", "--attach", path("out"), "--json"}).out,
                HasSubstr(R"("skipped":[{"file":)"));
}

TEST_F(Signing, WantsJustOneWay) {
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"sign"},
             {"sign", "1"},
             {"sign", "--key", "k", "--export", "e"},
             {"sign", "--export", "e", "--attach", "a"},
             {"sign", "--export", "e", "--password-stdin"},
             {"sign", "--key", "k", "--password-stdin", "--password-file", "p"},
             {"sign", "--key", "k", "--password", "p"},
             {"sign", "--attach", path("password")},
             {"sign", "1", "--attach", folder_.path().string()}})
        EXPECT_EQ(run(arguments).code, agent::usage) << testing::PrintToString(arguments);
}

TEST_F(Signing, RefusesAFileThatHoldsNoSignature) {
    write("one.cms", "nothing of the kind");

    const Ran ran = run({"sign", "1", "--attach", path("one.cms"), "--json"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("one.cms: it holds no signature"));
    EXPECT_THAT(ran.out, HasSubstr(R"({"error":"refused")"));
    EXPECT_EQ(run({"sign", "1", "--attach", path("absent.cms")}).code, agent::refused);
}

/// Something of the same user in the daemon's place, which wants `bytes` signed.
class WrongDaemon {
public:
    WrongDaemon(const std::filesystem::path& folder, const std::string& bytes)
        : listener_(platform::LocalListener::on_control_socket(
              folder, platform::ControlAccess::owner, {.stop = stop_})),
          thread_([this, bytes] {
              while (auto request = listener_.next()) answer(*request, bytes);
          }) {}
    ~WrongDaemon() { stop_->set(); }
    WrongDaemon(const WrongDaemon&) = delete;
    WrongDaemon& operator=(const WrongDaemon&) = delete;
    [[nodiscard]] bool got_a_signature() const { return got_a_signature_; }

private:
    void answer(platform::LocalRequest& request, const std::string& bytes) {
        if (request.head && request.head->find("/signature") != std::string::npos)
            got_a_signature_ = true;
        const std::string task =
            platform::to_json(platform::JsonObject{{"number", 1},
                                                   {"id", "019a4c6e-3c00-7000-8000-000000000000"},
                                                   {"version", 1},
                                                   {"bytes", bytes}});
        static_cast<void>(request.stream.write(
            "HTTP/1.0 200 OK\r\n\r\n{\"tasks\":[" + task + "],\"next\":null}\n",
            std::chrono::seconds(60)));
    }

    const std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    platform::LocalListener listener_;
    std::atomic<bool> got_a_signature_ = false;
    std::jthread thread_;
};

TEST_F(Signing, SignsNothingButTheDocumentOfAnEntry) {
    const std::string folder = agent_.register_folder();
    agent_.endpoints().stop();
    const WrongDaemon wrong(folder, "I owe the bearer a million");

    const Ran signed_by_key = sign_with_key({"--password-file", path("password")});
    const Ran written_out = run({"sign", "--export", path("out")});

    for (const Ran& ran : {signed_by_key, written_out}) {
        EXPECT_EQ(ran.code, agent::refused) << ran.out;
        EXPECT_THAT(ran.err, HasSubstr("is not to be signed"));
    }
    EXPECT_FALSE(wrong.got_a_signature());
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

}  // namespace
}  // namespace tizilim
