#pragma once

#include "tests/simulation/dice.h"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::simulation {

/// What a step may be.
enum class Event {
    exchange,
    time_passes,
    add,
    import,
    amend,
    amend_stricter,
    void_entry,
    classify,
    withdraw,
    retry,
    resolve,
    sync_now,
    network_came,
    restart,
    toggle_signature,
    clock_jump,
    put_back_image,
    keep_image,
    keep_backup,
    restore_backup,
    several_amend,
    several_decide,
    several_classify,
    several_withdraw,
    long_history,
    peer_snapshot,
    peer_restored,
    peer_replaced,
    peer_compacts,
    peer_remark,
    foreign_edit,
    foreign_delete,
    rules_change,
    limits_change,
    forged_tombstone,
    forged_ancestors,
    cut_histories,
    other_branch,
    hidden_merge,
    twin_revision
};

/// What may become of a request and its answer.
enum class Fault {
    lost_request,
    lost_answer,
    cut_answer,
    timeout,
    unresolved,
    tls,
    proxy_down,
    endless_answer,
    slow,
    status_500,
    html_502,
    status_503,
    retry_after_503,
    retry_after_429,
    status_401,
    status_403,
    html_403,
    status_404,
    status_400,
    status_407,
    status_408,
    status_413,
    html_413,
    stored_202,
    lost_202,
    portal,
    redirect,
    status_511,
    empty_object,
    empty_list,
    forged_success,
    garbage,
    wrong_uuid,
    wrong_identity,
    rows_unauthorized,
    rows_later
};

/// What the disk may do while something is written.
enum class DiskTrouble { power_cut, no_space, io_error, short_write, sync_fails };

template <class Kind>
struct Weighted {
    Kind kind;
    std::string_view name;
    unsigned weight = 0;
};

/// Every weight of a run is in these tables.
[[nodiscard]] std::span<const Weighted<Event>> all_events();
[[nodiscard]] std::span<const Weighted<Fault>> all_faults();
[[nodiscard]] std::span<const Weighted<DiskTrouble>> all_disk_troubles();

/// Acts while a request is under way.
inline constexpr const char* kMeanwhile = "meanwhile";

/// The names of everything that `--without` can leave out.
[[nodiscard]] std::vector<std::string> all_names();
/// What so many runs together must have come through; what is rare, only where they are many.
[[nodiscard]] std::vector<std::string> all_marks(std::uint64_t runs);

/// A table without some of its kinds.
template <class Kind>
class Choice {
public:
    Choice(std::span<const Weighted<Kind>> table, const std::set<std::string>& without)
        : without_(without) {
        for (const Weighted<Kind>& row : table) {
            if (row.weight == 0) continue;
            rows_.push_back(row);
            total_ += row.weight;
        }
    }
    /// Nothing when the dice fell on what is left out: the others come as often as before.
    [[nodiscard]] std::optional<Weighted<Kind>> draw(Dice& dice) const {
        if (rows_.empty()) return {};
        unsigned long long at = dice.below(total_);
        for (const Weighted<Kind>& row : rows_) {
            if (at < row.weight) {
                if (without_.contains(std::string(row.name))) return {};
                return row;
            }
            at -= row.weight;
        }
        return {};
    }
    /// Each run has its own mixture: leaves out about a third of what is left. Runs in which
    /// everything happens at once never come far.
    void thin_out(Dice& dice) {
        std::vector<Weighted<Kind>> kept;
        for (const Weighted<Kind>& row : rows_) {
            if (dice.percent(65)) kept.push_back(row);
        }
        rows_ = kept;
        total_ = 0;
        for (const Weighted<Kind>& row : rows_) total_ += row.weight;
    }

private:
    std::set<std::string> without_;
    std::vector<Weighted<Kind>> rows_;
    unsigned long long total_ = 0;
};

}  // namespace tizilim::simulation
