#include "agent/documents/print_form.h"

#include "agent/documents/print_row.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "tests/unit/agent/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::EntryView;
using support::entry_view;
using testing::HasSubstr;
using testing::Not;

class PrintForm : public testing::Test {
protected:
    PrintForm() {
        job_.book = "BOOK000001";
        job_.printed_at = "2026-11-22T19:25:00+05:00";
        job_.chain_head = [] { return std::string("cafe"); };
    }

    std::string print(std::vector<EntryView> views) {
        support::FakeEntries entries(std::move(views));
        return print(entries);
    }
    std::string print(support::FakeEntries& entries) {
        std::string html;
        parts_ = 0;
        printed_ = agent::print_form(job_, entries.source(), [&](std::string_view part) {
            html += part;
            ++parts_;
        });
        return html;
    }
    static store::VersionView version(const std::string& act, const std::string& reason) {
        store::VersionView made;
        made.act = act;
        made.at = "2026-11-20T11:22:33+05:00";
        made.by = "Иванов И. И.";
        made.reason = reason;
        return made;
    }

    agent::PrintJob job_;
    std::uint64_t printed_ = 0;
    std::size_t parts_ = 0;
};

TEST_F(PrintForm, PrintsTheSevenColumnsOfAnEntry) {
    EntryView view = entry_view(7);
    view.minutes = "135";

    const std::string html = print({view});

    EXPECT_THAT(html, HasSubstr("<th>7</th><td><span>02.11.2026</span></td>"
                                "<td><span>постановление суда</span> <span>№\u00a0C-1</span> от "
                                "<span>01.11.2026</span>, <span>Суд</span></td>"
                                "<td><span>Суть</span></td>"));
    EXPECT_THAT(html, HasSubstr("<span>2 ч 15 мин</span>"));
    EXPECT_EQ(printed_, 1U);
}

TEST_F(PrintForm, PrintsInKazakh) {
    job_.language = store::Language::kk;
    EntryView view = entry_view(1);
    view.minutes = "135";

    const std::string html = print({view});

    EXPECT_THAT(html, HasSubstr("<html lang=\"kk\">"));
    EXPECT_THAT(html, HasSubstr("<span>соттың қаулысы</span>"));
    EXPECT_THAT(html, HasSubstr("<span>2 сағ 15 мин</span>"));
}

TEST_F(PrintForm, LeavesOutWhatADocumentLacks) {
    EntryView view = entry_view(1);
    view.basis_number.clear();
    view.basis_date.clear();
    view.basis_issuer.clear();

    EXPECT_THAT(print({view}), HasSubstr("<td><span>постановление суда</span></td>"));
}

TEST_F(PrintForm, StrikesAVoidedEntryAndSaysWhy) {
    EntryView view = entry_view(1);
    view.state = "void";
    view.void_reason = "дважды";
    view.versions = 2;
    support::FakeEntries entries({view});
    entries.histories["id-1"] = {version("recorded", ""), version("voided", "дважды")};

    const std::string html = print(entries);

    EXPECT_THAT(html, HasSubstr("<tbody class=\"void\">"));
    EXPECT_THAT(html, HasSubstr("<span>Суть</span>"));
    EXPECT_THAT(html, HasSubstr("Признано недействительным 20.11.2026 11:22, "
                                "<span>Иванов И. И.</span>; причина: <span>дважды</span>"));
}

TEST_F(PrintForm, SaysWhyAnEntryWasVoidedThatCameSo) {
    EntryView view = entry_view(1);
    view.state = "void";
    view.void_reason = "дважды";

    EXPECT_THAT(print({view}),
                HasSubstr("Признано недействительным; причина: <span>дважды</span>"));
}

TEST_F(PrintForm, KeepsEveryEarlierTextOfAnAmendedEntryReadable) {
    EntryView view = entry_view(1);
    view.versions = 3;
    support::FakeEntries entries({view});
    store::VersionView first = version("recorded", "");
    first.signature.status = "parsed_not_verified";
    first.signature.signer = "ПЕТРОВ";
    store::VersionView second = version("amended", "ошибка");
    second.changes = {{"essence", "Первая", "Вторая"}, {"minutes", "30", "90"}};
    store::VersionView third = version("amended", "опечатка");
    third.changes = {{"essence", "Вторая", "Суть"}};
    entries.histories["id-1"] = {first, second, third};

    const std::string html = print(entries);

    EXPECT_THAT(html, HasSubstr("<del>Первая</del> <del>Вторая</del> <span>Суть</span>"));
    EXPECT_THAT(html, HasSubstr("<del>30 мин</del> <span>1 ч 30 мин</span>"));
    EXPECT_THAT(html, HasSubstr("Исправлено (графы 4, 6) 20.11.2026 11:22, "
                                "<span>Иванов И. И.</span>; причина: <span>ошибка</span>"));
    EXPECT_THAT(html, HasSubstr("Прежняя редакция была подписана ЭЦП: ПЕТРОВ"));
}

TEST_F(PrintForm, AsksForTheHistoryOfChangedEntriesOnly) {
    EntryView changed = entry_view(2);
    changed.versions = 2;
    support::FakeEntries entries({entry_view(1), changed, entry_view(3)});

    print(entries);

    EXPECT_EQ(entries.histories_asked, std::vector<std::string>{"id-2"});
}

TEST_F(PrintForm, MarksLateEntriesAndDoubtfulClocks) {
    EntryView view = entry_view(1);
    view.late = true;
    view.recorded_at = "2026-11-05T10:00:00+05:00";
    view.late_reason = "не было связи";
    EXPECT_THAT(print({view}), Not(HasSubstr("под сомнением")));
    view.clock_warning = platform::Message{"clock.had_gone_back"};

    const std::string html = print({view});

    // Over the width of the row, not in the narrow column of the date.
    EXPECT_THAT(html, HasSubstr("<td><span>02.11.2026</span></td>"));
    EXPECT_THAT(html,
                HasSubstr("<tr class=\"notes\"><td></td><td colspan=\"6\"><div class=\"note\">"
                          "Внесено позже дня обращения, 05.11.2026; причина: "
                          "<span>не было связи</span></div><div class=\"note\">"
                          "время записи под сомнением"));
}

TEST_F(PrintForm, PrintsTheSignatureAndNeverCallsGostVerified) {
    EntryView view = entry_view(1);
    view.signature = {.status = "parsed_not_verified",
                      .issuer_checked = false,
                      .signer = "ИВАНОВ ИВАН",
                      .iin = "991332000003",
                      .issuer = "ҰКО",
                      .serial = "6d3f",
                      .valid_from = "2026-01-10T00:00:00+05:00",
                      .valid_to = "2027-01-10T00:00:00+05:00",
                      .algorithm = "1.2.398.3.10.1.1.2.3.2",
                      .signed_at = "2026-11-02T10:00:00+05:00",
                      .cms = "AAAA"};

    const std::string html = print({view});

    EXPECT_THAT(html, HasSubstr("ЭЦП: <span>ИВАНОВ ИВАН</span>, ИИН 991332000003; издатель ҰКО, "
                                "издатель не проверен; сертификат № 6d3f, действителен 10.01.2026 "
                                "– 10.01.2027; алгоритм 1.2.398.3.10.1.1.2.3.2; подписано "
                                "02.11.2026 10:00; подпись прочитана, но не проверена"));
    EXPECT_THAT(html, Not(HasSubstr("верна")));
}

TEST_F(PrintForm, TellsVerifiedAndMissingSignatures) {
    EXPECT_THAT(print({entry_view(1)}), HasSubstr("подпись проверена и верна"));
    EntryView view = entry_view(1);
    view.signature = {};
    EXPECT_THAT(print({view}), HasSubstr("<td><div class=\"unsigned\">не подписано</div></td>"));
    view.signature.status = "something new";
    EXPECT_THAT(print({view}), Not(HasSubstr("верна")));
}

TEST_F(PrintForm, LeavesColumnSevenToInkWhenAsked) {
    EntryView view = entry_view(1);
    view.signature = {};
    job_.blank_signature = true;

    EXPECT_THAT(print({view}), HasSubstr("<td class=\"ink\"></td></tr>"));
    EXPECT_THAT(print({view}), Not(HasSubstr("<div class=\"unsigned\">")));
    EXPECT_THAT(print({entry_view(1)}), HasSubstr("подпись проверена и верна"));
}

TEST_F(PrintForm, CountsTheVoidAndTheUnsignedApart) {
    EntryView voided = entry_view(2);
    voided.state = "void";
    EntryView open = entry_view(3);
    open.signature = {};

    EXPECT_THAT(print({entry_view(1), voided, open}),
                HasSubstr("Записей в распечатке: 3 (№ 1 – 3), из них недействительных: 1, "
                          "не подписано: 1."));
    EXPECT_THAT(print({entry_view(1)}), HasSubstr("Записей в распечатке: 1 (№ 1 – 1)."));
}

TEST_F(PrintForm, TellsWhoWhenAndWhyOfEveryActThatChangedTheForm) {
    EntryView view = entry_view(1);
    view.versions = 6;
    support::FakeEntries entries({view});
    const auto changed = [](const std::string& act, const std::string& by) {
        store::VersionView made = version(act, "");
        made.by = by;
        made.changes = {{"minutes", "30", "90"}};
        return made;
    };
    store::VersionView resolved = changed("resolved", "Иванов И. И.");
    resolved.reason = "a conflict was resolved";
    store::VersionView narrowed = changed("withdrawn", "Иванов И. И.");
    narrowed.reason = "стал несовершеннолетним";
    store::VersionView classified = version("classified", "тайна");
    classified.changes = {{"disclosure", "full", "partial"}};
    entries.histories["id-1"] = {version("recorded", ""),
                                 changed("pulled", ""),
                                 changed("merged", ""),
                                 resolved,
                                 narrowed,
                                 classified};

    const std::string html = print(entries);

    EXPECT_THAT(html, HasSubstr("Изменено на другом компьютере адвоката (графы 6), получено "
                                "20.11.2026 11:22; причина записана там</div>"));
    EXPECT_THAT(html, HasSubstr("Сведено с изменением на другом компьютере адвоката (графы 6), "
                                "получено 20.11.2026 11:22; причина записана там</div>"));
    EXPECT_THAT(html, HasSubstr("Расхождение решено адвокатом (графы 6) 20.11.2026 11:22, "
                                "<span>Иванов И. И.</span>; причина: запись изменили "
                                "по-разному</div>"));
    EXPECT_THAT(html, HasSubstr("Исправлено (графы 6) 20.11.2026 11:22, <span>Иванов И. И.</span>; "
                                "причина: <span>стал несовершеннолетним</span></div>"));
    EXPECT_THAT(html, Not(HasSubstr("тайна")));
    EXPECT_THAT(html, Not(HasSubstr("a conflict")));
}

TEST_F(PrintForm, TellsThatAConflictIsOpen) {
    EntryView view = entry_view(1);
    EXPECT_THAT(print({view}), Not(HasSubstr("решение адвоката не принято")));
    view.in_conflict = true;
    EXPECT_THAT(print({view}),
                HasSubstr("<div class=\"note\">Запись изменили по-разному: решение адвоката не "
                          "принято</div>"));
}

TEST_F(PrintForm, TellsThatAnEntryWasVoidedOnAnotherComputer) {
    EntryView view = entry_view(1);
    view.state = "void";
    view.versions = 2;
    support::FakeEntries entries({view});
    store::VersionView pulled = version("pulled", "");
    pulled.by.clear();
    pulled.changes = {{"state", "recorded", "void"}};
    entries.histories["id-1"] = {version("recorded", ""), pulled};

    const std::string html = print(entries);

    EXPECT_THAT(html, HasSubstr("Изменено на другом компьютере адвоката: Признано "
                                "недействительным, получено 20.11.2026 11:22; причина записана "
                                "там</div>"));
    EXPECT_EQ(html.find("Признано"), html.rfind("Признано"));
}

TEST_F(PrintForm, EscapesEverythingThatAPersonWrote) {
    const std::string nasty = "<script>&\"'</style>";
    EntryView view = entry_view(1);
    view.essence = view.basis_number = view.basis_issuer = view.late_reason = nasty;
    view.basis_type = view.form = nasty;
    view.late = true;
    view.versions = 2;
    view.signature.signer = view.signature.issuer = nasty;
    job_.book = job_.lawyer = job_.bar_association = nasty;
    view.book = nasty;
    support::FakeEntries entries({view});
    store::VersionView amended = version("amended", nasty);
    amended.by = nasty;
    amended.changes = {{"essence", nasty, nasty}};
    entries.histories["id-1"] = {version("recorded", ""), amended};

    const std::string html = print(entries);

    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_EQ(html.find("</style>"), html.rfind("</style>"));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;&amp;&quot;&#39;&lt;/style&gt;"));
}

TEST_F(PrintForm, IsOneFileThatRunsNothing) {
    const std::string html = print({entry_view(1)});

    EXPECT_THAT(html, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    for (const char* const outside :
         {"<script", "<link", "<img", "url(", "http:", "https:", "@import"})
        EXPECT_THAT(html, Not(HasSubstr(outside)));
    EXPECT_THAT(html, HasSubstr("size:A4 landscape"));
    EXPECT_THAT(html, HasSubstr("thead{display:table-header-group}"));
}

TEST_F(PrintForm, HasBookChainHeadTimeAndPagesInTheFooter) {
    const std::string html = print({entry_view(3), entry_view(4)});

    EXPECT_THAT(html, HasSubstr("@bottom-left{"));
    EXPECT_THAT(html, HasSubstr("content:\"Книга BOOK000001, журнал до записи с отпечатком cafe, "
                                "напечатано 22.11.2026 19:25 +05:00\""));
    EXPECT_THAT(html, HasSubstr("counter(page) \" из \" counter(pages)"));
    EXPECT_THAT(html, HasSubstr("Записей в распечатке: 2 (№ 3 – 4)"));
}

TEST_F(PrintForm, SaysWhenTheRegisterGrewMeanwhile) {
    EXPECT_THAT(print({entry_view(1)}), Not(HasSubstr("Во время печати")));
    job_.chain_head = [asked = 0]() mutable { return std::to_string(++asked); };

    EXPECT_THAT(print({entry_view(1)}),
                HasSubstr("Во время печати в реестр вносились записи, отпечаток теперь 2"));
}

TEST_F(PrintForm, SaysAtItsEndWhatTheLastTimestampCovers) {
    using std::chrono::sys_days;
    store::HeadTimestamp stamp{.at = sys_days(std::chrono::year(2026) / 11 / 28) +
                                     std::chrono::hours(9) + std::chrono::seconds(7),
                               .authority = "НУЦ <РК>",
                               .issuer_checked = true,
                               .sequence = 240,
                               .last_entry = 118,
                               .book = "BOOK000001"};
    job_.timestamp = agent::timestamp_sentences(stamp, std::chrono::hours(5));
    EXPECT_THAT(print({entry_view(1)}),
                HasSubstr(" Метка времени службы «НУЦ &lt;РК&gt;» от 28.11.2026 14:00:07"));
    EXPECT_THAT(print({entry_view(1)}), HasSubstr("по запись № 118 книги BOOK000001 включительно"));
    EXPECT_THAT(print({entry_view(1)}), Not(HasSubstr("не проверено")));

    stamp.last_entry = 0;
    stamp.issuer_checked = false;
    job_.language = store::Language::kk;
    job_.timestamp = agent::timestamp_sentences(stamp, std::chrono::hours(5));
    EXPECT_THAT(print({entry_view(1)}), HasSubstr("журналдың 240-жазбасына"));
    EXPECT_THAT(print({entry_view(1)}), HasSubstr("сенім тексерілмеді."));
}

TEST_F(PrintForm, PrintsThePeriodThatIsAskedFor) {
    EntryView before = entry_view(1);
    before.application_date = "2026-10-31";
    EntryView after = entry_view(3);
    after.application_date = "2026-12-01";
    job_.from = platform::parse_date("2026-11-01");
    job_.to = platform::parse_date("2026-11-30");
    support::FakeEntries entries({before, entry_view(2), after});

    const std::string html = print(entries);

    EXPECT_THAT(html, HasSubstr("за период: 01.11.2026 – 30.11.2026"));
    EXPECT_EQ(printed_, 1U);
    EXPECT_THAT(html, HasSubstr("<th>2</th><td>"));
    EXPECT_EQ(entries.queries.front().month, job_.from);
    EXPECT_EQ(entries.queries.front().book, "BOOK000001");
}

TEST_F(PrintForm, PrintsLocalEntriesAndLeavesOutThoseOfOtherPcs) {
    EntryView local = entry_view(1);
    local.delivery = local.disclosure = "local";
    EntryView other = entry_view(0);
    other.essence = "Чужое";

    const std::string html = print({local, other});

    EXPECT_EQ(printed_, 1U);
    EXPECT_THAT(html, Not(HasSubstr("Чужое")));
}

TEST_F(PrintForm, SaysThatThereIsNothing) {
    EXPECT_THAT(print(std::vector<EntryView>{}), HasSubstr("записей нет"));
    EXPECT_EQ(printed_, 0U);
}

TEST_F(PrintForm, GoesOutInPartsAPageOfEntriesAtATime) {
    std::vector<EntryView> views;
    for (std::uint64_t n = 1; n <= 2 * agent::kDocumentPageEntries + 1; ++n)
        views.push_back(entry_view(n));
    support::FakeEntries entries(std::move(views));

    print(entries);

    EXPECT_EQ(entries.queries.size(), 3U);
    EXPECT_GE(parts_, 5U);
    EXPECT_EQ(printed_, 2 * agent::kDocumentPageEntries + 1);
}

TEST_F(PrintForm, SaysLoudlyThatItCouldNotBeFinished) {
    const std::string end = agent::print_failure(store::Language::kk, std::chrono::hours(5),
                                                 platform::as_it_stands("<damaged>"));

    EXPECT_THAT(end, HasSubstr("АЯҚТАЛМАДЫ"));
    EXPECT_THAT(end, HasSubstr("&lt;damaged&gt;"));
}

TEST(ShownTime, IsCivilAndNamesAnUnusualOffset) {
    EXPECT_EQ(agent::shown_time("2026-11-02", "+05:00"), "02.11.2026");
    EXPECT_EQ(agent::shown_time("2026-11-02T09:15:00+05:00", "+05:00"), "02.11.2026 09:15");
    EXPECT_EQ(agent::shown_time("2024-02-01T09:15:00+06:00", "+05:00"), "01.02.2024 09:15 +06:00");
    EXPECT_EQ(agent::shown_time("2026-11-02T09:15:00Z", "+05:00"), "02.11.2026 09:15 UTC");
    EXPECT_EQ(agent::shown_time("", "+05:00"), "");
    EXPECT_EQ(agent::shown_time("soon", "+05:00"), "soon");
}

}  // namespace
}  // namespace tizilim
