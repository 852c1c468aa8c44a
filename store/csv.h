#pragma once

#include "store/owner_session.h"
#include "store/rules.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// A column of a register in a file.
struct FileColumn {
    std::string_view name;
    std::string EntryInput::* field;
    bool required;
};

/// Those that make an entry, in the order in which an export has them.
[[nodiscard]] std::span<const FileColumn> file_columns();
/// Those of an export that only inform its reader: an import knows and ignores them.
[[nodiscard]] std::span<const std::string_view> informational_columns();

/// The rows of a file that could be read, and why others could not.
struct FileRows {
    std::vector<ImportRow> rows;
    std::vector<RowProblem> problems;
};

/// A file that breaks every row names the first of them, and how many more there are.
inline constexpr std::size_t kFileProblemsMax = 100;

/// Reads a register in CSV (RFC 4180) as spreadsheet programs write it: UTF-8 with or without a
/// byte order mark, or UTF-16 with one; CRLF, LF or CR; comma, semicolon or tab, found out from the
/// header row or given by a first line `sep=;`. The header row has file_columns() in any order, and
/// maybe `id` and informational_columns(). What guarded() did to a field is undone. Problems say
/// line and column; without a usable header row there are no rows.
[[nodiscard]] FileRows read_register_csv(std::string_view bytes);

/// What a file may say in another way than a person at the keyboard: a spreadsheet program of this
/// country saves 2025-11-03 as 03.11.2025; and an entry that was withdrawn where it was exported
/// has nothing to withdraw here, but never leaves: it is `local`.
void settle_spelling(EntryInput& input);

/// Problems in order, at most kFileProblemsMax and a count of the others.
class ProblemList {
public:
    void add(RowProblem problem);
    [[nodiscard]] bool empty() const { return problems_.empty(); }
    [[nodiscard]] std::vector<RowProblem> take();

private:
    std::vector<RowProblem> problems_;
    std::uint64_t more_ = 0;
    std::uint64_t more_from_line_ = 0;
};

}  // namespace tizilim::store
