#pragma once

#include "store/redo_log.h"
#include "store/seal.h"

#include <filesystem>
#include <optional>

namespace tizilim::store {

// What ties an LMDB file to its log, and what a crash has left of the two. Nothing here uses LMDB:
// it is all done before LMDB opens the file, or in bytes of it that LMDB neither reads nor writes.

/// Where a file's log is: beside it, as LMDB's lock file is.
[[nodiscard]] std::filesystem::path log_of(const std::filesystem::path& data_file);

/// The two meta pages as they are now. \throws StoreError, absent or io
[[nodiscard]] SteadyMetas read_metas(const std::filesystem::path& data_file);

/// Writes into the file which log it must not be read without, durably.
/// \throws platform::FileError
void mark_logged(const std::filesystem::path& data_file, const Digest16& id);

/// LMDB's file is the state, and is on the disk: takes the mark out, then the log away. Does
/// nothing without a mark. \throws platform::FileError: the log may stay, closed
void unmark(const std::filesystem::path& data_file);

/// Where a log may be made for a file that stands by itself. Another register's log that lies
/// there is renamed: it may have the only trace of an act. \throws platform::FileError
[[nodiscard]] std::filesystem::path place_for_log(const std::filesystem::path& data_file);

/// The log whose transactions are to be done again, on top of its metas; nothing: the file stands
/// by itself, or is empty. Changes nothing. \throws StoreError, damaged, when the file and the log
/// next to it don't belong together, one of them is missing or damaged; io
[[nodiscard]] std::optional<LogContent> log_to_replay(const std::filesystem::path& data_file);

/// Puts the log's metas in the place of the file's, durably: the state that its records begin at.
/// \throws platform::FileError
void put_back(const std::filesystem::path& data_file, const SteadyMetas& metas);

}  // namespace tizilim::store
