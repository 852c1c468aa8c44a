#include "agent/delivery/delivery_note.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/entry_view.h"
#include "tests/unit/agent/observations.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using platform::as_it_stands;

std::string note_of(const store::EntryView& entry, const agent::Observation& observed) {
    return platform::in_english(agent::delivery_note(entry, observed));
}

store::EntryView entry_in(std::string_view delivery) {
    store::EntryView entry;
    entry.number = store::EntryNumber{7};
    entry.id = "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001";
    entry.delivery = delivery;
    return entry;
}

/// The next step in half an hour, at 14:30.
agent::Observation waiting() {
    agent::AgentFacts facts = support::waiting_facts();
    facts.sync.link->next.at = facts.now + 30min;
    return support::observation_of(facts);
}

agent::Observation offline() {
    agent::AgentFacts facts = support::waiting_facts();
    facts.sync.link->next.at = facts.now + 30min;
    facts.sync.link->outcome = store::Outcome::offline;
    facts.sync.link->failing_since = facts.wall_now;
    facts.sync.link->reason = platform::as_it_stands("name lookup failed");
    return support::observation_of(facts);
}

TEST(DeliveryNote, NamesTheNextTryTheLastAnswerAndTheAttempts) {
    store::EntryView entry = entry_in("pending");
    entry.delivery_reason = platform::as_it_stands("413 after splitting to 1 document");
    entry.attempts = 3;

    EXPECT_EQ(note_of(entry, waiting()),
              "next try 02.11.2026 14:30: 413 after splitting to 1 document, attempt 3");
    entry.attempts = 12;
    EXPECT_EQ(note_of(entry, waiting()),
              "next try 02.11.2026 14:30: 413 after splitting to 1 document, attempt 12");
}

TEST(DeliveryNote, NamesWhatKeepsEverythingFromGoingOn) {
    store::EntryView entry = entry_in("pending");
    EXPECT_EQ(note_of(entry, offline()), "next try 02.11.2026 14:30: name lookup failed");
    entry.delivery_reason = platform::as_it_stands("503");
    entry.attempts = 1;
    EXPECT_EQ(note_of(entry, offline()),
              "next try 02.11.2026 14:30: name lookup failed; of this entry: 503, attempt 1");
    EXPECT_EQ(note_of(entry_in("sent"), offline()),
              "accepted by the unified system, which is yet to show that it has it; next try "
              "02.11.2026 14:30: name lookup failed");
}

TEST(DeliveryNote, NamesDayAndTime) {
    agent::Observation observed = offline();
    observed.facts.sync.due_at = observed.facts.now + 11h;

    EXPECT_EQ(note_of(entry_in("pending"), observed),
              "next try 03.11.2026 01:00: name lookup failed");
}

TEST(DeliveryNote, SaysWhenThereIsNoNextTry) {
    agent::Observation observed = waiting();
    observed.facts.sync.due_at = platform::Instant::max();
    EXPECT_EQ(note_of(entry_in("pending"), observed), "no next try before `tizilim sync`");
    observed.facts.sync.due_at = observed.facts.now;
    EXPECT_EQ(note_of(entry_in("pending"), observed), "it is being tried now");
    observed.facts.sync.store_problem = as_it_stands("the disk is full");
    EXPECT_EQ(note_of(entry_in("pending"), observed), "delivery stands still: the disk is full");
    observed.facts.sync.pause_reason = as_it_stands("by a person");
    EXPECT_EQ(note_of(entry_in("pending"), observed), "delivery is paused: by a person");
}

TEST(DeliveryNote, SaysWhatAPersonCanDo) {
    EXPECT_EQ(note_of(entry_in("unsigned"), waiting()),
              "waits for the lawyer's signature: `tizilim sign 7`");
    store::EntryView refused = entry_in("quarantined");
    refused.delivery_reason = platform::as_it_stands("forbidden");
    refused.attempts = 2;
    EXPECT_EQ(note_of(refused, waiting()),
              "forbidden, attempt 2; tried again when the rules of the unified system "
              "change, or by `tizilim retry 7`");
    refused.number = {};
    EXPECT_TRUE(note_of(refused, waiting()).ends_with("retry " + refused.id + "`"));
}

TEST(DeliveryNote, NeverClaimsMoreThanIsKnown) {
    EXPECT_EQ(note_of(entry_in("local"), waiting()),
              "stays on this computer: nothing of it leaves");
    store::EntryView entry = entry_in("delivered");
    EXPECT_EQ(note_of(entry, offline()), "the unified system was asked, and has it");
    entry.delivery_reason = platform::as_it_stands("asked to be forgotten, still readable there");
    entry.in_conflict = true;
    EXPECT_EQ(note_of(entry, waiting()),
              "asked to be forgotten, still readable there; in conflict: `tizilim conflicts`");
}

std::string next_of(store::DeliveryState delivery, const agent::Observation& observed) {
    return platform::in_english(agent::recorded_note(
        {.number = store::EntryNumber{7}, .id = {}, .delivery = delivery, .warnings = {}},
        observed));
}

TEST(RecordedNote, SaysWhatHappensNext) {
    using enum store::DeliveryState;
    agent::Observation observed = waiting();
    EXPECT_EQ(next_of(local, observed), "It stays on this computer: nothing of it leaves.");
    EXPECT_EQ(next_of(awaiting_signature, observed),
              "It leaves once it is signed: `tizilim sign 7`.");
    EXPECT_EQ(next_of(pending, observed),
              "It goes out with the next exchange with the unified system.");
    EXPECT_EQ(next_of(pending, offline()),
              "It waits here: no exchange with the unified system has succeeded since 02.11.2026 "
              "14:00 (name lookup failed).");
    agent::AgentFacts facts = offline().facts;
    facts.sync.link->outcome = store::Outcome::unauthorized;
    EXPECT_EQ(next_of(pending, support::observation_of(facts)),
              "It waits here until `tizilim sync`: name lookup failed.");
    observed.facts.sync.store_problem = as_it_stands("the disk is full");
    EXPECT_EQ(next_of(pending, observed),
              "It waits here: delivery stands still (the disk is full).");
    observed.facts.sync.pause_reason = as_it_stands("by a person");
    EXPECT_EQ(next_of(pending, observed), "It waits here: delivery is paused (by a person).");
    EXPECT_EQ(next_of(local, observed), "It stays on this computer: nothing of it leaves.");
}

}  // namespace
}  // namespace tizilim
