#pragma once

#include "platform/clock.h"
#include "platform/cms_signature.h"
#include "platform/expected.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/register/register.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// By what a signature is judged, whichever way it comes.
struct SignatureRules {
    const RegisterSettings& settings;
    const platform::TrustedCertificates& trusted;
    platform::WallTime now;
    /// When the version was recorded, where that was on another register; nothing: it was here.
    std::optional<platform::WallTime> recorded_at{};
};

/// What is kept of a signature, and what there is to say of it.
struct AcceptedSignature {
    SignatureRecord record;
    std::vector<std::string> warnings;
};

/// Takes `cms` (DER) as the signature of a version that is in the book. It must be over exactly the
/// version's bytes, as far as that can be computed; made after the version was recorded and not
/// more than a day ahead of now; by a certificate that was valid then, of the lawyer himself where
/// his IIN is known; and attached to no other version. The error says which of it is not so.
[[nodiscard]] platform::Expected<AcceptedSignature, std::string> accept_signature(
    const BookReader& book, const VersionName& of, std::string_view cms,
    const SignatureRules& rules);

}  // namespace tizilim::store
