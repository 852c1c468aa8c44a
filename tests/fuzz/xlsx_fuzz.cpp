#include "agent/documents/xlsx/xlsx.h"
#include "platform/check.h"
#include "store/entry/disclosure.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"
#include "tests/support/xlsx_file.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace agent = tizilim::agent;
namespace store = tizilim::store;
namespace support = tizilim::support;

namespace {

/// A broken workbook is refused with a row; what is read is checked like any other entry.
void read(std::string_view bytes) {
    agent::XlsxRows rows(bytes, {});
    const store::DisclosurePolicy policy;
    const auto today = std::chrono::year(2026) / 11 / 2;
    for (auto row = rows.next(); row; row = rows.next()) {
        if (*row) {
            const auto draft =
                store::check((*row)->input, {today, store::Language::ru, true, policy});
            CHECK(draft.has_value() || !draft.error().empty());
        } else {
            CHECK(row->error().line > 0 && !row->error().error.message.code.empty());
        }
    }
    CHECK(rows.lines_left() == 0);
}

}  // namespace

/// As an archive; and as each part of one, which no mutation would get past its checksum.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view given(static_cast<const char*>(static_cast<const void*>(bytes)), size);
    read(given);
    if (given.empty()) return 0;
    auto parts = support::xlsx_parts({support::SheetXml{
        .name = "1", .xml = "<sheetData><row><c><v>1</v></c></row></sheetData>"}});
    parts[static_cast<unsigned char>(given.front()) % parts.size()].text = given.substr(1);
    read(support::zip_of(parts));
    return 0;
}
