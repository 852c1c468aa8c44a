#include "agent/admin/lawyers.h"

#include "tests/unit/admin/admin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tizilim::admin {
namespace {

using ::testing::HasSubstr;

TEST_F(AdminTest, NamesEachBadLineAndMakesNothing) {
    const Said said = provision(
        "lawyer,iin,database,user,language\n"
        "One,800101300001,,,ru\n"
        "Two,800101300001,,,ru\n"
        ",800101300003,,,ru\n"
        "Four,12,,,ru\n"
        "Five,,,,ru\n"
        "Six,800101300006,,\"o'hara\",ru\n"
        "Seven,800101300007,,,en\n"
        "Eight\n"
        "\"Nine\n");

    EXPECT_EQ(said.code, 1);
    for (const std::string line :
         {"line 3: the same iin as in line 2", "line 4: the lawyer's name is needed",
          "line 5: an IIN is 12 digits", "line 6: an IIN or the name of a database is needed",
          "line 7: “o'hara” is no name", "line 8: the language is kk or ru",
          "line 9: the fields in this line: 1; the columns: 5",
          "line 10: a quotation mark is not closed", "Nothing was made."})
        EXPECT_THAT(said.err, HasSubstr(line));
    EXPECT_EQ(transport_.counters().requests, 0U);
}

TEST_F(AdminTest, NamesAColumnThatItDoesNotKnow) {
    const Said said = provision("lawyer,telephone,lawyer\nOne,2,Three\n");

    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("line 1: no column is called “telephone”"));
    EXPECT_THAT(said.err, HasSubstr("line 1: the column lawyer is there twice"));
}

TEST(Lawyers, AreReadAsSpreadsheetsWriteThem) {
    const auto read = read_lawyers(
        "\xEF\xBB\xBFiin;lawyer\r\n800101300001;\" Смит; Джон \"\r\n\r\n800101300002;\"А "
        "\"\"Б\"\"\"");

    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].name, "Смит; Джон");
    EXPECT_EQ((*read)[0].iin, "800101300001");
    EXPECT_EQ((*read)[1].name, "А \"Б\"");
}

TEST(Lawyers, AreNoneInAnEmptyFileOrAnother) {
    for (const std::string bytes : {"", "lawyer,iin\n", "\xff\xfe\x00", "PK\x03\x04 workbook"})
        EXPECT_FALSE(read_lawyers(bytes)) << bytes;
}

}  // namespace
}  // namespace tizilim::admin
