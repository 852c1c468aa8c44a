#include "agent/documents/field_json.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tizilim {
namespace {

using agent::UserLanguage;
using agent::Words;

const std::vector<UserLanguage> kLanguages{UserLanguage::kk, UserLanguage::ru, UserLanguage::en};

void expect_words(const std::string& code) {
    for (const UserLanguage language : kLanguages)
        EXPECT_NE(Words(language, platform::UtcOffset{0})(code), code);
}

TEST(FieldWords, EachFieldHasANameAndAMeaning) {
    for (const store::EntryField& field : store::entry_fields()) {
        expect_words("field." + std::string(field.name));
        expect_words("field_help." + std::string(field.name));
    }
}

TEST(FieldWords, EachCodeOfTheFormIsInWords) {
    for (const store::Form form : store::all_forms())
        expect_words("form." + std::string(store::code_of(form)));
    for (const store::BasisType basis : store::all_basis_types())
        expect_words("basis." + std::string(store::code_of(basis)));
}

TEST(FieldWords, SayWhatAnErrorIsAbout) {
    const Words russian(UserLanguage::ru, platform::UtcOffset{0});

    EXPECT_EQ(russian(agent::field_name("minutes")), "minutes");
    EXPECT_EQ(russian(agent::field_name("row")), "строка");
    EXPECT_EQ(russian(agent::field_name("column 7")), "столбец 7");
    EXPECT_EQ(russian(agent::field_name("salary")), "salary");
}

}  // namespace
}  // namespace tizilim
