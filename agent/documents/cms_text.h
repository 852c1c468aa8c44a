#pragma once

#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// The longest file with a signature: base64 of PEM in UTF-16 takes some five times the bytes.
inline constexpr std::size_t kCmsFileBytesMax = 8 * platform::kCmsBytesMax;

/// The CMS (DER) in a file, in any form in which programs and people save one: DER; PEM with any
/// label; base64 with or without line ends; NCALayer's JSON answer; base64 of PEM; each also in
/// UTF-16 and with `\n` written out. The error says what the file is instead.
[[nodiscard]] platform::Expected<std::string, platform::Message> cms_of(std::string_view file);

}  // namespace tizilim::agent
