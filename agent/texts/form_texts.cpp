#include "agent/texts/form_texts.h"

#include "platform/check.h"
#include "store/entry/codes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace tizilim::agent {
namespace {

using store::BasisType;
using store::Form;
using store::Language;

constexpr NoteTexts kRussianNotes{
    .late = "Внесено позже дня обращения",
    .reason = "причина",
    .clock_in_doubt = "время записи под сомнением: показания часов компьютера",
    .amended = "Исправлено",
    .amended_columns = "графы",
    .voided = "Признано недействительным",
    .resolved = "Расхождение решено адвокатом",
    .changed_differently = "запись изменили по-разному",
    .merged = "Сведено с изменением на другом компьютере адвоката",
    .pulled = "Изменено на другом компьютере адвоката",
    .received = "получено",
    .reason_elsewhere = "причина записана там",
    .in_conflict = "Запись изменили по-разному: решение адвоката не принято",
    .earlier_signature = "Прежняя редакция была подписана ЭЦП",
};

constexpr FormTexts kRussian{
    .code = "ru",
    .title =
        "Реестр учета гарантированной государством юридической помощи, адвокатами, "
        "предоставляющими такую помощь",
    .association_caption = "(наименование коллегии адвокатов)",
    .lawyer_caption = "(фамилия, имя, отчество (при его наличии) адвоката)",
    .columns =
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
         "адвоката в случае заполнения реестра в электронной форме"},
    .period = "за период",
    .hours = "ч",
    .minutes = "мин",
    .dated = " от ",
    .notes = kRussianNotes,
    .not_signed = "не подписано",
    .eds = "ЭЦП",
    .iin = "ИИН",
    .issuer = "издатель",
    .issuer_not_checked = "издатель не проверен",
    .serial = "сертификат №",
    .valid = "действителен",
    .algorithm = "алгоритм",
    .signed_at = "подписано",
    .verified = "подпись проверена и верна",
    .parsed_not_verified = "подпись прочитана, но не проверена",
    .not_valid = "подпись не опознана",
    .no_entries = "записей нет",
    .entries = "Записей в распечатке",
    .of_them_void = "из них недействительных",
    .of_them_unsigned = "не подписано",
    .book = "Книга",
    .chain_head = "журнал до записи с отпечатком",
    .chain_head_after = "Во время печати в реестр вносились записи, отпечаток теперь",
    .printed = "напечатано",
    .page = "стр. ",
    .page_of_total = " из ",
    .failed = "РАСПЕЧАТКА НЕ ОКОНЧЕНА И НЕДЕЙСТВИТЕЛЬНА",
};

constexpr NoteTexts kKazakhNotes{
    .late = "Жүгінген күннен кейін енгізілді",
    .reason = "себебі",
    .clock_in_doubt = "жазба уақыты күмәнді: компьютер сағатының көрсеткіші",
    .amended = "Түзетілді",
    .amended_columns = "бағандар",
    .voided = "Жарамсыз деп танылды",
    .resolved = "Қайшылықты адвокат шешті",
    .changed_differently = "жазба әртүрлі өзгертілген",
    .merged = "Адвокаттың басқа компьютеріндегі өзгеріспен біріктірілді",
    .pulled = "Адвокаттың басқа компьютерінде өзгертілді",
    .received = "алынды",
    .reason_elsewhere = "себебі сол жерде жазылған",
    .in_conflict = "Жазба әртүрлі өзгертілген: адвокаттың шешімі қабылданбаған",
    .earlier_signature = "Бұрынғы редакцияға ЭЦҚ қойылған",
};

constexpr FormTexts kKazakh{
    .code = "kk",
    .title =
        "Адвокаттармен көрсетілетін мемлекет кепілдік берген заң көмегін есепке алуды жүргізу "
        "тізілімі",
    .association_caption = "(адвокаттар алқасының атауы)",
    .lawyer_caption = "(адвокаттың тегі, аты, әкесінің аты (ол бар болған жағдайда))",
    .columns =
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
         "электронды жеткізгіште толтырылған жағдайда адвокаттың ЭЦҚ туралы мәліметі"},
    .period = "кезең",
    .hours = "сағ",
    .minutes = "мин",
    .dated = ", ",
    .notes = kKazakhNotes,
    .not_signed = "қол қойылмаған",
    .eds = "ЭЦҚ",
    .iin = "ЖСН",
    .issuer = "шығарушы",
    .issuer_not_checked = "шығарушы тексерілмеген",
    .serial = "сертификат №",
    .valid = "қолданылу мерзімі",
    .algorithm = "алгоритм",
    .signed_at = "қол қойылды",
    .verified = "қолтаңба тексерілді, дұрыс",
    .parsed_not_verified = "қолтаңба оқылды, бірақ тексерілмеді",
    .not_valid = "қолтаңба танылмады",
    .no_entries = "жазбалар жоқ",
    .entries = "Басып шығарылған жазбалар саны",
    .of_them_void = "оның ішінде жарамсыз",
    .of_them_unsigned = "қол қойылмаған",
    .book = "Кітап",
    .chain_head = "журнал мына таңбалы жазбаға дейін",
    .chain_head_after = "Басып шығару кезінде тізілімге жазба енгізілді, таңба енді",
    .printed = "басып шығарылды",
    .page = "",
    .page_of_total = "-бет, барлығы ",
    .failed = "БАСЫП ШЫҒАРУ АЯҚТАЛМАДЫ, ЖАРАМСЫЗ",
};

template <class Code>
struct Wording {
    Code code;
    std::string_view kk;
    std::string_view ru;
};

constexpr auto kBases = std::to_array<Wording<BasisType>>({
    {BasisType::investigator_resolution, "тергеушінің қаулысы", "постановление следователя"},
    {BasisType::inquirer_resolution, "анықтаушының қаулысы", "постановление дознавателя"},
    {BasisType::investigating_judge_resolution, "тергеу судьясының қаулысы",
     "постановление следственного судьи"},
    {BasisType::court_resolution, "соттың қаулысы", "постановление суда"},
    {BasisType::court_ruling_civil, "азаматтық іс бойынша соттың ұйғарымы",
     "определение суда по гражданскому делу"},
    {BasisType::administrative_offence_resolution,
     "әкімшілік құқық бұзушылық туралы іс бойынша қаулы",
     "постановление по делу об административном правонарушении"},
    {BasisType::administrative_court_act, "әкімшілік іс бойынша сот актісі",
     "судебный акт по административному делу"},
    {BasisType::application, "тұлғаның өтініші", "заявление лица"},
    {BasisType::victim_representative_resolution, "жәбірленушінің өкілін тағайындау туралы қаулы",
     "постановление о назначении представителя потерпевшего"},
});

constexpr auto kForms = std::to_array<Wording<Form>>({
    {Form::court, "соттарда жеке тұлғалардың мүдделерін қорғау және білдіру",
     "защита и представительство интересов физических лиц в судах"},
    {Form::criminal_prosecution_bodies,
     "қылмыстық қудалау органдарында жеке тұлғалардың мүдделерін қорғау және білдіру",
     "защита и представительство интересов физических лиц в органах уголовного преследования"},
    {Form::other_state_bodies,
     "өзге де мемлекеттік органдарда жеке тұлғалардың мүдделерін қорғау және білдіру",
     "защита и представительство интересов физических лиц в иных государственных органах"},
    {Form::non_state_organisations,
     "мемлекеттік емес ұйымдарда жеке тұлғалардың мүдделерін қорғау және білдіру",
     "защита и представительство интересов физических лиц в негосударственных организациях"},
    {Form::legal_information, "құқықтық ақпарат беру", "правовое информирование"},
    {Form::other_legal_acts, "құқықтық сипаттағы өзге де әрекеттер",
     "иные действия правового характера"},
});

template <class Code, std::size_t N>
std::string_view wording_of(const std::array<Wording<Code>, N>& wordings, Code code,
                            Language language) {
    const auto* const found =
        std::find_if(wordings.begin(), wordings.end(),
                     [&](const Wording<Code>& wording) { return wording.code == code; });
    CHECK(found != wordings.end());
    return language == Language::kk ? found->kk : found->ru;
}

}  // namespace

const FormTexts& form_texts(Language language) {
    return language == Language::kk ? kKazakh : kRussian;
}

std::string_view basis_text(BasisType basis, Language language) {
    return wording_of(kBases, basis, language);
}

std::string_view assistance_text(Form form, Language language) {
    return wording_of(kForms, form, language);
}

}  // namespace tizilim::agent
