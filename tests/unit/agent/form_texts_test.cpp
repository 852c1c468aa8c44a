#include "agent/texts/form_texts.h"

#include "agent/documents/print_form.h"
#include "store/entry/codes.h"
#include "tests/unit/agent/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using store::Language;
using testing::HasSubstr;

/// The annex to the Order of the Minister of Justice No. 1465 of 28 September 2018, word for word.
struct Official {
    Language language;
    std::string title;
    std::vector<std::string> captions;
    std::vector<std::string> columns;
};

// NOLINTBEGIN(bugprone-suspicious-missing-comma): texts longer than a line
const Official& russian() {
    static const Official official{
        Language::ru,
        "Реестр учета гарантированной государством юридической помощи, адвокатами, "
        "предоставляющими такую помощь",
        {"(наименование коллегии адвокатов)",
         "(фамилия, имя, отчество (при его наличии) адвоката)"},
        {"№ п/п",
         "дата обращения лица, обратившегося за гарантированной государством юридической помощью",
         "наименование и реквизиты документа, являющегося основанием для оказания гарантированной "
         "государством юридической помощи",
         "суть правового вопроса",
         "форма оказанной гарантированной государством юридической помощи (защита и "
         "представительство интересов физических лиц в судах, органах уголовного преследования, "
         "иных государственных органах и негосударственных организациях)",
         "продолжительность времени занятости адвоката в связи с оказанием гарантированной "
         "государством юридической помощи",
         "подпись адвоката в случае заполнения реестра на бумажном носителе, либо сведения об ЭЦП "
         "адвоката в случае заполнения реестра в электронной форме"}};
    return official;
}

const Official& kazakh() {
    static const Official official{
        Language::kk,
        "Адвокаттармен көрсетілетін мемлекет кепілдік берген заң көмегін есепке алуды жүргізу "
        "тізілімі",
        {"(адвокаттар алқасының атауы)",
         "(адвокаттың тегі, аты, әкесінің аты (ол бар болған жағдайда))"},
        {"№ р/п", "тұлғаның мемлекет кепілдік берген заң көмегіне жүгінген күні",
         "мемлекет кепілдік берген заң көмегін алу үшін негіз болып табылатын құжаттың атауы мен "
         "деректемелері",
         "құқықтық мәселенің мәні",
         "көрсетілген мемлекет кепілдік берген заң көмегінің нысаны (соттарда, қылмыстық қудалау "
         "органдарында, өзге де мемлекеттік органдар мен мемлекеттік емес ұйымдарда жеке "
         "тұлғалардың мүдделерін қорғау және білдіру)",
         "мемлекет кепілдік берген заң көмегін көрсетуге байланысты адвокаттың жұмыс жасау "
         "уақытының ұзақтығы",
         "тізілім қағаз жеткізгіште толтырылған жағдайда адвокаттың қолы, немесе тізілім "
         "электронды жеткізгіште толтырылған жағдайда адвокаттың ЭЦҚ туралы мәліметі"}};
    return official;
}
// NOLINTEND(bugprone-suspicious-missing-comma)

class FormTexts : public testing::TestWithParam<const Official*> {};

/// The text between the tags of each cell of the table's head.
std::vector<std::string> head_cells(const std::string& html) {
    std::vector<std::string> cells;
    const std::string open = "<th scope=\"col\">";
    for (std::size_t at = html.find(open); at != std::string::npos; at = html.find(open, at)) {
        at += open.size();
        cells.push_back(html.substr(at, html.find("</th>", at) - at));
    }
    return cells;
}

TEST_P(FormTexts, ArePrintedInTheOfficialWording) {
    support::FakeEntries entries({support::entry_view(1)});
    agent::PrintJob job;
    job.language = GetParam()->language;
    job.chain_head = [] { return std::string(64, 'a'); };
    std::string html;
    agent::print_form(job, entries.source(), [&](std::string_view part) { html += part; });

    EXPECT_THAT(html, HasSubstr("<h1>" + GetParam()->title + "</h1>"));
    for (const std::string& caption : GetParam()->captions)
        EXPECT_THAT(html, HasSubstr(">" + caption + "<"));
    EXPECT_EQ(head_cells(html), GetParam()->columns);
    EXPECT_THAT(html, HasSubstr("<th>1</th><th>2</th><th>3</th><th>4</th><th>5</th><th>6</th>"
                                "<th>7</th>"));
}

INSTANTIATE_TEST_SUITE_P(Languages, FormTexts, testing::Values(&kazakh(), &russian()),
                         [](const auto& language) {
                             return std::string(store::code_of(language.param->language));
                         });

TEST(FormTextsOfCodes, AreThereForEveryCodeInBothLanguagesAndDiffer) {
    std::set<std::string_view> texts;
    std::size_t codes = 0;
    for (const Language language : {Language::kk, Language::ru}) {
        for (const store::BasisType basis : store::all_basis_types()) {
            texts.insert(agent::basis_text(basis, language));
            ++codes;
        }
        for (const store::Form form : store::all_forms()) {
            texts.insert(agent::assistance_text(form, language));
            ++codes;
        }
    }

    EXPECT_EQ(texts.size(), codes);
    EXPECT_FALSE(texts.contains(""));
}

}  // namespace
}  // namespace tizilim
