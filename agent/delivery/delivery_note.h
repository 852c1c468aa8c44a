#pragma once

#include "agent/delivery/observation.h"
#include "store/owner/owner_session.h"

#include <string>

namespace tizilim::agent {

/// How far an entry's delivery has come, why no further, and what comes next, for a person: "next
/// try 14:32: 413 after splitting to 1 document, third attempt".
[[nodiscard]] std::string delivery_note(const store::EntryView& entry, const Observation& observed);

}  // namespace tizilim::agent
