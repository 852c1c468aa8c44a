#include "agent/input/written.h"

#include "agent/input/codes.h"
#include "store/entry/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

/// A Saturday.
const WrittenOn kToday = platform::CivilDate(year(2026), month(11), day(28));

/// What was written, and what it means; empty: it is refused.
struct Case {
    std::string_view written;
    std::string_view meant;
};

std::string shown(const Written& written) {
    return written ? *written : std::string();
}

TEST(Written, Days) {
    constexpr Case kCases[] = {
        {"2025-11-03", "2025-11-03"},
        {"03.11.2025", "2025-11-03"},
        {"3.11.2025", "2025-11-03"},
        {"3.11.25", "2025-11-03"},
        {" 3.11 ", "2026-11-03"},
        {"28.11", "2026-11-28"},
        {"29.11", "2025-11-29"},
        {"31.12", "2025-12-31"},
        {"29.02", "2024-02-29"},
        {"28", "2026-11-28"},
        {"29", "2026-10-29"},
        {"31", "2026-10-31"},
        {"today", "2026-11-28"},
        {"Сегодня", "2026-11-28"},
        {"бүгін", "2026-11-28"},
        {"БҮГІН", "2026-11-28"},
        {"вчера", "2026-11-27"},
        {"кеше", "2026-11-27"},
        {"-1", "2026-11-27"},
        {"-28", "2026-10-31"},
        {"3 ноября 2025", "2025-11-03"},
        {"3 қараша", "2026-11-03"},
        {"3 November 2025", "2025-11-03"},
        {"30.02.2025", ""},
        {"2025-13-01", ""},
        {"3.13", ""},
        {"0", ""},
        {"32", ""},
        {"-400", ""},
        {"2025", ""},
        {"11/03/2025", ""},
        {"завтра", ""},
        {"3 сентябрю", ""},
        {"99999999999.1.2025", ""},
        {"", ""},
    };
    for (const Case& c : kCases)
        EXPECT_EQ(shown(date_written(c.written, kToday)), c.meant) << c.written;
}

TEST(Written, DaysOfAFileDoNotCountFromToday) {
    EXPECT_EQ(shown(date_written("03.11.2025", {})), "2025-11-03");
    for (const char* const text : {"3.11", "28", "-1", "today", "3 қараша"}) {
        const Written written = date_written(text, {});
        ASSERT_FALSE(written) << text;
        EXPECT_EQ(written.error().code, "input.date_in_file") << text;
    }
}

TEST(Written, Time) {
    constexpr Case kCases[] = {
        {"90", "90"},
        {"0090", "90"},
        {"1:30", "90"},
        {"10:05", "605"},
        {"1ч30", "90"},
        {"1 ч 30", "90"},
        {"1 ч. 30 мин.", "90"},
        {"1ч", "60"},
        {"30 мин", "30"},
        {"1 сағ 30", "90"},
        {"1 сағат 30 минут", "90"},
        {"1 САҒ", "60"},
        {"1,5ч", "90"},
        {"1.5h", "90"},
        {"0,25 сағ", "15"},
        {"1h 05min", "65"},
        {"полчаса", "30"},
        {"час", "60"},
        {"2 часа", "120"},
        {"1:5", ""},
        {"1:60", ""},
        {"1ч60", ""},
        {"1,5", ""},
        {"1.30", ""},
        {"1,33ч", ""},
        {"1 30", ""},
        {"30 мин 1 ч", ""},
        {"5 дней", ""},
        {"-5", ""},
        {"полтора", ""},
        {"1,5 мин", ""},
        {"", ""},
    };
    for (const Case& c : kCases) EXPECT_EQ(shown(minutes_written(c.written)), c.meant) << c.written;
    EXPECT_EQ(minutes_written("1,5").error().code, "input.decimal_needs_unit");
    EXPECT_EQ(minutes_written("1,33ч").error().code, "input.part_of_a_minute");
}

TEST(Written, Months) {
    constexpr Case kCases[] = {
        {"2026-11", "2026-11"},
        {"11.2026", "2026-11"},
        {"ноябрь", "2026-11"},
        {"декабрь", "2025-12"},
        {"11", "2026-11"},
        {"12", "2025-12"},
        {"қараша 2026", "2026-11"},
        {"2026 қараша", "2026-11"},
        {"November 2026", "2026-11"},
        {"2026-13", ""},
        {"0", ""},
        {"13", ""},
        {"ноябрь 26", ""},
        {"", ""},
    };
    for (const Case& c : kCases)
        EXPECT_EQ(shown(month_written(c.written, kToday)), c.meant) << c.written;
}

TEST(Written, BasesAndForms) {
    constexpr Case kBases[] = {
        {"court_resolution", "court_resolution"},
        {"1", "investigator_resolution"},
        {"9", "victim_representative_resolution"},
        {"постановление следователя", "investigator_resolution"},
        {"следователь", "investigator_resolution"},
        {"пост дознавателя", "inquirer_resolution"},
        {"заявление", "application"},
        {"тергеушінің қаулысы", "investigator_resolution"},
        {"victim", "victim_representative_resolution"},
        {"0", ""},
        {"10", ""},
        {"прокурор", ""},
    };
    for (const Case& c : kBases) EXPECT_EQ(shown(basis_written(c.written)), c.meant) << c.written;
    constexpr Case kForms[] = {
        {"court", "court"},
        {"2", "criminal_prosecution_bodies"},
        {"в судах", "court"},
        {"соттарда", "court"},
        {"уголовного преследования", "criminal_prosecution_bodies"},
        {"правовое информирование", "legal_information"},
        {"құқықтық ақпарат", "legal_information"},
        {"7", ""},
    };
    for (const Case& c : kForms) EXPECT_EQ(shown(form_written(c.written)), c.meant) << c.written;
}

TEST(Written, EachCodeIsReadByItsNumberAndItsWords) {
    int fields = 0;
    for (const store::EntryField& field : store::entry_fields()) {
        const auto codes = codes_of(field);
        if (!codes.empty()) ++fields;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const auto read = [&](std::string_view text) {
                return shown(field_written(field, text, kToday));
            };
            EXPECT_EQ(read(codes[i].code), codes[i].code);
            EXPECT_EQ(read(std::to_string(i + 1)), codes[i].code);
            for (const std::string& words : codes[i].texts)
                EXPECT_EQ(read(words), codes[i].code) << words;
        }
        if (!codes.empty()) {
            EXPECT_FALSE(field_written(field, std::to_string(codes.size() + 1), kToday));
        }
    }
    EXPECT_EQ(fields, 4);
}

TEST(Written, ClassesAndLanguages) {
    EXPECT_EQ(shown(class_written("2")), "partial");
    EXPECT_EQ(shown(class_written("полностью")), "full");
    EXPECT_EQ(shown(class_written("берілмейді")), "local");
    EXPECT_EQ(class_written("передаётся").error().code, "input.class_several");
    EXPECT_EQ(class_written("withdrawn").error().code, "input.class_unknown");
    EXPECT_EQ(shown(new_class_written("withdrawn")), "withdrawn");
    EXPECT_EQ(shown(new_class_written("отозвана")), "withdrawn");
    EXPECT_EQ(shown(new_class_written("2")), "partial");
    EXPECT_EQ(new_class_written("4").error().code, "input.class_unknown");
    EXPECT_EQ(shown(language_written("қазақша")), "kk");
    EXPECT_EQ(shown(language_written("Russian")), "ru");
    EXPECT_EQ(language_written("en").error().code, "input.language_unknown");
}

TEST(Written, NamesAllThatAWordMayMean) {
    const Written written = basis_written("сот");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, "input.basis_several");
    ASSERT_NE(written.error().values.front().value.array(), nullptr);
    EXPECT_GE(written.error().values.front().value.array()->size(), 2U);
}

TEST(Written, NamesTheCodeThatATypingErrorMeant) {
    constexpr Case kBases[] = {
        {"investigator_resolutoin", "investigator_resolution"},
        {"следоватиль", "investigator_resolution"},
        {"постоновление дознователя", "inquirer_resolution"},
        {"тергиушінің қаулысы", "investigator_resolution"},
        {"заевление", "application"},
    };
    for (const Case& c : kBases) {
        const Written written = basis_written(c.written);
        ASSERT_FALSE(written) << c.written;
        EXPECT_EQ(written.error().code, "input.basis_nearest") << c.written;
        EXPECT_EQ(*written.error().values.front().value.string(), c.meant) << c.written;
    }
    const Written form = form_written("cuort");
    ASSERT_FALSE(form);
    EXPECT_EQ(form.error().code, "input.form_nearest");
    EXPECT_EQ(basis_written("қаулыы").error().code, "input.basis_several");
    EXPECT_EQ(basis_written("прокурор").error().code, "input.basis_unknown");
    EXPECT_EQ(basis_written("").error().code, "input.basis_unknown");
}

TEST(Written, EntrySaysWhatWasUnderstoodAndWhatWasNot) {
    store::EntryTexts texts;
    texts.application_date = "-1";
    texts.minutes = "1:30";
    texts.basis_type = "1";
    texts.form = "court";
    texts.minor = "иә";
    texts.basis_date = "завтра";
    texts.essence = "1:30";
    const WrittenEntry read = read_written(texts, kToday);
    EXPECT_EQ(texts.application_date, "2026-11-27");
    EXPECT_EQ(texts.minutes, "90");
    EXPECT_EQ(texts.minor, "yes");
    EXPECT_EQ(texts.essence, "1:30");
    EXPECT_EQ(texts.basis_date, "завтра");
    EXPECT_EQ(read.understood.size(), 4U);
    ASSERT_EQ(read.problems.size(), 1U);
    EXPECT_EQ(read.problems.front().field, "basis_date");
}

}  // namespace
}  // namespace tizilim::agent
