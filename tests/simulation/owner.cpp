#include "tests/simulation/owner.h"

#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/store_error.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/violation.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

constexpr std::array kClasses{"local", "partial", "full", "", ""};
constexpr std::size_t kRowsMax = 5;

std::string day_text(const Agent& agent, platform::WallTime now, int back) {
    const platform::CivilDate today = platform::civil_day(now, agent.settings().utc_offset);
    return platform::format_date(
        platform::CivilDate(std::chrono::sys_days(today) - std::chrono::days(back)));
}

bool waits(store::DeliveryState state) {
    return state == store::DeliveryState::pending;
}

std::string joined(const std::vector<store::FieldError>& errors) {
    std::string text;
    for (const auto& error : errors)
        text += ' ' + error.field + ": " + platform::in_english(error.message) + ';';
    return text;
}

/// What it says of the class of an entry that an act left in `disclosure`.
Deed::Kind kind_of(const std::string& disclosure) {
    if (disclosure == "full") return Deed::Kind::raised;
    return disclosure == "withdrawn" ? Deed::Kind::withdrawn : Deed::Kind::narrowed;
}

}  // namespace

std::string Owner::draw_reason(const char* what) {
    return std::string(what) + ' ' + kReasonCanary + ' ' +
           std::to_string(world_.dice.below(1'000'000'000'000));
}

std::string Owner::draw_essence(bool releasable) {
    std::string essence = releasable ? "ашық мән " : std::string(kEssenceCanary) + ' ';
    essence += std::to_string(world_.dice.below(1'000'000));
    // Now and then one that needs pages of its own.
    if (world_.dice.percent(6)) essence += std::string(3000 + world_.dice.below(3000), 'x');
    return essence;
}

store::EntryTexts Owner::draw_input() {
    Dice& dice = world_.dice;
    const platform::WallTime now = agent_.clock().wall_now();
    const int late = dice.percent(12) ? static_cast<int>(dice.between(1, 9)) : 0;
    store::EntryTexts input;
    input.application_date = day_text(agent_, now, late);
    if (late > 0) input.late_reason = draw_reason("late");
    input.basis_type =
        store::code_of(store::all_basis_types()[dice.below(store::all_basis_types().size())]);
    input.basis_number = std::string(kNumberCanary) + '/' + std::to_string(dice.below(1'000'000));
    input.basis_date = day_text(agent_, now, late + static_cast<int>(dice.below(4)));
    input.basis_issuer = std::string(kIssuerCanary) + ' ' + std::to_string(dice.below(1000));
    input.form = store::code_of(store::all_forms()[dice.below(store::all_forms().size())]);
    input.minutes = std::to_string(dice.between(1, 1400));
    input.minor = dice.percent(10) ? "yes" : dice.percent(50) ? "no" : "";
    input.disclosure = dice.of(kClasses);
    if (input.minor == "yes" && input.disclosure != "local") input.disclosure.clear();
    input.language = dice.percent(50) ? "kk" : "ru";
    input.essence = draw_essence(input.disclosure == "full" || dice.percent(30));
    return input;
}

void Owner::learn_of_pulled() {
    store::ListQuery query;
    query.pulled = true;
    for (const store::EntryView& view : agent_.owner().list(query).entries) {
        LedgerEntry entry;
        entry.id = view.id;
        entry.others_too = true;
        entry.disclosed = true;
        agent_.ledger.try_emplace(view.id, std::move(entry));
    }
}

std::optional<Owner::Chosen> Owner::draw_entry(bool pulled_too) {
    if (pulled_too) learn_of_pulled();
    std::vector<const LedgerEntry*> all;
    for (const auto& [id, entry] : agent_.ledger) {
        if (pulled_too || !entry.pulled()) all.push_back(&entry);
    }
    if (all.empty()) return {};
    return chosen(world_.dice.of(all)->id);
}

std::optional<Owner::Chosen> Owner::chosen(const std::string& id) {
    const auto known = agent_.ledger.find(id);
    if (known == agent_.ledger.end()) return {};
    const LedgerEntry& entry = known->second;
    store::EntryView view = agent_.owner().show(entry.id);
    // A conflict is decided first: whoever revises without is refused.
    if (view.state == "void" || view.in_conflict) return {};
    Fields now = entry.now(view);
    return Chosen{entry, std::move(view), std::move(now)};
}

/// What an entry's class lets be known of it.
void Owner::note(const LedgerEntry& entry) {
    if (entry.disclosed) {
        world_.witness.may_be_known(entry.id);
    } else {
        world_.witness.keep_secret(entry.id);
    }
}

std::uint64_t Owner::last_number() {
    std::uint64_t last = 0;
    const std::string book = agent_.get().book().label;
    for (const auto& [id, entry] : agent_.ledger) {
        if (entry.book == book) last = std::max(last, entry.number);
    }
    return last;
}

/// Takes the entries after number `last` over, which are `made`: all of them, or, when the act was
/// cut off, none.
void Owner::adopt(std::uint64_t last, const std::vector<LedgerEntry>& made, Ending ending) {
    const std::string book = agent_.get().book().label;
    std::size_t found = 0;
    for (;; ++found) {
        store::EntryView view;
        try {
            view = agent_.owner().show(std::to_string(last + found + 1));
        } catch (const store::StoreError& error) {
            if (error.kind() != store::StoreError::Kind::absent) throw;
            break;
        }
        if (found == made.size()) throw Violation("an entry is there that nobody recorded");
        LedgerEntry entry = made[found];
        entry.id = view.id;
        entry.number = last + found + 1;
        entry.book = book;
        note(entry);
        if (view.delivery == "unsigned") agent_.unsigned_once.insert(entry.id);
        entry.deeds.push_back(world_.deeds.add({.agent = agent_.index(),
                                                .entry = entry.id,
                                                .kind = kind_of(entry.field("disclosure")),
                                                .given = {{"minutes", entry.field("minutes")}},
                                                .typed = {"minutes"},
                                                .kept = !entry.disclosed}));
        agent_.ledger[entry.id] = std::move(entry);
    }
    if (found == made.size()) return;
    if (found > 0) throw Violation("half an import is recorded");
    if (ending == Ending::done) throw Violation("a recorded entry is lost");
}

std::string Owner::add(const Trouble& trouble) {
    if (agent_.ledger.size() >= world_.entries_max) return amend(trouble);
    return record(trouble, draw_input());
}

std::string Owner::add_local() {
    store::EntryTexts input = draw_input();
    input.disclosure = "local";
    return record({}, input);
}

std::string Owner::record(const Trouble& trouble, const store::EntryTexts& input) {
    LedgerEntry entry;
    entry.versions.push_back({"recorded", {}, fields_of(input, false)});
    entry.releasable = !input.essence.starts_with(kEssenceCanary);
    entry.disclosed = entry.field("disclosure") != "local";
    const std::uint64_t last = last_number();
    bool pending = false;
    const Ending ending = agent_.perform(trouble, [&] {
        const auto recorded = agent_.owner().add(input);
        if (!recorded) throw Violation("a good entry was refused:" + joined(recorded.error()));
        pending = waits(recorded->delivery);
    });
    adopt(last, {entry}, ending);
    if (pending) agent_.pending_added();
    return std::to_string(last + 1);
}

std::string Owner::import(const Trouble& trouble) {
    if (agent_.ledger.size() + kRowsMax >= world_.entries_max) return amend(trouble);
    std::vector<store::ImportRow> rows;
    std::vector<LedgerEntry> made;
    for (std::size_t i = 0; i < 1 + world_.dice.below(kRowsMax); ++i) {
        store::EntryTexts input = draw_input();
        input.recorded_date = day_text(agent_, agent_.clock().wall_now(), 0);
        LedgerEntry entry;
        entry.versions.push_back({"imported", {}, fields_of(input, true)});
        entry.releasable = !input.essence.starts_with(kEssenceCanary);
        entry.disclosed = entry.field("disclosure") != "local";
        made.push_back(std::move(entry));
        rows.push_back({i + 2, std::move(input)});
    }
    const std::uint64_t last = last_number();
    bool pending = false;
    const Ending ending = agent_.perform(trouble, [&] {
        const store::ImportReport report = agent_.owner().import(rows, {}, {});
        if (report.recorded != rows.size()) throw Violation("good rows were refused");
        pending = report.became_pending;
    });
    adopt(last, made, ending);
    if (pending) agent_.pending_added();
    return std::to_string(last + 1);
}

std::string Owner::revise(const Trouble& trouble, const Revising& revising) {
    LedgerEntry after = revising.after;
    Deed deed = revising.deed;
    deed.agent = agent_.index();
    deed.entry = after.id;
    deed.seen = world_.deeds.known_to(agent_, after.id);
    const std::string reason = after.versions.back().reason;
    bool pending = false;
    // Before the act: what it lets out may be out before it returns.
    note(after);
    bool refused = false;
    const Ending ending = agent_.perform(trouble, [&] {
        try {
            pending = waits(revising.act());
        } catch (const store::StoreError& error) {
            // What another PC withheld or withdrew stays so.
            refused = error.kind() == store::StoreError::Kind::refused &&
                      (after.others_too || agent_.get().replication().reads_feed_first());
            if (!refused) throw;
        }
    });
    if (refused) {
        note_refusal(revising);
        return after.id;
    }
    bool there = ending == Ending::done;
    if (ending != Ending::done) {
        for (const store::VersionView& version : agent_.owner().history(after.id)) {
            there = there || version.reason == reason;
        }
    }
    if (there) {
        if (deed.kind == Deed::Kind::raised) world_.marks.hit("raised");
        if (deed.kind == Deed::Kind::narrowed) {
            world_.marks.hit(after.pulled() ? "narrowed elsewhere" : "narrowed");
        }
        if (deed.kind == Deed::Kind::withdrawn && after.pulled()) {
            world_.marks.hit("withdrawn elsewhere");
        }
        const store::EntryView view = agent_.owner().show(after.id);
        deed.kept = view.disclosure == "local";
        if (view.delivery == "unsigned") agent_.unsigned_once.insert(after.id);
        after.deeds.push_back(world_.deeds.add(std::move(deed)));
        agent_.ledger[after.id] = after;
    }
    note(agent_.ledger[after.id]);
    if (revised_) revised_(after.id);
    if (pending) agent_.pending_added();
    return after.id;
}

/// What another PC withdrew stays so, and acts on the class wait until a copy has read the feed. A
/// raise on the PC that recorded the entry is refused for nothing else.
void Owner::note_refusal(const Revising& revising) {
    world_.marks.hit("an act was refused");
    const bool is_own_raise = revising.deed.kind == Deed::Kind::raised && !revising.after.pulled();
    if (!is_own_raise || agent_.get().replication().reads_feed_first()) return;
    throw Violation("a raise was refused of entry " + revising.after.id);
}

/// Of a pulled entry the disclosed fields only.
Fields Owner::draw_changes(const Chosen& chosen) {
    Dice& dice = world_.dice;
    Fields fields;
    const auto another = [&](const auto& all, const std::string& now) {
        for (;;) {
            std::string code(store::code_of(all[dice.below(all.size())]));
            if (code != now) return code;
        }
    };
    do {
        switch (dice.below(chosen.entry.pulled() ? 4 : 9)) {
            case 0:
            case 1:
                fields["minutes"] = std::to_string(1401 + dice.below(8000));
                break;
            case 2:
                fields["form"] = another(store::all_forms(), chosen.now.at("form"));
                break;
            case 3:
                fields["language"] = chosen.now.at("language") == "kk" ? "ru" : "kk";
                break;
            case 4:
                fields["basis_type"] =
                    another(store::all_basis_types(), chosen.now.at("basis_type"));
                break;
            case 5:
                fields["basis_number"] =
                    std::string(kNumberCanary) + "/new/" + std::to_string(dice.below(1'000'000));
                break;
            case 6:
                fields["essence"] = draw_essence(chosen.entry.releasable) + "б";
                break;
            case 7:
                fields["minor"] = chosen.now.at("minor") == "yes" ? "no" : "yes";
                break;
            default:
                fields["basis_issuer"] =
                    std::string(kIssuerCanary) + " жаңа " + std::to_string(dice.below(1'000'000));
        }
    } while (dice.percent(30));
    // The dice may have fallen on what is there already.
    std::erase_if(fields, [&](const auto& field) {
        const auto now = chosen.now.find(field.first);
        return now != chosen.now.end() && now->second == field.second;
    });
    return fields;
}

std::string Owner::amend(const Trouble& trouble) {
    const auto chosen = draw_entry(true);
    if (!chosen) return {};
    const Fields changes = draw_changes(*chosen);
    Fields after = chosen->now;
    for (const auto& [name, value] : changes) after[name] = value;
    const bool stricter = class_after(chosen->now, after, false) != chosen->now.at("disclosure");
    return stricter || changes.empty() ? std::string() : amend_by(trouble, *chosen, changes);
}

std::string Owner::amend_stricter(const Trouble& trouble) {
    const auto chosen = draw_entry(false);
    if (!chosen || chosen->now.at("minor") == "yes") return {};
    return amend_by(trouble, *chosen, {{"minor", "yes"}});
}

std::string Owner::amend_by(const Trouble& trouble, const Chosen& chosen, const Fields& changes) {
    const store::EntryView& view = chosen.view;
    // The clock went back: what was written then lies in the future.
    const std::string today = day_text(agent_, agent_.clock().wall_now(), 0);
    if (view.application_date > today || view.basis_date > today) return {};
    LedgerEntry after = chosen.entry;
    LedgerVersion version{"amended", draw_reason("amend"), chosen.now};
    for (const auto& [name, value] : changes) {
        version.fields[name] = value;
        version.given.insert(name);
    }
    std::string& disclosure = version.fields["disclosure"];
    disclosure = class_after(chosen.now, version.fields, !view.revision.empty());
    if (disclosure == "withdrawn" && view.disclosure != "withdrawn") version.act = "withdrawn";
    const std::string reason = version.reason;
    Deed deed{.given = changes, .typed = version.given};
    if (disclosure != chosen.now.at("disclosure")) deed.kind = kind_of(disclosure);
    after.versions.push_back(std::move(version));
    const auto act = [&] {
        const auto done = agent_.owner().amend(after.id, {changes.begin(), changes.end()}, reason,
                                               store::Withdrawal::agreed);
        if (done) return done->delivery;
        throw Violation("a good amendment was refused:" + joined(done.error()));
    };
    return revise(trouble, {after, act, std::move(deed)});
}

std::string Owner::void_entry(const Trouble& trouble) {
    const auto chosen = draw_entry(true);
    if (!chosen) return {};
    LedgerEntry after = chosen->entry;
    after.versions.push_back({"voided", draw_reason("void"), chosen->now, {"state"}});
    after.versions.back().fields["state"] = "void";
    const auto act = [&] {
        return agent_.owner().void_entry(after.id, after.versions.back().reason).delivery;
    };
    return revise(trouble, {after, act, {.kind = Deed::Kind::voided}});
}

void Owner::refused(const std::function<void()>& act, const char* what) {
    try {
        act();
    } catch (const store::StoreError& error) {
        if (error.kind() == store::StoreError::Kind::refused) return;
        throw;
    }
    throw Violation(what);
}

std::string Owner::change_class(const Trouble& trouble, const Chosen& chosen,
                                const std::string& disclosure) {
    LedgerEntry after = chosen.entry;
    after.versions.push_back({disclosure == "withdrawn" ? "withdrawn" : "classified",
                              draw_reason("class"),
                              chosen.now,
                              {"disclosure"}});
    after.versions.back().fields["disclosure"] = disclosure;
    if (disclosure != "local") after.disclosed = true;
    const store::DisclosureClass wanted = *store::disclosure_class_of(disclosure);
    const auto act = [&] {
        return agent_.owner().classify(after.id, wanted, after.versions.back().reason).delivery;
    };
    return revise(trouble, {after, act, {.kind = kind_of(disclosure)}});
}

std::string Owner::classify(const Trouble& trouble) {
    const auto chosen = draw_entry(true);
    return chosen ? classify_chosen(trouble, *chosen) : std::string();
}

void Owner::reclassify(const std::string& id) {
    const auto chosen = this->chosen(id);
    if (chosen) (void)classify_chosen({}, *chosen);
}

/// Any PC may keep back more; only the one that recorded the entry lets more out.
std::string Owner::classify_pulled(const Trouble& trouble, const Chosen& chosen) {
    if (chosen.view.disclosure == "full") return change_class(trouble, chosen, "partial");
    const auto raise = [&] {
        (void)agent_.owner().classify(chosen.entry.id, store::DisclosureClass::full,
                                      draw_reason("class"));
    };
    refused(raise, "a PC that did not record an entry raised its class");
    return chosen.entry.id;
}

std::string Owner::classify_chosen(const Trouble& trouble, const Chosen& chosen) {
    if (chosen.view.disclosure == "withdrawn") return {};
    if (chosen.entry.pulled()) return classify_pulled(trouble, chosen);
    std::vector<std::string> classes;
    for (const char* name : {"local", "partial", "full"}) {
        const bool may = std::string(name) != "full" || chosen.entry.releasable;
        if (chosen.view.disclosure != name && may) classes.emplace_back(name);
    }
    const std::string& disclosure = world_.dice.of(classes);
    if (disclosure != "local" && chosen.now.at("minor") == "yes") {
        const auto let_out = [&] {
            (void)agent_.owner().classify(chosen.entry.id, *store::disclosure_class_of(disclosure),
                                          draw_reason("class"));
        };
        refused(let_out, "an entry that concerns a minor was let out");
        return chosen.entry.id;
    }
    if (disclosure != "local" || chosen.view.revision.empty()) {
        return change_class(trouble, chosen, disclosure);
    }
    const auto act = [&] {
        (void)agent_.owner().classify(chosen.entry.id, store::DisclosureClass::local,
                                      draw_reason("class"));
    };
    refused(act, "an entry that has left was made local");
    return chosen.entry.id;
}

std::string Owner::withdraw(const Trouble& trouble) {
    const auto chosen = draw_entry(true);
    return chosen ? withdraw_chosen(trouble, *chosen) : std::string();
}

void Owner::withdraw_entry(const std::string& id) {
    const auto chosen = this->chosen(id);
    if (chosen) (void)withdraw_chosen({}, *chosen);
}

std::string Owner::withdraw_chosen(const Trouble& trouble, const Chosen& chosen) {
    if (chosen.view.disclosure == "withdrawn") return {};
    if (!chosen.view.revision.empty()) return change_class(trouble, chosen, "withdrawn");
    const auto act = [&] {
        (void)agent_.owner().classify(chosen.entry.id, store::DisclosureClass::withdrawn,
                                      draw_reason("class"));
    };
    refused(act, "an entry of which nothing has left was withdrawn");
    return chosen.entry.id;
}

void Owner::amend_minutes(const std::string& id) {
    const auto chosen = this->chosen(id);
    if (!chosen) return;
    std::string minutes = std::to_string(1401 + world_.dice.below(8000));
    if (minutes == chosen->now.at("minutes")) minutes = "1400";
    (void)amend_by({}, *chosen, {{"minutes", minutes}});
}

std::string Owner::retry(const Trouble& trouble) {
    for (const auto& [id, entry] : agent_.ledger) {
        if (agent_.owner().show(id).delivery != "quarantined") continue;
        bool pending = false;
        const Ending ending =
            agent_.perform(trouble, [&] { pending = waits(agent_.owner().retry(id).delivery); });
        const std::string now = agent_.owner().show(id).delivery;
        const bool known = now == "pending" || (now == "quarantined" && ending != Ending::done);
        if (!known) throw Violation("an entry that was to be tried again is " + now);
        if (pending) agent_.pending_added();
        return id;
    }
    return {};
}

/// Decides what waits for him, as it comes.
std::string Owner::resolve(const Trouble& trouble) {
    const std::vector<store::ConflictView> conflicts = agent_.owner().conflicts();
    if (conflicts.empty()) return {};
    return resolve_one(trouble, conflicts[world_.dice.below(conflicts.size())]);
}

void Owner::decide(const std::string& id) {
    for (const store::ConflictView& conflict : agent_.owner().conflicts()) {
        if (conflict.id == id) (void)resolve_one({}, conflict);
    }
}

store::Choice Owner::draw_choice(const std::string& field) {
    if (field == "minutes" && world_.dice.percent(30)) {
        return {store::Choice::Side::text, std::to_string(30'000 + world_.dice.below(9000))};
    }
    if (world_.dice.percent(50)) return {store::Choice::Side::theirs};
    return {};
}

Deed Owner::decision_on(const store::ConflictView& conflict) {
    Deed deed{.agent = agent_.index(), .entry = conflict.id, .kind = Deed::Kind::resolved};
    const auto other = agent_.disputed(conflict.id);
    deed.over_own = conflict.kind != "edited" && other &&
                    world_.witness.is_of_agents("entry:" + conflict.id + ' ' + other->to_string());
    deed.seen = world_.deeds.known_to(agent_, conflict.id);
    for (const store::ConflictField& field : conflict.fields) {
        for (const std::string& value : {field.mine, field.theirs})
            deed.seen.merge(world_.deeds.that_gave(conflict.id, field.field, value));
    }
    return deed;
}

std::string Owner::resolve_one(const Trouble& trouble, const store::ConflictView& conflict) {
    learn_of_pulled();
    std::map<std::string, store::Choice> choices;
    Deed deed = decision_on(conflict);
    for (const store::ConflictField& field : conflict.fields) {
        const store::Choice choice = draw_choice(field.field);
        const bool is_mine = choice.side == store::Choice::Side::mine;
        deed.given[field.field] = is_mine ? field.mine : field.theirs;
        if (choice.side == store::Choice::Side::text) {
            deed.given[field.field] = choice.text;
            deed.typed.insert(field.field);
        }
        if (field.field == "minutes" && choice.side == store::Choice::Side::theirs)
            deed.as_shown = agent_.has_put_aside(conflict.id);
        choices[field.field] = choice;
    }
    const std::string before = agent_.owner().show(conflict.id).disclosure;
    bool refused = false;
    std::string reason = draw_reason("resolve");
    if (reason.back() % 2 == 0) reason.clear();  // he need not give one
    const Ending ending = agent_.perform(trouble, [&] {
        try {
            const auto done = agent_.owner().resolve(conflict.id, choices,
                                                     {.withdrawal = store::Withdrawal::agreed,
                                                      .keep = store::Choice::Side::mine,
                                                      .reason = reason});
            if (!done) throw Violation("a decision was refused:" + joined(done.error()));
            if (waits(done->delivery)) agent_.pending_added();
        } catch (const store::StoreError& error) {
            // Where the peer hides what it takes to decide.
            refused = error.kind() == store::StoreError::Kind::refused;
            if (!refused) throw;
        }
    });
    world_.marks.hit((refused ? "not resolved: " : "resolved: ") + conflict.kind);
    if (refused) return conflict.id;
    deed.certain = ending == Ending::done;
    const store::EntryView view = agent_.owner().show(conflict.id);
    if (view.delivery == "unsigned") agent_.unsigned_once.insert(conflict.id);
    const std::string& after = view.disclosure;
    if (after == "withdrawn" && before != after) deed.kind = Deed::Kind::withdrawn;
    // Somebody else wrote over what may have kept more back.
    if (conflict.kind == "foreign" && before == "full" && after == "partial")
        deed.kind = Deed::Kind::narrowed;
    // What it says now is what he chose, not what he remembers.
    if (const auto known = agent_.ledger.find(conflict.id); known != agent_.ledger.end()) {
        known->second.others_too = true;
        if (ending != Ending::failed)
            known->second.deeds.push_back(world_.deeds.add(std::move(deed)));
    }
    if (revised_) revised_(conflict.id);
    return conflict.id;
}

}  // namespace tizilim::simulation
