#include "agent/documents/xlsx/headings.h"

#include "agent/documents/csv/columns.h"
#include "agent/documents/xlsx/cell_text.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/documents/xlsx/workbook.h"
#include "agent/texts/words.h"
#include "platform/expected.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/fields.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

/// Fewer that are known are no heading: a title may have the words of one column.
constexpr std::size_t kKnownMin = 3;

/// Words of a column of the official form that no other one has.
struct OfficialWords {
    std::string_view words;
    std::string_view name;
};
constexpr auto kOfficial = std::to_array<OfficialWords>({
    {"№ п/п", "number"},
    {"№ р/п", "number"},
    {"дата обращения", "application_date"},
    {"жүгінген күні", "application_date"},
    {"реквизиты документа", kBasisColumn},
    {"деректемелері", kBasisColumn},
    {"суть правового", "essence"},
    {"мәселенің мәні", "essence"},
    {"форма оказанной", "form"},
    {"көмегінің нысаны", "form"},
    {"продолжительность времени", "minutes"},
    {"уақытының ұзақтығы", "minutes"},
    {"подпись адвоката", "signature_status"},
    {"адвокаттың қолы", "signature_status"},
});

/// In one case, with one space between words.
std::string folded(std::string_view text) {
    std::string plain;
    for (const char c : platform::fold_for_search(platform::trimmed_text(text))) {
        const bool is_space = std::string_view(" \t\r\n").find(c) != std::string_view::npos;
        if (!is_space) {
            plain += c;
        } else if (!plain.empty() && plain.back() != ' ') {
            plain += ' ';
        }
    }
    return plain;
}

/// What headings mean, in one case.
class KnownHeadings {
public:
    KnownHeadings() {
        for (const store::EntryField& field : store::entry_fields()) add(field.name);
        for (const std::string_view name : informational_columns()) add(name);
        add("id");
        add("pulled");
    }

    [[nodiscard]] std::string name_of(std::string_view heading) const {
        const std::string text = folded(heading);
        const auto exact = names_.find(text);
        if (exact != names_.end()) return exact->second;
        for (const OfficialWords& official : kOfficial)
            if (text.find(folded(official.words)) != std::string::npos)
                return std::string(official.name);
        return {};
    }

private:
    void add(std::string_view name) {
        names_.emplace(folded(name), name);
        for (const UserLanguage language : {UserLanguage::kk, UserLanguage::ru, UserLanguage::en})
            names_.emplace(folded(Words(language, {})("field." + std::string(name))), name);
    }
    std::map<std::string, std::string, std::less<>> names_;
};

using Texts = std::map<std::uint32_t, std::string>;

Texts texts_of(const Sheet& sheet, const SheetRow& row) {
    Texts texts;
    for (const Cell& cell : row.cells) {
        const std::string text = platform::trimmed_text(heading_text(sheet, cell));
        if (!text.empty()) texts.emplace(cell.column, text);
    }
    return texts;
}

Texts joined(Texts above, const Texts& below) {
    for (const auto& [column, text] : below) {
        std::string& whole = above[column];
        if (!whole.empty()) whole += ' ';
        whole += text;
    }
    return above;
}

using Names = std::map<std::uint32_t, std::string>;

Names names_of(const KnownHeadings& known, const Texts& texts) {
    Names names;
    for (const auto& [column, text] : texts)
        if (std::string name = known.name_of(text); !name.empty())
            names.emplace(column, std::move(name));
    return names;
}

/// "1", "2", "3" below the columns.
bool counts_columns(const Texts& texts) {
    std::size_t next = 1;
    for (const auto& [column, text] : texts)
        if (text != std::to_string(next++)) return false;
    return texts.size() >= kKnownMin;
}

store::RowProblem problem_at(std::uint64_t line, platform::Message message) {
    return {line, {"row", std::move(message)}};
}

}  // namespace

platform::Expected<Headings, store::RowProblem> headings_of(const Sheet& sheet) {
    const KnownHeadings known;
    const std::vector<SheetRow>& rows = sheet.rows;
    const auto texts = [&](std::size_t i) {
        return i < rows.size() ? texts_of(sheet, rows[i]) : Texts();
    };
    std::size_t first = 0;
    Headings headings;
    Texts said;
    for (; first < std::min(rows.size(), kRowsAboveMax); ++first) {
        said = texts(first);
        headings.names = names_of(known, said);
        headings.rows = first + 1;
        if (headings.names.size() >= kKnownMin) break;
        // A heading of two rows, of which neither says enough.
        const Texts two = joined(said, texts(first + 1));
        headings.names = names_of(known, two);
        headings.rows = first + 2;
        if (headings.names.size() >= kKnownMin &&
            names_of(known, texts(first + 1)).size() < kKnownMin) {
            said = two;
            break;
        }
        headings.names.clear();
    }
    if (headings.names.empty())
        return platform::Unexpected{problem_at(
            1, {"import.xlsx_no_heading",
                {{"sheet", sheet.name}, {"columns", store::field_names(store::GivenBy::file)}}})};
    headings.line = rows[first].number;
    // The same in the other language; what the first left out stands there.
    for (Names more = names_of(known, texts(headings.rows)); more.size() >= kKnownMin;
         more = names_of(known, texts(headings.rows))) {
        said = joined(std::move(said), texts(headings.rows++));
        headings.names.merge(more);
    }
    if (counts_columns(texts(headings.rows))) ++headings.rows;
    for (const auto& [column, text] : said)
        if (!headings.names.contains(column))
            return platform::Unexpected{problem_at(
                headings.line, {"import.xlsx_heading_unknown",
                                {{"cell", cell_name(column, headings.line)},
                                 {"columns", store::field_names(store::GivenBy::file)}}})};
    headings.official = std::ranges::any_of(
        headings.names, [](const auto& named) { return named.second == kBasisColumn; });
    return headings;
}

}  // namespace tizilim::agent
