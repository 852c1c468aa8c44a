// Only disclose() makes a DisclosedEntry, and nothing else has an encoder for the network.
#include "platform/text/json.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/replication/disclosed_entry.h"
#include "sync/couch/wire.h"

#include <optional>
#include <string>

namespace tizilim {

std::string control(const store::Entry& entry) {
    const std::optional<store::DisclosedEntry> disclosed =
        store::disclose(entry, store::DisclosurePolicy{});
    const store::DisclosedEntry copy = disclosed->minted({}, {});
    return sync::wire::encode(copy) + copy.body();
}

void gates(const store::Entry& entry, store::DisclosedEntry& disclosed) {
    (void)entry;
    (void)disclosed;
// gate entry_encoded: initialization of reference of type 'const tizilim::store::Discl
#ifdef entry_encoded
    (void)sync::wire::encode(entry);
#endif
// gate content_encoded: initialization of reference of type 'const tizilim::store::Discl
#ifdef content_encoded
    (void)sync::wire::encode(entry.content);
#endif
// gate text_encoded: initialization of reference of type 'const tizilim::store::Discl
#ifdef text_encoded
    (void)sync::wire::encode(std::string("essence"));
#endif
// gate optional_encoded: initialization of reference of type 'const tizilim::store::Discl
#ifdef optional_encoded
    (void)sync::wire::encode(store::disclose(entry, store::DisclosurePolicy{}));
#endif
// gate made_from_nothing: no matching function for call to 'tizilim::store::DisclosedEntry
#ifdef made_from_nothing
    const store::DisclosedEntry nothing;
#endif
// gate made_by_hand: is private within this context
#ifdef made_by_hand
    const store::DisclosedEntry by_hand("entry:1", platform::JsonObject{});
#endif
// gate made_by_braces: is private within this context
#ifdef made_by_braces
    const store::DisclosedEntry by_braces{"entry:1", platform::JsonObject{{"essence", "theft"}}};
#endif
// gate made_from_an_entry: conversion from 'const tizilim::store::Entry' to non-scalar type
#ifdef made_from_an_entry
    const store::DisclosedEntry made = entry;
#endif
// gate body_changed: no matching function for call to 'std::__cxx11::basic_string
#ifdef body_changed
    disclosed.body().append("essence");
#endif
// gate body_replaced: DisclosedEntry::body_' is private within this context
#ifdef body_replaced
    disclosed.body_ = "essence";
#endif
}

// gate derived: is private within this context
#ifdef derived
struct Wider : store::DisclosedEntry {
    Wider() : DisclosedEntry("entry:1", platform::JsonObject{}) {}
};
#endif

}  // namespace tizilim
