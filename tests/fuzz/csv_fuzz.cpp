#include "platform/check.h"
#include "store/csv.h"
#include "store/disclosure.h"
#include "store/rules.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace store = tizilim::store;

/// A broken file is refused with a line; what is read is checked like any other entry.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto rows =
        store::read_register_csv({static_cast<const char*>(static_cast<const void*>(bytes)), size});
    if (!rows) {
        CHECK(!rows.error().empty() && rows.error().front().line > 0);
        return 0;
    }
    const store::DisclosurePolicy policy;
    const auto today = std::chrono::year(2026) / 11 / 2;
    for (const store::ImportRow& row : *rows) {
        const auto draft = store::check(row.input, {today, store::Language::ru, true, policy});
        CHECK(draft.has_value() || !draft.error().empty());
    }
    return 0;
}
