#pragma once

#include "store/entry/rules.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/deeds.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/weights.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::simulation {

/// The lawyer at one agent: acts by chance, and remembers what was acknowledged. After an act that
/// was cut off he looks whether it was recorded; it must be wholly, or not at all.
class Owner {
public:
    Owner(World& world, Agent& agent) : world_(world), agent_(agent) {}

    using Trouble = std::optional<Weighted<DiskTrouble>>;
    /// Called with the id of each entry that this lawyer revised.
    using Revised = std::function<void(const std::string& id)>;
    void on_revised(Revised revised) { revised_ = std::move(revised); }

    /// Entries of other agents become known by pulling them.
    void learn_of_pulled();

    /// Each names the entry that it concerned; empty: there was none that would do.
    std::string add(const Trouble& trouble);
    /// An entry that stays here.
    std::string add_local();
    std::string import(const Trouble& trouble);
    std::string amend(const Trouble& trouble);
    /// The entry turns out to concern a minor: the policy keeps it here, or asks for it back.
    std::string amend_stricter(const Trouble& trouble);
    std::string void_entry(const Trouble& trouble);
    std::string classify(const Trouble& trouble);
    std::string withdraw(const Trouble& trouble);
    std::string retry(const Trouble& trouble);
    std::string resolve(const Trouble& trouble);

    /// What several lawyers' PCs do to one entry, each without the others. Nothing is done where
    /// the entry does not allow it.
    void amend_minutes(const std::string& id);
    void reclassify(const std::string& id);
    void decide(const std::string& id);
    void withdraw_entry(const std::string& id);

private:
    /// An act on `entry` that gives it one more version, `after`.
    struct Revising {
        LedgerEntry after;
        std::function<store::DeliveryState()> act;
        Deed deed;
    };
    [[nodiscard]] store::EntryTexts draw_input();
    [[nodiscard]] std::string draw_reason(const char* what);
    [[nodiscard]] std::string draw_essence(bool releasable);
    /// An entry that is not void, as it is now.
    struct Chosen {
        LedgerEntry entry;
        store::EntryView view;
        Fields now;
    };
    [[nodiscard]] std::optional<Chosen> draw_entry(bool pulled_too);
    [[nodiscard]] std::optional<Chosen> chosen(const std::string& id);
    std::string classify_chosen(const Trouble& trouble, const Chosen& chosen);
    std::string classify_pulled(const Trouble& trouble, const Chosen& chosen);
    std::string withdraw_chosen(const Trouble& trouble, const Chosen& chosen);
    /// What deciding on it is, and what of it the person sees.
    Deed decision_on(const store::ConflictView& conflict);
    std::string resolve_one(const Trouble& trouble, const store::ConflictView& conflict);
    [[nodiscard]] store::Choice draw_choice(const std::string& field);
    void note_refusal(const Revising& revising);
    [[nodiscard]] Fields draw_changes(const Chosen& chosen);
    std::string amend_by(const Trouble& trouble, const Chosen& chosen, const Fields& changes);
    [[nodiscard]] std::uint64_t last_number();
    std::string record(const Trouble& trouble, const store::EntryTexts& input);
    void adopt(std::uint64_t last, const std::vector<LedgerEntry>& made, Ending ending);
    std::string revise(const Trouble& trouble, const Revising& revising);
    std::string change_class(const Trouble& trouble, const Chosen& chosen,
                             const std::string& disclosure);
    void refused(const std::function<void()>& act, const char* what);
    void note(const LedgerEntry& entry);

    World& world_;
    Agent& agent_;
    Revised revised_;
};

}  // namespace tizilim::simulation
