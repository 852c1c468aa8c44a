#pragma once

#include "platform/synced_file.h"
#include "store/seal.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// The beginnings of the two meta pages of an LMDB file, copied when all that the newest of them
/// leads to was on the disk.
struct SteadyMetas {
    std::string even;
    std::string odd;

    /// Of the newest. 0 when they are no meta pages.
    [[nodiscard]] std::uint64_t transaction() const;
};

/// A file that transactions are in before LMDB's own file has them on the disk, so that a commit
/// waits for the disk once. It is written over in generations, each in the half where the one
/// before the last was. A generation is *open* while records in it count: the state is then its
/// metas' with the records done to them; it is *closed* while LMDB's file alone is the state.
///
/// What was acknowledged is never written over: each record begins a block of its own. Not safe for
/// threads. Format: README.md of this folder.
class RedoLog {
public:
    /// What a record may hold.
    [[nodiscard]] static std::size_t changes_bytes_max();

    /// Makes the file, closed, in the place of any other. \throws platform::FileError
    RedoLog(const std::filesystem::path& file, const Digest16& id, const SteadyMetas& now);

    /// Whether there are records that count.
    [[nodiscard]] bool open() const { return state_.open; }
    /// In this generation.
    [[nodiscard]] std::size_t records() const { return state_.records; }
    [[nodiscard]] bool has_room(std::size_t changes_bytes) const;

    /// On the disk when it returns. `begin`: as the first of a new generation over these metas.
    /// When it throws, the record is not there and won't be, unless unsettled().
    /// \throws platform::FileError
    void append(std::uint64_t transaction, std::string_view changes,
                const std::optional<SteadyMetas>& begin);
    /// LMDB could not do what the last record says: it counts no more. When it throws, the record
    /// still counts. \throws platform::FileError
    void cancel_last();
    /// From now on LMDB's file is the state, and it is on the disk. When it throws, the log is
    /// what it was or closed; both are true. \throws platform::FileError
    void close(const SteadyMetas& now);

    /// Something is still to be written before anything else: settle().
    [[nodiscard]] bool unsettled() const { return wanted_.has_value(); }
    /// \throws platform::FileError
    void settle();

    [[nodiscard]] const Digest16& id() const { return id_; }

private:
    struct State {
        std::uint64_t generation = 0;
        bool open = false;
        std::uint64_t end = 0;       ///< where the next record begins, in the file
        std::uint64_t sequence = 0;  ///< of the last record
        std::size_t records = 0;
        std::string start;     ///< the generation's digest
        std::string previous;  ///< the last record's digest
    };
    /// Bytes that make a state so.
    struct Wanted {
        std::uint64_t at;
        std::string bytes;
        State then;
    };
    [[nodiscard]] State next_generation(const SteadyMetas& metas, bool open,
                                        std::string& block) const;
    [[nodiscard]] Wanted record(State from, char kind, std::uint64_t transaction,
                                std::string_view changes) const;
    void place(const Wanted& wanted, const Wanted& otherwise);

    platform::SyncedFile file_;
    Digest16 id_;
    State state_;
    std::uint64_t last_transaction_ = 0;
    std::optional<Wanted> wanted_;
};

/// What a log's newest generation says.
struct LogContent {
    std::string id;
    std::uint64_t generation = 0;
    bool open = false;
    SteadyMetas steady;
    struct Transaction {
        std::uint64_t number;
        std::string changes;
    };
    std::vector<Transaction> transactions;  ///< to be done again, in their order
    std::uint64_t last_transaction = 0;     ///< of any record, or of the metas
};

/// Nothing when there is no such file, or it never became a log. A record at the end that is not
/// whole was never acknowledged. \throws StoreError, damaged or io
[[nodiscard]] std::optional<LogContent> read_log(const std::filesystem::path& file);

/// Visits the changes of every record that is whole, of both generations, whether they count or
/// not. Nothing happens without a file that can be read.
void salvage_log(const std::filesystem::path& file,
                 const std::function<void(std::string_view changes)>& visit);

/// Closes a log whose transactions are in LMDB's file, on the disk. \throws platform::FileError
void close_log(const std::filesystem::path& file, const LogContent& content,
               const SteadyMetas& now);

}  // namespace tizilim::store
