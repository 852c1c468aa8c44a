#pragma once

#include "agent/cli/terminal/command.h"
#include "platform/text/json.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tizilim::agent {

/// Most entries of a page of `list` and `quarantine`.
inline constexpr std::uint64_t kPageEntriesMax = 1000;

/// The options of `add` and `amend`.
struct AddOptions {
    platform::JsonObject fields;  ///< of the flags that were given, by field name
    bool from_stdin = false;
    bool dry_run = false;
    bool again = false;   ///< although it is like an entry of the register
    std::string like{};   ///< of `add`: the entry whose case is taken over; empty: none
    bool agreed = false;  ///< of `amend`: to a withdrawal
};

struct ClassifyOptions {
    std::string disclosure;
    std::string reason;
    bool agreed = false;  ///< to a withdrawal
};

struct PrintOptions {
    std::string from;  ///< days as typed; as the rest, empty for all, or for the register's
    std::string to;
    std::string language;
    std::string book;
    bool blank_signature = false;
    std::string output;
};

enum class InitWish { new_register, new_recovery_code, new_book, continue_book };

struct RestoreWish {
    std::string file;
    std::string code_file;  ///< empty: from standard input, or asked for
    bool continue_book = false;
    bool here = false;    ///< on the folder itself, where no daemon runs
    std::string salvage;  ///< instead, write what can be read of the backup to this file; empty: no
};

struct ImportWish {
    std::string file;   ///< "-": standard input
    std::string sheet;  ///< of a workbook; empty: the only one that holds something
    bool keep_going = false;
    bool again = false;  ///< also rows that are like an entry of the register
};

struct ConflictsOptions {
    bool drop_foreign = false;  ///< foreign documents of no entry here
    bool of_entries = false;    ///< and those of entries
    bool agreed = false;
};

struct ResolveOptions {
    std::vector<std::string> fields;  ///< "essence=mine"
    std::string keep;                 ///< "mine", "theirs" or empty: for all other fields
    std::string reason;
    bool from_stdin = false;
    bool agreed = false;  ///< to a withdrawal
};

/// Each returns an ExitCode. Those that talk to the daemon \throw Unreachable; those that work on
/// the folder itself, as `here` asks for, \throw StoreError, LockHeld, FileError.
int run_init(const Command& command, InitWish wish, bool here);
/// `code` of another PC's `pair`; "-": from standard input, or asked for.
int run_join(const Command& command, const std::string& code, bool here);
int run_backup(const Command& command, const std::string& directory, std::uint32_t keep);
int run_restore(const Command& command, const RestoreWish& wish);
int run_verify_offline(const Command& command);
/// Writes what can be read of a damaged register to `file`, an entry a line, for an import.
int run_salvage(const Command& command, const std::string& file);
/// The same for a backup.
int run_salvage_backup(const Command& command, const RestoreWish& wish);

/// `history`: all its versions.
int run_show(const Command& command, const std::string& name, bool history);
int run_amend(const Command& command, const std::string& name, const AddOptions& options,
              const std::string& reason);
int run_void(const Command& command, const std::string& name, const std::string& reason);
int run_classify(const Command& command, const std::string& name, const ClassifyOptions& options);
/// The key and its password stay in this process: the daemon gets signatures only.
int run_import(const Command& command, const ImportWish& wish);
/// To `output`, or to standard output when that is empty.
int run_export(const Command& command, const std::string& format, const std::string& separator,
               const std::string& output);
int run_print(const Command& command, const PrintOptions& options);
int run_report(const Command& command, const std::string& month, const std::string& format);
int run_conflicts(const Command& command, const ConflictsOptions& options);
int run_resolve(const Command& command, const std::string& name, const ResolveOptions& options);
int run_quarantine(const Command& command, std::uint64_t first, std::uint64_t limit);
int run_retry(const Command& command, const std::string& name);
int run_pair(const Command& command);
/// `month` as typed; empty: this one. `format`: "text", "csv" or "json".
int run_outages(const Command& command, const std::string& month, const std::string& format);
int run_status(const Command& command);
/// `what`: "sync", "pause" or "resume"
int run_delivery(const Command& command, const std::string& what);
int run_verify(const Command& command);
int run_version(const Command& command);
/// Opens the page in the person's browser, or says with which code it opens.
int run_open(const Command& command);
/// Ends all sessions of pages.
int run_open_end(const Command& command);

/// Prints what of an entry would leave, {"would_leave":…}: member by member, as it would, and what
/// each means.
void print_would_leave(const Command& command, const platform::JsonValue& answer);

/// Prints the result of a verification, {"good":…}; refused when a record is bad.
int print_verification(const Command& command, const platform::JsonValue& report);

}  // namespace tizilim::agent
