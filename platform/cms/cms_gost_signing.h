#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_key_file.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <string>
#include <string_view>

namespace tizilim::platform {

/// As SigningKey::sign(), with the GOST key of `file`. What was made is verified before it is given
/// out: a signature that was computed wrong would tell of the key.
[[nodiscard]] Expected<std::string, Message> make_gost_cms(const KeyFile& file,
                                                           std::string_view content, WallTime now);

}  // namespace tizilim::platform
