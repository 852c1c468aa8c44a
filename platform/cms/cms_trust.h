#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"

#include <memory>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <optional>
#include <utility>

namespace tizilim::platform {

/// Never changed after it is made: any number of threads may check against it.
class TrustedCertificates::Impl {
public:
    using StorePtr = std::unique_ptr<X509_STORE, FreeBy<X509_STORE_free>>;
    Impl(StorePtr store, bool empty) : store_(std::move(store)), empty_(empty) {}
    [[nodiscard]] X509_STORE* store() const { return store_.get(); }
    [[nodiscard]] bool empty() const { return empty_; }

private:
    StorePtr store_;
    bool empty_;
};

/// Why no chain leads from `signer` through `others` to a trusted certificate at `at` (nothing:
/// validity is not checked); nothing when one does. Revocation is not checked: there may be no
/// network for weeks.
[[nodiscard]] std::optional<Message> chain_refusal(const TrustedCertificates& trusted, X509& signer,
                                                   STACK_OF(X509) * others,
                                                   std::optional<WallTime> at);

}  // namespace tizilim::platform
