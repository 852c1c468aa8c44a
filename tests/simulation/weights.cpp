#include "tests/simulation/weights.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tizilim::simulation {
namespace {

constexpr auto kEvents = std::to_array<Weighted<Event>>({
    {Event::exchange, "exchange", 420},
    {Event::time_passes, "time_passes", 60},
    {Event::add, "add", 100},
    {Event::import, "import", 8},
    {Event::amend, "amend", 80},
    {Event::amend_stricter, "amend_stricter", 6},
    {Event::void_entry, "void_entry", 12},
    {Event::classify, "classify", 35},
    {Event::withdraw, "withdraw", 15},
    {Event::retry, "retry", 10},
    {Event::resolve, "resolve", 20},
    {Event::sync_now, "sync_now", 20},
    {Event::network_came, "network_came", 15},
    {Event::restart, "restart", 12},
    {Event::toggle_signature, "toggle_signature", 3},
    {Event::clock_jump, "clock_jump", 5},
    {Event::put_back_image, "put_back_image", 4},
    {Event::keep_image, "keep_image", 6},
    {Event::keep_backup, "keep_backup", 8},
    {Event::restore_backup, "restore_backup", 5},
    {Event::several_amend, "several_amend", 45},
    {Event::several_decide, "several_decide", 20},
    {Event::several_classify, "several_classify", 30},
    {Event::several_withdraw, "several_withdraw", 4},
    {Event::long_history, "long_history", 1},
    {Event::peer_snapshot, "peer_snapshot", 12},
    {Event::peer_restored, "peer_restored", 6},
    {Event::peer_replaced, "peer_replaced", 4},
    {Event::peer_compacts, "peer_compacts", 6},
    {Event::peer_remark, "peer_remark", 12},
    {Event::foreign_edit, "foreign_edit", 8},
    {Event::foreign_delete, "foreign_delete", 4},
    {Event::rules_change, "rules_change", 5},
    {Event::limits_change, "limits_change", 4},
    {Event::forged_tombstone, "forged_tombstone", 8},
    {Event::forged_ancestors, "forged_ancestors", 10},
    {Event::cut_histories, "cut_histories", 6},
    {Event::other_branch, "other_branch", 6},
    {Event::hidden_merge, "hidden_merge", 8},
    {Event::twin_revision, "twin_revision", 8},
});

constexpr auto kFaults = std::to_array<Weighted<Fault>>({
    {Fault::lost_request, "lost_request", 20},
    {Fault::lost_answer, "lost_answer", 30},
    {Fault::cut_answer, "cut_answer", 25},
    {Fault::timeout, "timeout", 6},
    {Fault::unresolved, "unresolved", 6},
    {Fault::tls, "tls", 3},
    {Fault::proxy_down, "proxy_down", 3},
    {Fault::endless_answer, "endless_answer", 4},
    {Fault::slow, "slow", 12},
    {Fault::status_500, "status_500", 5},
    {Fault::html_502, "html_502", 5},
    {Fault::status_503, "status_503", 5},
    {Fault::retry_after_503, "retry_after_503", 6},
    {Fault::retry_after_429, "retry_after_429", 6},
    {Fault::status_401, "status_401", 3},
    {Fault::status_403, "status_403", 4},
    {Fault::html_403, "html_403", 4},
    {Fault::status_404, "status_404", 4},
    {Fault::status_400, "status_400", 4},
    {Fault::status_407, "status_407", 3},
    {Fault::status_408, "status_408", 3},
    {Fault::status_413, "status_413", 5},
    {Fault::html_413, "html_413", 5},
    {Fault::stored_202, "stored_202", 6},
    {Fault::lost_202, "lost_202", 6},
    {Fault::portal, "portal", 10},
    {Fault::redirect, "redirect", 6},
    {Fault::status_511, "status_511", 3},
    {Fault::empty_object, "empty_object", 6},
    {Fault::empty_list, "empty_list", 6},
    {Fault::forged_success, "forged_success", 10},
    {Fault::garbage, "garbage", 6},
    {Fault::wrong_uuid, "wrong_uuid", 3},
    {Fault::wrong_identity, "wrong_identity", 2},
    {Fault::rows_unauthorized, "rows_unauthorized", 3},
    {Fault::rows_later, "rows_later", 5},
});

constexpr auto kDiskTroubles = std::to_array<Weighted<DiskTrouble>>({
    {DiskTrouble::power_cut, "power_cut", 10},
    {DiskTrouble::no_space, "no_space", 4},
    {DiskTrouble::io_error, "io_error", 2},
    {DiskTrouble::short_write, "short_write", 2},
    {DiskTrouble::sync_fails, "sync_fails", 2},
});

/// What comes in a few runs of a hundred is asked of so many.
constexpr std::uint64_t kManyRuns = 2000;

template <class Rows>
void append(std::vector<std::string>& names, const Rows& rows) {
    for (const auto& row : rows) {
        if (row.weight > 0) names.emplace_back(row.name);
    }
}

}  // namespace

std::span<const Weighted<Event>> all_events() {
    return kEvents;
}

std::span<const Weighted<Fault>> all_faults() {
    return kFaults;
}

std::span<const Weighted<DiskTrouble>> all_disk_troubles() {
    return kDiskTroubles;
}

std::vector<std::string> all_names() {
    std::vector<std::string> names;
    append(names, kFaults);
    append(names, kDiskTroubles);
    append(names, kEvents);
    names.emplace_back(kMeanwhile);
    return names;
}

std::vector<std::string> all_marks(std::uint64_t runs) {
    std::vector<std::string> names = all_names();
    std::erase(names, kMeanwhile);
    for (const char* handled : {"answer: progress",
                                "answer: idle",
                                "answer: offline",
                                "answer: captive_portal",
                                "answer: unauthorized",
                                "answer: refused",
                                "receipt",
                                "receipt taken back",
                                "sent again",
                                "quarantined",
                                "released from quarantine",
                                "answers without looking",
                                "waited as the peer asked",
                                "act during a request",
                                "pulled a remark",
                                "synced",
                                "served other ancestors",
                                "served a cut history",
                                "served a tombstone without its merge",
                                "served a revision twice",
                                "served the wrong one of two",
                                "raised",
                                "narrowed",
                                "narrowed elsewhere",
                                "withdrawn elsewhere",
                                "resolved: foreign",
                                "resolved: deleted",
                                "classified on several",
                                "a conflict at rest"}) {
        names.emplace_back(handled);
    }
    if (runs < kManyRuns) return names;
    for (const char* rare : {"served a history of another branch",
                             "served a long history that goes astray", "restored, the book goes on",
                             "restored, in a new book", "resolved: edited", "decided on several"}) {
        names.emplace_back(rare);
    }
    return names;
}

}  // namespace tizilim::simulation
