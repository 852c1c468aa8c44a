#pragma once

#include "agent/delivery/observation.h"
#include "platform/text/message.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_view.h"

namespace tizilim::agent {

/// How far an entry's delivery has come, why no further, and what comes next: "next try 30.11.2026
/// 14:32: 413 after splitting to 1 document, attempt 3".
[[nodiscard]] platform::Message delivery_note(const store::EntryView& entry,
                                              const Observation& observed);

/// What happens next with an entry that was just recorded, in one sentence.
[[nodiscard]] platform::Message recorded_note(const store::Recorded& recorded,
                                              const Observation& observed);

}  // namespace tizilim::agent
