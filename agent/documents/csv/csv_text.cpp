#include "agent/documents/csv/csv_text.h"

#include "platform/expected.h"
#include "platform/text/message.h"
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
using platform::Message;

Message what_it_is(const platform::TextFault& fault) {
    switch (fault.kind) {
        case ByteKind::cut_utf16:
            return {"import.utf16_damaged"};
        case ByteKind::unmarked_utf16:
            return {"import.utf16_unmarked"};
        case ByteKind::windows_1251:
            return {"import.windows_1251", {{"at", fault.at}}};
        case ByteKind::excel:
            return {"import.excel"};
        case ByteKind::old_excel:
            return {"import.old_excel"};
        case ByteKind::open_document:
            return {"import.open_document"};
        case ByteKind::numbers:
            return {"import.numbers"};
        case ByteKind::archive:
            return {"import.archive"};
        case ByteKind::pdf:
            return {"import.pdf"};
        case ByteKind::unknown:
            break;
    }
    return {"import.no_utf8", {{"at", fault.at}}};
}

}  // namespace

platform::Expected<std::string, store::RowProblem> utf8_text(std::string_view bytes) {
    auto text = platform::read_text(std::string(bytes));
    if (text) {
        const std::size_t first = text->find_first_not_of(" \t\r\n");
        if (first == std::string::npos || (*text)[first] != '<') return *std::move(text);
        return platform::Unexpected{store::RowProblem{1, {"file", {"import.web_page"}}}};
    }
    const platform::TextFault& fault = text.error();
    const auto line = std::count(bytes.begin(), bytes.begin() + static_cast<long>(fault.at), '\n');
    return platform::Unexpected{
        store::RowProblem{static_cast<std::uint64_t>(line) + 1, {"file", what_it_is(fault)}}};
}

}  // namespace tizilim::agent
