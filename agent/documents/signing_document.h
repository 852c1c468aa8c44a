#pragma once

#include "platform/text/message.h"

#include <optional>
#include <string>

namespace tizilim::agent {

/// Why `bytes` are not the document of the entry `id` that a lawyer signs
/// (store/replication/README.md, "Wire"), to the byte as this program writes it; nothing when they
/// are. Whatever gave them, a key signs nothing else. The reason holds nothing of the bytes.
[[nodiscard]] std::optional<platform::Message> signing_problem(const std::string& id,
                                                               const std::string& bytes);

}  // namespace tizilim::agent
