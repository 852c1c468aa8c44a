#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/frame_stream.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::store {

/// What the programs with the register and with the network say to each other: Replication, as
/// frames of JSON. Only `tizilim-sync` asks:
///
///   {"call": "missing", "with": [...]}      each Call gets its Reply, before the next is asked
///   {"answer": ...}                         what the call returns; null for void
///   {"failed": {"kind": "disk_full", "why": {"code": ..., "values": ...}}}    its StoreError
///   {"report": {...}}                       how the network's side stands, unasked
///   {"notice": "sync_now"}                  from the register, unasked
///
/// On a stream each frame stands behind its length: 4 bytes, the greatest first.

/// The bytes of a frame to `tizilim-sync`, without its length. A batch has half a megabyte.
inline constexpr std::size_t kFrameBytesMax = std::size_t{4} << 20;
/// The same of a frame from it: one document of a peer at least, which has 256 KiB, and half a
/// megabyte of ancestors.
inline constexpr std::size_t kCallBytesMax = std::size_t{1} << 20;
/// What `tizilim-register` reads and writes, and `tizilim-sync`.
inline constexpr platform::FrameBounds kFramesOfRegister{.read_max = kCallBytesMax,
                                                         .written_max = kFrameBytesMax};
inline constexpr platform::FrameBounds kFramesOfSync{.read_max = kFrameBytesMax,
                                                     .written_max = kCallBytesMax};

struct Call {
    std::string name;
    platform::JsonArray with{};
};
struct Reply {
    platform::JsonValue answer;
    std::optional<StoreError> failed{};  ///< then there is no answer
};
enum class Notice {
    pending_added,  ///< something new may leave
    sync_now,       ///< a person asks: try now, whatever failed before
    paused,
    resumed,
};

[[nodiscard]] std::string frame_of(const Call& call);
[[nodiscard]] std::string frame_of(const Reply& reply);
[[nodiscard]] std::string frame_of(const SyncSnapshot& report);
[[nodiscard]] std::string frame_of(Notice notice);

/// Untrusted frames. The error says what is wrong: the connection is to be ended.
using FrameOfSync = std::variant<Call, SyncSnapshot>;
using FrameOfRegister = std::variant<Reply, Notice>;
[[nodiscard]] platform::Expected<FrameOfSync, platform::Message> read_frame_of_sync(
    std::string_view frame);
[[nodiscard]] platform::Expected<FrameOfRegister, platform::Message> read_frame_of_register(
    std::string_view frame);

/// Does what `call` asks for; no more of it than Replication's users ever ask for, whatever it
/// says. A StoreError is a reply; the error says why it is no call of ours.
[[nodiscard]] platform::Expected<Reply, platform::Message> reply_to(const Call& call,
                                                                    Replication& replication);

/// The reply to the call `health`, which tells of more than the register: of backups and the link.
/// Nothing: it is another call.
[[nodiscard]] std::optional<Reply> reply_of_health(const Call& call,
                                                   const std::optional<PcHealth>& health);

/// The Replication of the other program: `ask` carries each call over and brings its reply.
class RemoteReplication final : public Replication {
public:
    /// \throws StoreError when the other program is gone
    using Ask = std::function<Reply(const Call& call)>;
    explicit RemoteReplication(Ask ask) : ask_(std::move(ask)) {}

    [[nodiscard]] std::string installation_id() const override;
    [[nodiscard]] Changes changes_after(OutboxPosition after, const BatchBounds& bounds) override;
    [[nodiscard]] std::vector<Leaf> missing(const std::vector<Leaf>& offered) const override;
    /// What does not fit into one frame goes in several, of which the last moves the checkpoint.
    void apply(const std::string& peer, const std::vector<RemoteDocument>& documents,
               const Checkpoint& reached) override;
    void mark(const std::string& peer, const std::vector<Mark>& marks) override;
    [[nodiscard]] std::vector<Leaf> awaiting_receipt(std::size_t count_max) const override;
    [[nodiscard]] AuditSlice delivered_after(OutboxPosition after,
                                             std::size_t count_max) const override;
    [[nodiscard]] std::vector<Leaf> still_readable(const std::string& after,
                                                   std::size_t count_max) const override;
    [[nodiscard]] std::vector<Leaf> unverified(
        const std::vector<RemoteDocument>& documents) const override;
    [[nodiscard]] std::vector<Leaf> cut_histories(std::size_t count_max) const override;
    [[nodiscard]] bool reads_feed_first() const override;
    void feed_ended(const std::string& peer) override;
    [[nodiscard]] std::vector<Leaf> unified_to_ask(std::size_t count_max) const override;
    void unified_asked(const std::vector<Leaf>& asked) override;
    void release_quarantined() override;
    void distrust(const std::string& peer, const Checkpoint& restart) override;
    void record_own_rollback(const std::string& peer) override;
    void record_astray(const std::string& peer, const std::vector<Leaf>& leaves) override;
    [[nodiscard]] Checkpoint checkpoint(const std::string& peer) const override;
    void set_checkpoint(const std::string& peer, const Checkpoint& reached) override;
    [[nodiscard]] std::optional<PcHealth> health() const override;
    [[nodiscard]] std::optional<platform::WallTime> timestamped_at() const override;
    [[nodiscard]] TimestampBytes timestamp_request() override;
    [[nodiscard]] std::optional<platform::Message> timestamp_answered(
        const TimestampBytes& answer) override;
    void timestamp_failed(const platform::Message& why) override;

private:
    Ask ask_;
};

}  // namespace tizilim::store
