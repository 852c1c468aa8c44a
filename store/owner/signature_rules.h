#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/message.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/register/register.h"

#include <optional>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// What accept_signature() judges by.
struct SignatureRules {
    const RegisterSettings& settings;
    const platform::TrustedCertificates& trusted;
    platform::WallTime now;
    /// When the version was recorded, if in another register; nothing: in this one.
    std::optional<platform::WallTime> recorded_at{};
};

/// What is stored of a signature, and warnings for the lawyer.
struct AcceptedSignature {
    SignatureRecord record;
    std::vector<platform::Message> warnings;
};

/// Examines `cms` (DER) as the signature of a stored version; stores nothing. It must be over
/// exactly the version's bytes, as far as that can be computed; made after the version was recorded
/// and not more than a day ahead of now; by a certificate that was valid then and, with
/// own_key_only, has the lawyer's IIN; and attached to no other version. Or the reason it is not.
[[nodiscard]] platform::Expected<AcceptedSignature, platform::Message> accept_signature(
    const BookReader& book, const VersionName& of, std::string_view cms,
    const SignatureRules& rules);

}  // namespace tizilim::store
