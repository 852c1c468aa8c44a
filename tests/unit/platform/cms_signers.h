#pragma once

#include "platform/check.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"
#include "tests/support/test_certificates.h"

#include <string>
#include <string_view>

namespace tizilim {

/// What the tests of signatures sign.
inline constexpr std::string_view kContent = R"({"essence":"Кеңес берілді","number":17})";

/// Made once for a whole test program: an RSA key takes a while.
inline const support::TestAuthority& authority() {
    static const support::TestAuthority made;
    return made;
}
inline const support::TestSigner& rsa_signer() {
    static const support::TestSigner made = authority().issue(support::KeyKind::rsa);
    return made;
}
inline const support::TestSigner& ecdsa_signer() {
    static const support::TestSigner made = authority().issue(support::KeyKind::ecdsa);
    return made;
}

inline platform::TrustedCertificates trusting(const std::string& pem) {
    auto read = platform::TrustedCertificates::parse(pem);
    CHECK(read.has_value());
    return *read;
}

inline platform::CmsSignature examine(std::string_view der, std::string_view content = kContent) {
    return platform::examine_cms(der, content, trusting(""));
}

/// Why a signature is invalid or not verified, in English; empty when it is verified.
inline std::string why(const platform::CmsSignature& found) {
    return found.reason ? platform::in_english(*found.reason) : std::string();
}

inline bool says(std::string_view text, std::string_view words) {
    return text.find(words) != std::string_view::npos;
}

}  // namespace tizilim
