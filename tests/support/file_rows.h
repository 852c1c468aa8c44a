#pragma once

#include "agent/documents/csv/csv.h"
#include "agent/documents/import_jsonl.h"
#include "store/owner/import_rows.h"

#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {

/// The rows of a file that could be read, and the problems of the others.
struct FileRows {
    std::vector<store::ImportRow> rows;
    std::vector<store::RowProblem> problems;
};

template <class Rows>
[[nodiscard]] FileRows read_file(std::string_view bytes) {
    Rows rows(bytes);
    FileRows all;
    for (auto read = rows.next(); read; read = rows.next()) {
        if (*read) {
            all.rows.push_back(**std::move(read));
        } else {
            all.problems.push_back(read->error());
        }
    }
    return all;
}

[[nodiscard]] inline FileRows read_register_csv(std::string_view bytes) {
    return read_file<agent::CsvRows>(bytes);
}
[[nodiscard]] inline FileRows read_register_jsonl(std::string_view bytes) {
    return read_file<agent::JsonlRows>(bytes);
}

}  // namespace tizilim::support
