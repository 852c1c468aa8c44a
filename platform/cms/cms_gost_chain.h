#pragma once

#include "platform/clock.h"

#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>

namespace tizilim::platform {

/// For a certificate that is signed with Kazakh GOST, where X509_verify_cert() ends at the first
/// key that it does not know: a chain from `signer` through `others` to one of `trusted`. The same
/// is asked of it: signatures, validity at `at` (nothing: not checked), CA, key usage, path length,
/// name constraints, no critical extension that is not known. X509_V_OK, or the first fault's code.
[[nodiscard]] int gost_chain_error(X509& signer, const STACK_OF(X509) * others,
                                   const STACK_OF(X509) * trusted, std::optional<WallTime> at);

}  // namespace tizilim::platform
