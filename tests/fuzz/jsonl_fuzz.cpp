#include "platform/check.h"
#include "store/entry/disclosure.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"
#include "tests/support/file_rows.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace store = tizilim::store;

/// A broken line is refused with its number; what is read is checked like any other entry.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto read = tizilim::support::read_register_jsonl(
        {static_cast<const char*>(static_cast<const void*>(bytes)), size});
    CHECK(!read.rows.empty() || !read.problems.empty());
    for (const store::RowProblem& problem : read.problems)
        CHECK(problem.line > 0 && !problem.error.message.code.empty());
    const store::DisclosurePolicy policy;
    const auto today = std::chrono::year(2026) / 11 / 2;
    for (const store::ImportRow& row : read.rows) {
        const auto draft = store::check(row.input, {today, store::Language::ru, true, policy});
        CHECK(draft.has_value() || !draft.error().empty());
    }
    return 0;
}
