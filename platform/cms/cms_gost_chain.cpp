#include "platform/cms/cms_gost_chain.h"

#include "platform/clock.h"
#include "platform/cms/cms_certificate.h"
#include "platform/cms/cms_gost.h"
#include "platform/cms/cms_openssl.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/obj_mac.h>
#include <openssl/safestack.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <optional>
#include <vector>

namespace tizilim::platform {
namespace {

/// Certificates between the signer's and the trusted one, as in cms_trust.cpp.
constexpr std::size_t kBetweenMax = 8;
/// Signatures of issuers that are tried: with one name and key many certificates may be given.
constexpr int kTriedMax = 32;

using ConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, FreeBy<NAME_CONSTRAINTS_free>>;
using KeyNamePtr = std::unique_ptr<AUTHORITY_KEYID, FreeBy<AUTHORITY_KEYID_free>>;
using Chain = std::vector<X509*>;

bool is_among(const STACK_OF(X509) * certificates, const X509& wanted) {
    for (int i = 0; i < sk_X509_num(certificates); ++i) {
        if (X509_cmp(sk_X509_value(certificates, i), &wanted) == 0) return true;
    }
    return false;
}

/// By names and key identifiers; whether it has signed shows its key.
bool may_have_issued(const X509& issuer, const X509& certificate) {
    if (X509_NAME_cmp(X509_get_subject_name(&issuer), X509_get_issuer_name(&certificate)) != 0) {
        return false;
    }
    const KeyNamePtr named(static_cast<AUTHORITY_KEYID*>(
        X509_get_ext_d2i(&certificate, NID_authority_key_identifier, nullptr, nullptr)));
    return !named || X509_check_akid(&issuer, named.get()) == X509_V_OK;
}

int time_error(const X509& certificate, std::optional<WallTime> at) {
    if (!at) return X509_V_OK;
    const auto validity = validity_of(certificate);
    if (!validity) return X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
    if (*at < validity->not_before) return X509_V_ERR_CERT_NOT_YET_VALID;
    return *at > validity->not_after ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_OK;
}

int extension_error(X509& certificate) {
    const std::uint32_t flags = X509_get_extension_flags(&certificate);
    if ((flags & EXFLAG_INVALID) != 0) return X509_V_ERR_INVALID_EXTENSION;
    return (flags & EXFLAG_CRITICAL) != 0 ? X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION : X509_V_OK;
}

/// `between`: certificates of the chain that issue others, below this one.
int issuer_error(X509& issuer, long between) {
    // Also asks that its key usage, if it says one, is to sign certificates.
    constexpr int kIsAuthority = 1;
    if (X509_check_ca(&issuer) != kIsAuthority) return X509_V_ERR_INVALID_CA;
    const long between_max = X509_get_pathlen(&issuer);
    return between_max >= 0 && between > between_max ? X509_V_ERR_PATH_LENGTH_EXCEEDED : X509_V_OK;
}

bool is_self_issued(X509& certificate) {
    return (X509_get_extension_flags(&certificate) & EXFLAG_SI) != 0;
}

/// Of the first `count` of the chain, whether the names of each are what `issuer` may name.
int names_error(const X509& issuer, const Chain& chain, std::size_t count) {
    int state = 0;
    const ConstraintsPtr constraints(static_cast<NAME_CONSTRAINTS*>(
        X509_get_ext_d2i(&issuer, NID_name_constraints, &state, nullptr)));
    constexpr int kNotThere = -1;
    if (!constraints) return state == kNotThere ? X509_V_OK : X509_V_ERR_INVALID_EXTENSION;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && is_self_issued(*chain[i])) continue;
        const int error = NAME_CONSTRAINTS_check(chain[i], constraints.get());
        if (error != X509_V_OK) return error;
    }
    return X509_V_OK;
}

/// From the signer's certificate to a trusted one; each was signed by the next.
class ChainBuilder {
public:
    ChainBuilder(const STACK_OF(X509) * others, const STACK_OF(X509) * trusted,
                 std::optional<WallTime> at)
        : others_(others), trusted_(trusted), at_(at) {}

    int build(X509& signer) {
        chain_.push_back(&signer);
        while (!is_among(trusted_, *chain_.back())) {
            if (chain_.size() > kBetweenMax + 1) return X509_V_ERR_CERT_CHAIN_TOO_LONG;
            X509* issuer = issuer_among(trusted_);
            if (issuer == nullptr) issuer = issuer_among(others_);
            if (issuer == nullptr) return error_;
            chain_.push_back(issuer);
        }
        return X509_V_OK;
    }
    [[nodiscard]] const Chain& chain() const { return chain_; }

private:
    /// One that is valid rather than one that was renewed.
    X509* issuer_among(const STACK_OF(X509) * certificates) {
        X509* found = nullptr;
        for (int i = 0; i < sk_X509_num(certificates); ++i) {
            X509* const issuer = sk_X509_value(certificates, i);
            if (is_in_chain(*issuer) || !may_have_issued(*issuer, *chain_.back())) continue;
            if (++tried_ > kTriedMax) return found;
            if (!is_gost_signed_by(*chain_.back(), *issuer)) {
                error_ = X509_V_ERR_CERT_SIGNATURE_FAILURE;
                continue;
            }
            if (time_error(*issuer, at_) == X509_V_OK) return issuer;
            if (found == nullptr) found = issuer;
        }
        return found;
    }
    /// Certificates may have issued each other in a circle.
    [[nodiscard]] bool is_in_chain(const X509& certificate) const {
        return std::ranges::any_of(
            chain_, [&](const X509* one) { return X509_cmp(one, &certificate) == 0; });
    }

    const STACK_OF(X509) * others_;
    const STACK_OF(X509) * trusted_;
    std::optional<WallTime> at_;
    Chain chain_;
    int tried_ = 0;
    int error_ = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
};

}  // namespace

int gost_chain_error(X509& signer, const STACK_OF(X509) * others, const STACK_OF(X509) * trusted,
                     std::optional<WallTime> at) {
    ChainBuilder builder(others, trusted, at);
    int error = builder.build(signer);
    const Chain& chain = builder.chain();
    long between = 0;
    for (std::size_t i = 0; error == X509_V_OK && i < chain.size(); ++i) {
        X509& certificate = *chain[i];
        error = extension_error(certificate);
        if (error == X509_V_OK) error = time_error(certificate, at);
        if (i == 0) continue;
        if (error == X509_V_OK) error = issuer_error(certificate, between);
        if (error == X509_V_OK) error = names_error(certificate, chain, i);
        if (!is_self_issued(certificate)) ++between;
    }
    return error;
}

}  // namespace tizilim::platform
