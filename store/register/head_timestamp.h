#pragma once

#include "platform/cms/cms_signature.h"
#include "store/disk/vault.h"
#include "store/register/register.h"

#include <optional>

namespace tizilim::store {

/// As Register::head_timestamp().
[[nodiscard]] std::optional<HeadTimestamp> head_timestamp(
    const VaultReader& vault, const platform::TrustedCertificates& trusted);

}  // namespace tizilim::store
