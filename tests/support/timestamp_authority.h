#pragma once

#include "platform/clock.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

// A time-stamp authority (RFC 3161) of a test's own.

/// In place of what is right.
struct StampWish {
    platform::WallTime at = kSigningTime;
    int status = 0;
    std::optional<std::string> imprint = {};
    std::optional<std::string> nonce = {};        ///< contents of the number; empty: none
    std::optional<std::string> signed_info = {};  ///< signed, and then replaced by the right one
    bool names_certificate = true;
    std::string content_type = "1.2.840.113549.1.9.16.1.4";
};

/// Makes a token that carries `info` (TSTInfo, DER).
using SignStamp = std::function<std::string(const std::string& info, const StampWish& wish)>;
[[nodiscard]] SignStamp stamping_with(const TestSigner& signer);
[[nodiscard]] SignStamp stamping_with(const GostCertificate& signer,
                                      const std::vector<GostCertificate>& others = {});

/// Of a certificate that is for time-stamps alone.
[[nodiscard]] CertificateWish stamping_certificate();

/// What the authority answers to `request`, DER.
[[nodiscard]] std::string timestamp_answer(std::string_view request, const SignStamp& sign,
                                           const StampWish& wish = {});

}  // namespace tizilim::support
