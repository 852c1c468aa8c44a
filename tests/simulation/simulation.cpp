#include "tests/simulation/simulation.h"

#include "platform/clock.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "sync/couch/answer.h"
#include "sync/replicator.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/deeds.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/forger.h"
#include "tests/simulation/marks.h"
#include "tests/simulation/oracles.h"
#include "tests/simulation/owner.h"
#include "tests/simulation/together.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/unified_system.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/weights.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_database.h"
#include "tests/support/said.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kCheckAllEvery = 20;
constexpr std::uint64_t kVerifyEvery = 100;
/// Of calm: one agent's steps until it must be quiet.
constexpr std::uint64_t kCalmStepsMax = 600;
/// What was refused so often waits for somebody's decision: a peer keeps no leaf that it compacted
/// under what others wrote.
constexpr unsigned kLooksMax = 10;
/// Virtual time of calm: more than the polls after which the peer is greeted anew.
constexpr std::chrono::hours kCalmMax{72};
constexpr std::chrono::hours kGreetedAnew{16};
/// A peer is not restored in less: agents that were talking to it notice the silence.
constexpr std::chrono::minutes kRestoreMin{1};
/// What one agent sends the others see at their next poll, and may answer.
constexpr int kCalmRounds = 5;

std::size_t draw_entries_max(Dice& dice) {
    constexpr std::array<std::size_t, 4> kCounts{2, 4, 10, 40};
    return dice.of(kCounts);
}

std::string outcome_name(sync::Outcome outcome) {
    switch (outcome) {
        case sync::Outcome::progress:
            return "progress";
        case sync::Outcome::idle:
            return "idle";
        case sync::Outcome::offline:
            return "offline";
        case sync::Outcome::captive_portal:
            return "captive_portal";
        case sync::Outcome::unauthorized:
            return "unauthorized";
        case sync::Outcome::refused:
            return "refused";
    }
    return "unknown";
}

class Simulation {
public:
    Simulation(const Plan& plan, const std::filesystem::path& folder);
    void run();

    [[nodiscard]] Result result() const {
        return {.violation = {},
                .hash = trace_.hash(),
                .steps = done_,
                .requests = witness_.requests(),
                .marks = marks_};
    }

private:
    void make_agents(const Plan& plan, const std::filesystem::path& folder);
    void step();
    [[nodiscard]] std::string happen(Event event, Agent& agent);
    [[nodiscard]] std::string act(Event event, Agent& agent);
    void work_meanwhile(Agent& agent);
    [[nodiscard]] bool at_the_peer(Event event);
    [[nodiscard]] bool forge(Event event);
    void begin_with_a_lie();
    void tell_others(const Agent& agent, const std::string& id);
    void exchange(Agent& agent);
    void step_of(Agent& agent, bool troubled);
    void calm();
    bool be_quiet(Agent& agent);
    void check_silence(Agent& agent);
    void advance(milliseconds by);
    void describe(Agent& agent);
    [[nodiscard]] Owner owner_of(Agent& agent);
    [[nodiscard]] static std::string work(Event event, Owner& owner, const Owner::Trouble& trouble);
    [[nodiscard]] Owner::Trouble draw_trouble();
    void live_long(Agent& agent);
    void rest();

    const Plan& plan_;
    Dice dice_;
    Marks marks_;
    Trace trace_;
    Witness witness_;
    Choice<Event> events_;
    Choice<Fault> faults_;
    Choice<DiskTrouble> disk_;
    UnifiedSystem unified_;
    Deeds deeds_;
    World world_;
    Oracles oracles_;
    unsigned disk_percent_ = 0;
    unsigned fault_percent_ = 0;
    std::vector<std::unique_ptr<Agent>> agents_;
    Together together_;
    std::uint64_t done_ = 0;
};

Simulation::Simulation(const Plan& plan, const std::filesystem::path& folder)
    : plan_(plan),
      dice_(plan.seed),
      trace_(plan.trace),
      events_(all_events(), plan.without),
      faults_(all_faults(), plan.without),
      disk_(all_disk_troubles(), plan.without),
      unified_(dice_.percent(60) ? support::PeerKind::couchdb : support::PeerKind::pouchdb,
               dice_.seed(), witness_, marks_),
      world_{dice_,
             marks_,
             trace_,
             witness_,
             unified_,
             deeds_,
             draw_entries_max(dice_),
             [this](std::size_t agent) { work_meanwhile(*agents_[agent]); },
             [this](milliseconds by) { advance(by); }},
      oracles_(world_),
      together_(world_, agents_, [this](Agent& agent) { return owner_of(agent); }) {
    faults_.thin_out(dice_);
    make_agents(plan, folder);
    fault_percent_ = static_cast<unsigned>(dice_.between(2, 45));
    disk_percent_ = static_cast<unsigned>(dice_.below(12));
    begin_with_a_lie();
    for (const auto& agent : agents_) agent->network().trouble(fault_percent_, &faults_);
    witness_.inspect([this](std::size_t agent, const platform::JsonValue& document) {
        oracles_.check_leaving(*agents_[agent], document);
        deeds_.left(*agents_[agent], document);
    });
}

void Simulation::make_agents(const Plan& plan, const std::filesystem::path& folder) {
    constexpr std::array<std::size_t, 6> kCounts{1, 1, 2, 2, 2, 3};
    const std::size_t drawn = dice_.of(kCounts);
    const std::size_t count = plan.agents > 0 ? plan.agents : drawn;
    std::optional<store::PairingCode> code;
    for (std::size_t i = 0; i < count; ++i) {
        agents_.push_back(std::make_unique<Agent>(
            world_, i, folder / ("agent-" + std::to_string(i)), code ? &*code : nullptr));
        if (!code) code = agents_[0]->get().pairing_code();
    }
}

void Simulation::advance(milliseconds by) {
    for (const auto& agent : agents_) agent->clock().advance(by);
}

Owner::Trouble Simulation::draw_trouble() {
    if (!dice_.percent(disk_percent_)) return {};
    return disk_.draw(dice_);
}

void Simulation::run() {
    for (done_ = 0; done_ < plan_.steps; ++done_) step();
    calm();
}

void Simulation::step() {
    dice_.begin(plan_.seed, done_);
    const auto event = events_.draw(dice_);
    if (!event) return;
    Agent& agent = *dice_.of(agents_);
    trace_.say(std::to_string(done_) + ": agent " + std::to_string(agent.index()) + ", " +
               std::string(event->name));
    marks_.hit(std::string(event->name));
    const std::string touched = happen(event->kind, agent);
    describe(agent);
    oracles_.check(agent, touched, done_ % kCheckAllEvery == 0);
    oracles_.check_peer(agents_);
    if (event->kind == Event::exchange) oracles_.check_held(agent);
    if (done_ % kVerifyEvery == kVerifyEvery - 1) Oracles::check_journal(agent);
}

void Simulation::describe(Agent& agent) {
    trace_.say("  " + outcome_name(agent.link().outcome) + ',' + text_of(agent.get().balance()) +
               ", journal " + agent.get().chain_head().substr(0, 8));
}

std::string Simulation::happen(Event event, Agent& agent) {
    switch (event) {
        case Event::exchange:
            exchange(agent);
            return {};
        case Event::time_passes:
            advance(milliseconds(dice_.below(dice_.percent(10) ? 200'000'000 : 4'000'000)));
            return {};
        case Event::sync_now:
            agent.sync_now();
            return {};
        case Event::network_came:
            agent.network_came();
            return {};
        case Event::restart:
            agent.restart();
            return {};
        case Event::toggle_signature:
            agent.toggle_signature();
            return {};
        case Event::clock_jump:
            agent.clock().set_wall(agent.clock().wall_now() +
                                   std::chrono::minutes(dice_.below(200'000)) -
                                   std::chrono::minutes(20'000));
            return {};
        case Event::keep_image:
            agent.keep_image();
            return {};
        case Event::put_back_image:
            if (agent.has_image()) agent.put_back_image();
            return {};
        case Event::keep_backup:
            agent.keep_backup();
            return {};
        case Event::restore_backup:
            if (agent.has_backup()) agent.restore_backup();
            return {};
        case Event::long_history:
            live_long(agent);
            return {};
        default:
            break;
    }
    const bool is_done = at_the_peer(event) || forge(event) || together_.act(event);
    return is_done ? std::string() : act(event, agent);
}

/// False: the event is none of these.
bool Simulation::forge(Event event) {
    switch (event) {
        case Event::forged_tombstone:
            (void)unified_.forge_tombstone(dice_);
            return true;
        case Event::forged_ancestors:
            unified_.lie(Lie::ancestors, dice_, agents_.size());
            return true;
        case Event::cut_histories:
            unified_.lie(Lie::cut, dice_, agents_.size());
            return true;
        case Event::other_branch:
            unified_.lie(Lie::other_branch, dice_, agents_.size());
            return true;
        case Event::hidden_merge:
            unified_.lie(Lie::hidden_merge, dice_, agents_.size());
            return true;
        case Event::twin_revision:
            unified_.lie(Lie::twin, dice_, agents_.size());
            return true;
        default:
            return false;
    }
}

/// Half the runs: those in which nobody lies at first come to other things.
void Simulation::begin_with_a_lie() {
    constexpr std::array<Event, 5> kLies{Event::forged_ancestors, Event::cut_histories,
                                         Event::other_branch, Event::hidden_merge,
                                         Event::twin_revision};
    const Event event = dice_.of(kLies);
    if (!dice_.percent(50)) return;
    for (const auto& row : all_events()) {
        if (row.kind == event && plan_.without.contains(std::string(row.name))) return;
    }
    (void)forge(event);
}

/// One entry gets more versions than a digest covers ancestors, and each of them leaves.
void Simulation::live_long(Agent& agent) {
    constexpr int kVersions = 106;
    constexpr int kStepsOfOne = 8;
    Owner owner = owner_of(agent);
    std::vector<std::string> ids;
    for (const auto& [id, entry] : agent.ledger) {
        const store::EntryView view = agent.owner().show(id);
        if (view.delivery == "delivered" && view.state != "void") ids.push_back(id);
    }
    if (ids.empty() || agents_.size() < 2) return;
    const std::string& id = dice_.of(ids);
    agent.changed_at = agent.clock().now();
    agent.network().calm();
    for (int version = 0; version < kVersions; ++version) {
        const std::string before = agent.owner().show(id).revision;
        owner.amend_minutes(id);
        for (int i = 0; i < kStepsOfOne && agent.due() <= agent.clock().now(); ++i) {
            step_of(agent, false);
        }
        if (agent.owner().show(id).revision == before) break;
    }
    agent.network().trouble(fault_percent_, &faults_);
}

Owner Simulation::owner_of(Agent& agent) {
    Owner owner(world_, agent);
    owner.on_revised([this, &agent](const std::string& id) { tell_others(agent, id); });
    return owner;
}

void Simulation::tell_others(const Agent& agent, const std::string& id) {
    for (const auto& other : agents_) {
        if (other.get() == &agent) continue;
        const auto known = other->ledger.find(id);
        if (known != other->ledger.end()) known->second.others_too = true;
    }
}

/// Between a question and its answer, as threads of the agent do.
void Simulation::work_meanwhile(Agent& agent) {
    constexpr std::array<Event, 7> kWork{Event::amend,      Event::amend,    Event::add,
                                         Event::void_entry, Event::classify, Event::withdraw,
                                         Event::resolve};
    if (plan_.without.contains(kMeanwhile)) return;
    const Event event = dice_.of(kWork);
    for (const auto& row : all_events()) {
        if (row.kind == event && plan_.without.contains(std::string(row.name))) return;
    }
    marks_.hit("act during a request");
    trace_.say("    meanwhile, an act");
    agent.changed_at = agent.clock().now();
    Owner owner = owner_of(agent);
    (void)work(event, owner, {});
}

std::string Simulation::act(Event event, Agent& agent) {
    const Owner::Trouble trouble = draw_trouble();
    Owner owner = owner_of(agent);
    agent.changed_at = agent.clock().now();
    // A minute or so between two acts, so that receipts and acts differ in time.
    advance(milliseconds(1 + dice_.below(90'000)));
    return work(event, owner, trouble);
}

std::string Simulation::work(Event event, Owner& owner, const Owner::Trouble& trouble) {
    switch (event) {
        case Event::add:
            return owner.add(trouble);
        case Event::import:
            return owner.import(trouble);
        case Event::amend:
            return owner.amend(trouble);
        case Event::amend_stricter:
            return owner.amend_stricter(trouble);
        case Event::void_entry:
            return owner.void_entry(trouble);
        case Event::classify:
            return owner.classify(trouble);
        case Event::withdraw:
            return owner.withdraw(trouble);
        case Event::retry:
            return owner.retry(trouble);
        case Event::resolve:
            return owner.resolve(trouble);
        default:
            throw Violation("an event that nobody handles");
    }
}

/// False: the event is none of these.
bool Simulation::at_the_peer(Event event) {
    switch (event) {
        case Event::peer_snapshot:
            unified_.keep_snapshot(dice_);
            return true;
        case Event::peer_restored:
            (void)unified_.restore_snapshot(dice_);
            advance(kRestoreMin);
            return true;
        case Event::peer_replaced:
            unified_.replace();
            return true;
        case Event::peer_compacts:
            unified_.compact();
            return true;
        case Event::peer_remark:
            (void)unified_.write_remark(dice_);
            return true;
        case Event::foreign_edit:
            (void)unified_.edit_entry(dice_);
            return true;
        case Event::foreign_delete:
            (void)unified_.delete_entry(dice_);
            return true;
        case Event::rules_change:
            unified_.change_rules(dice_);
            return true;
        case Event::limits_change:
            unified_.change_limits(dice_);
            return true;
        default:
            return false;
    }
}

/// As the agent's loop does: waits until the next step is due, then makes a few of them.
void Simulation::exchange(Agent& agent) {
    if (agent.due() == platform::Instant::max()) return;
    if (agent.due() > agent.clock().now()) {
        advance(std::chrono::ceil<milliseconds>(agent.due() - agent.clock().now()));
    }
    for (std::uint64_t i = 0; i < 1 + dice_.below(6); ++i) {
        if (agent.due() > agent.clock().now()) return;
        step_of(agent, true);
    }
}

void Simulation::step_of(Agent& agent, bool troubled) {
    const Owner::Trouble trouble = troubled ? draw_trouble() : Owner::Trouble{};
    const Ending ending = agent.perform(trouble, [&] { agent.step(); });
    // What the peer said may not have reached the register.
    if (ending != Ending::done) witness_.forget_greeting(agent.index());
    const sync::LinkState& link = agent.link();
    marks_.hit("answer: " + outcome_name(link.outcome));
    if (link.reason == sync::not_the_peer({"not_peer.does_not_look"}).reason) {
        marks_.hit("answers without looking");
    }
    const bool waits_for_person = link.outcome == sync::Outcome::unauthorized;
    if (link.next.at == platform::Instant::max() && !waits_for_person) {
        throw Violation("nothing is ever tried again after: " + support::said(link.reason));
    }
}

/// Until everybody has nothing to do. The peer lets everything in again.
void Simulation::calm() {
    trace_.say("calm");
    dice_.begin(plan_.seed, ~std::uint64_t{0});
    unified_.end_limits();
    // What it refuses may stay so: it is told by a design document either way.
    if (dice_.percent(60)) unified_.end_rules();
    unified_.publish_rules();
    unified_.be_honest(dice_);
    for (const auto& agent : agents_) {
        agent->network().calm();
        if (agent->settings().require_signature) agent->toggle_signature();
        agent->sync_now();
    }
    for (int round = 0; round < kCalmRounds; ++round) {
        for (const auto& agent : agents_) {
            if (!be_quiet(*agent)) oracles_.check_quiet(*agent);
        }
        advance(kGreetedAnew / 2);
    }
    rest();
    for (const auto& agent : agents_) {
        oracles_.check(*agent, {}, true);
        oracles_.check_quiet(*agent);
        oracles_.check_pulled(*agent);
        oracles_.check_held(*agent);
        Oracles::check_journal(*agent);
    }
    oracles_.check_peer(agents_);
    oracles_.check_agreement(agents_);
    oracles_.check_deeds(agents_);
    for (const auto& agent : agents_) check_silence(*agent);
}

/// Where everybody has said everything, nothing is written any more.
void Simulation::rest() {
    const std::uint64_t sequence = unified_.database().sequence();
    for (const auto& agent : agents_) (void)be_quiet(*agent);
    if (unified_.database().sequence() != sequence) {
        throw Violation("the agents go on writing though nothing happens");
    }
}

/// True when the agent became idle in time.
bool Simulation::be_quiet(Agent& agent) {
    const platform::Instant end = agent.clock().now() + kCalmMax;
    unsigned looks = 0;
    for (std::uint64_t i = 0; i < kCalmStepsMax && agent.clock().now() < end; ++i) {
        if (agent.due() == platform::Instant::max()) agent.sync_now();  // a person sees it
        if (agent.due() > agent.clock().now()) {
            if (agent.link().outcome == sync::Outcome::idle) return true;
            // A person looks at what is refused.
            if (agent.link().outcome == sync::Outcome::refused) {
                if (looks++ == kLooksMax) return false;
                agent.sync_now();
            }
            const auto wait = agent.due() - agent.clock().now();
            if (wait.count() > 0) advance(std::chrono::ceil<milliseconds>(wait));
        }
        step_of(agent, false);
        describe(agent);
        oracles_.check(agent, {}, false);
    }
    return false;
}

/// An entry that stays here changes nothing of what a stranger sees on the wire.
void Simulation::check_silence(Agent& agent) {
    const auto poll = [&] {
        const platform::LinkCounters before = agent.network().counters();
        if (agent.due() > agent.clock().now()) {
            advance(std::chrono::ceil<milliseconds>(agent.due() - agent.clock().now()));
        }
        for (std::uint64_t i = 0; agent.due() <= agent.clock().now(); ++i) {
            if (i >= kCalmStepsMax) throw violation(agent, "goes on asking for ever");
            step_of(agent, false);
        }
        const platform::LinkCounters after = agent.network().counters();
        return std::pair(after.requests - before.requests, after.bytes_up - before.bytes_up);
    };
    (void)poll();
    agent.restart();
    (void)poll();
    const auto usual = poll();
    // What waits for the lawyer's decision, and is not kept there, is tried less and less.
    if (agent.link().outcome != sync::Outcome::idle) return;
    const platform::Instant due = agent.due();
    (void)Owner(world_, agent).add_local();
    if (agent.due() != due) throw Violation("a local entry changed when the next exchange is");
    if (poll() != usual) throw Violation("a local entry changed what is sent");
}

}  // namespace

std::string Plan::command() const {
    std::string line =
        "simulate --seed " + std::to_string(seed) + " --steps " + std::to_string(steps);
    std::string names;
    for (const std::string& name : without) names += (names.empty() ? "" : ",") + name;
    if (agents > 0) line += " --agents " + std::to_string(agents);
    return names.empty() ? line : line + " --without " + names;
}

Result simulate(const Plan& plan, const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    Result result;
    std::optional<Simulation> simulation;
    std::string violation;
    try {
        simulation.emplace(plan, folder);
        simulation->run();
    } catch (const std::exception& error) {
        violation = error.what();
    } catch (const PowerCut&) {
        violation = "the machine stopped without a power cut";
    }
    if (simulation) result = simulation->result();
    result.violation = violation;
    simulation.reset();
    std::filesystem::remove_all(folder);
    return result;
}

}  // namespace tizilim::simulation
