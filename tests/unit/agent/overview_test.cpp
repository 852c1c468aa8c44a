#include "agent/cli/commands/overview.h"

#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What `tizilim status` says first, in one line.
std::string said_in(UserLanguage language, const std::string& status) {
    const Words words(language, {});
    const auto json = platform::read_json(status);
    EXPECT_TRUE(json.has_value()) << status;
    const Overview seen = overview(*json);
    std::string out = words(seen.lost) + ' ' + words(seen.delivery);
    for (const platform::Message& task : seen.tasks) out += ' ' + words(task);
    return out;
}

/// A status with a backup, in which nothing waits.
std::string status(const std::string& state, const std::string& entries,
                   const std::string& more = "") {
    return R"({"state":")" + state + R"(","reason":"because","entries":{"recorded":25)" +
           (entries.empty() ? "" : "," + entries) +
           R"(},"balanceError":0,"conflicts":0,"backup":{"lastAt":"2026-11-02T10:00:00+05:00",)" +
           R"("failed":""})" + more + "}";
}

struct Case {
    std::string status;
    std::string kk;
    std::string ru;
    std::string en;
};

void expect_said(const Case& expected) {
    EXPECT_EQ(said_in(UserLanguage::kk, expected.status), expected.kk);
    EXPECT_EQ(said_in(UserLanguage::ru, expected.status), expected.ru);
    EXPECT_EQ(said_in(UserLanguage::en, expected.status), expected.en);
}

TEST(Overview, OfWhatIsDelivered) {
    expect_said({status("synced", ""),
                 "Ештеңе жоғалған жоқ: тізілімде 25 жазба бар. Беруге болатынның бәрі жеткізілді. "
                 "Ештеңе істеудің қажеті жоқ.",
                 "Ничего не потеряно: в реестре 25 записей. Всё, что можно передавать, доставлено. "
                 "Делать ничего не нужно.",
                 "Nothing is lost: the register has 25 entries. Everything that may leave has been "
                 "delivered. There is nothing to do."});
}

TEST(Overview, OfWhatWaits) {
    expect_said({status("pending", R"("pending":2,"sent":1)"),
                 "Ештеңе жоғалған жоқ: тізілімде 25 жазба бар. 3 жазба жеткізілуді күтіп тұр, "
                 "өздігінен жіберіледі. Ештеңе істеудің қажеті жоқ.",
                 "Ничего не потеряно: в реестре 25 записей. 3 записи ждут доставки и уйдут сами. "
                 "Делать ничего не нужно.",
                 "Nothing is lost: the register has 25 entries. 3 entries are on their way and "
                 "leave by themselves. There is nothing to do."});
}

TEST(Overview, OfABrokenLink) {
    expect_said(
        {status("offline", R"("pending":1)"),
         "Ештеңе жоғалған жоқ: тізілімде 25 жазба бар. Бірыңғай ақпараттық жүйе қазір қолжетімсіз: "
         "1 жазба осы компьютерде күтіп тұр, байланыс болғанда өздігінен жіберіледі. Ештеңе "
         "істеудің қажеті жоқ.",
         "Ничего не потеряно: в реестре 25 записей. Единая информационная система сейчас "
         "недоступна: 1 запись ждёт на этом компьютере и уйдёт сама. Делать ничего не нужно.",
         "Nothing is lost: the register has 25 entries. The unified system cannot be "
         "reached now: 1 entry waits on this computer and leaves by itself. There is nothing to "
         "do."});
}

TEST(Overview, OfWhatOnlyThePersonCanDo) {
    expect_said(
        {status("pending", R"("unsigned":2,"quarantined":1)"),
         "Ештеңе жоғалған жоқ: тізілімде 25 жазба бар. Қазір жіберетін жазба жоқ. 2 жазба "
         "қолтаңбаңызды күтіп тұр: қалай қол қою керегін `tizilim sign --help` көрсетеді. Бірыңғай "
         "ақпараттық жүйе 1 жазбаны қабылдамады: себебін `tizilim quarantine` көрсетеді.",
         "Ничего не потеряно: в реестре 25 записей. Отправлять сейчас нечего. 2 записи ждут вашей "
         "подписи: как подписать, покажет `tizilim sign --help`. Единая информационная система не "
         "приняла 1 запись: причину покажет `tizilim quarantine`.",
         "Nothing is lost: the register has 25 entries. No entry waits to be sent. 2 entries wait "
         "for your signature: `tizilim sign --help` says how to sign. The unified system refuses "
         "1 entry: `tizilim quarantine` says why."});
}

TEST(Overview, OfEveryOtherState) {
    const std::string lost_kk = "Ештеңе жоғалған жоқ: тізілімде 25 жазба бар. ";
    const std::string lost_ru = "Ничего не потеряно: в реестре 25 записей. ";
    const std::string lost_en = "Nothing is lost: the register has 25 entries. ";
    const auto expect = [&](const char* state, const char* kk, const char* ru, const char* en) {
        expect_said({status(state, ""), lost_kk + kk, lost_ru + ru, lost_en + en});
    };
    expect("paused", "Жеткізу кідіртілді, бәрі осы компьютерде қалады: because.",
           "Доставка приостановлена, всё остаётся на этом компьютере: because.",
           "Delivery is paused, and everything stays on this computer: because.");
    expect("unauthorized",
           "Бірыңғай ақпараттық жүйе құпиясөзді қабылдамайды: оны баптауда түзетіп, `tizilim sync` "
           "командасын орындаңыз.",
           "Единая информационная система не принимает пароль: исправьте его в настройках и "
           "выполните `tizilim sync`.",
           "The unified system refuses the password: mend it in the configuration, then run "
           "`tizilim sync`.");
    expect(
        "refused",
        "Бірыңғай ақпараттық жүйе бұл тізілімді тұтас қабылдамайды: оның әкімшісіне хабарласыңыз.",
        "Единая информационная система не принимает этот реестр целиком: обратитесь к её "
        "администратору.",
        "The unified system refuses this register as a whole: ask its administrator.");
    expect("captive_portal",
           "Бірыңғай ақпараттық жүйенің орнына басқасы жауап береді: браузерде кез келген бетті "
           "ашып, желіге кіріңіз.",
           "Отвечает не единая информационная система: откройте любую страницу в браузере и "
           "войдите в сеть.",
           "Something else than the unified system answers: open any page in a browser and sign in "
           "to the network.");
    expect("stuck",
           "Жеткізу тоқтап тұр: because. "
           "`tizilim quarantine` командасын және журналды қараңыз.",
           "Доставка стоит: because. Посмотрите `tizilim quarantine` и журнал.",
           "Delivery does not move: because. Look into `tizilim quarantine` and the log.");
}

TEST(Overview, OfAFolderWithoutARegisterSaysHowToMakeOne) {
    expect_said({R"({"state":"no_register","entries":{"recorded":0},"backup":{"lastAt":null}})",
                 "Мұнда тізілім әлі жоқ. Оны `tizilim init` командасымен жасаңыз немесе сақтық "
                 "көшірмеден `tizilim restore ФАЙЛ` командасымен қалпына келтіріңіз.",
                 "Реестра здесь ещё нет. Создайте его командой `tizilim init` или восстановите из "
                 "резервной копии командой `tizilim restore ФАЙЛ`.",
                 "There is no register here yet. Make one with `tizilim init`, or bring one back "
                 "from a backup with `tizilim restore FILE`."});
}

TEST(Overview, TellsOfConflictsAndBackups) {
    std::string told = status("synced", "");
    told.replace(told.find(R"("conflicts":0)"), 13, R"("conflicts":1)");
    told.replace(told.find(R"("failed":"")"), 11, R"("failed":"no such folder")");
    EXPECT_THAT(said_in(UserLanguage::ru, told),
                HasSubstr("1 запись изменили по-разному в двух местах"));
    EXPECT_THAT(said_in(UserLanguage::kk, told),
                HasSubstr("Соңғы сақтық көшірме жасалмады: no such folder."));
    EXPECT_THAT(said_in(UserLanguage::en, told), Not(HasSubstr("nothing to do")));

    std::string none = status("synced", "");
    none.replace(none.find("\"2026-11-02T10:00:00+05:00\""), 27, "null");
    EXPECT_THAT(said_in(UserLanguage::en, none), HasSubstr("No backups are made by themselves"));
    EXPECT_THAT(said_in(UserLanguage::ru, none), HasSubstr("копии сами пока не делаются"));
    EXPECT_THAT(said_in(UserLanguage::kk, none),
                HasSubstr("көшірмелер әзірге өздігінен жасалмайды"));
}

TEST(Overview, ClaimsNothingThatTheFiguresDoNotSay) {
    std::string lost = status("synced", "");
    lost.replace(lost.find(R"("balanceError":0)"), 16, R"("balanceError":1)");
    EXPECT_THAT(said_in(UserLanguage::ru, lost), HasSubstr("Записи могли пропасть"));
    EXPECT_THAT(said_in(UserLanguage::en, lost),
                testing::AllOf(HasSubstr("Entries may be lost"), Not(HasSubstr("Nothing is lost")),
                               Not(HasSubstr("nothing to do"))));

    const std::string copy = status(
        "synced", "", R"(,"book":{"label":"K7","problem":"the register is a copy","warning":""})");
    EXPECT_THAT(
        said_in(UserLanguage::en, copy),
        testing::AllOf(HasSubstr("not certain that nothing is lost: the register is a copy"),
                       Not(HasSubstr("nothing to do"))));
    EXPECT_THAT(said_in(UserLanguage::kk, copy), HasSubstr("сенім жоқ"));
}

TEST(Overview, TakesReasonsInWords) {
    std::string told = status("paused", "");
    told.replace(told.find(R"("reason":"because")"), 18,
                 R"("reason":"x","code":"entry.empty_book","values":{"number":1})");
    EXPECT_THAT(said_in(UserLanguage::ru, told), HasSubstr("в этой книге нет записи № 1"));
}

TEST(Overview, OfAStrangersAnswerIsHarmless) {
    EXPECT_THAT(said_in(UserLanguage::en, "{}"), HasSubstr("Nothing is recorded yet."));
    EXPECT_THAT(said_in(UserLanguage::en, R"({"state":"new","entries":[],"backup":1})"),
                HasSubstr("new"));
}

}  // namespace
}  // namespace tizilim::agent
