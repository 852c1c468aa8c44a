#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"

#include <openssl/types.h>
#include <optional>
#include <string_view>

namespace tizilim::platform {

// Shared by the cms_* files; not for other folders.

/// What is asked of a signature beside what holds of any.
struct SignatureRules {
    /// Why that certificate may not sign such a thing; nothing when it may.
    std::optional<Message> (*usage_refusal)(X509& certificate) = nullptr;
    /// When it was made, as the content says; nothing: as the signing-time attribute says.
    std::optional<WallTime> made_at{};
    bool names_certificate = false;  ///< the attribute that names it may not be missing
};

/// As examine_cms(), by other rules.
[[nodiscard]] CmsSignature examine_by(const SignatureRules& rules, std::string_view der,
                                      std::string_view content, const TrustedCertificates& trusted);

}  // namespace tizilim::platform
