#include "agent/documents/csv/csv_text.h"

#include "platform/expected.h"
#include "platform/text/text_input.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::ByteKind;

constexpr std::string_view kSaveSheet =
    ": open it, and save the sheet with the register as \"CSV UTF-8\"";

std::string what_it_is(const platform::TextFault& fault) {
    const std::string no_utf8 = "is no UTF-8 text at byte " + std::to_string(fault.at);
    switch (fault.kind) {
        case ByteKind::cut_utf16:
            return "begins as UTF-16 but is cut off or damaged; save it as \"CSV UTF-8\"";
        case ByteKind::unmarked_utf16:
            return "is UTF-16 without a byte order mark; save it again as \"CSV UTF-8\"";
        case ByteKind::windows_1251:
            return no_utf8 + " (a Windows-1251 file, perhaps); save it again as \"CSV UTF-8\"";
        case ByteKind::excel:
            return "is an Excel workbook (.xlsx)" + std::string(kSaveSheet);
        case ByteKind::old_excel:
            return "is an Excel workbook (.xls, or one with a password)" + std::string(kSaveSheet);
        case ByteKind::open_document:
            return "is an OpenDocument spreadsheet (.ods)" + std::string(kSaveSheet);
        case ByteKind::numbers:
            return "is a Numbers spreadsheet: open it, and export the sheet with the register as "
                   "CSV, in UTF-8";
        case ByteKind::archive:
            return "is a ZIP archive; take the register out of it first, as \"CSV UTF-8\"";
        case ByteKind::pdf:
            return "is a PDF, which can't be read; save the register as \"CSV UTF-8\" where it "
                   "was made";
        case ByteKind::unknown:
            break;
    }
    return no_utf8 + "; save it again as \"CSV UTF-8\"";
}

}  // namespace

platform::Expected<std::string, store::RowProblem> utf8_text(std::string_view bytes) {
    auto text = platform::read_text(std::string(bytes));
    if (text) {
        const std::size_t first = text->find_first_not_of(" \t\r\n");
        if (first == std::string::npos || (*text)[first] != '<') return *std::move(text);
        return platform::Unexpected{store::RowProblem{
            1,
            {"file", "is a web page or XML (a .fods, or HTML that is called .xls)" +
                         std::string(kSaveSheet)}}};
    }
    const platform::TextFault& fault = text.error();
    const auto line = std::count(bytes.begin(), bytes.begin() + static_cast<long>(fault.at), '\n');
    return platform::Unexpected{
        store::RowProblem{static_cast<std::uint64_t>(line) + 1, {"file", what_it_is(fault)}}};
}

}  // namespace tizilim::agent
