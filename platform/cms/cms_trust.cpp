#include "platform/cms/cms_trust.h"

#include "platform/clock.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <openssl/safestack.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::size_t kPemBytesMax = std::size_t{1024} * 1024;
constexpr int kCertificatesMax = 1000;
constexpr int kChainDepthMax = 8;
/// OpenSSL's level of 112 bits: RSA from 2048 bits on, no SHA-1.
constexpr int kSecurityLevel = 2;

using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreeBy<X509_STORE_CTX_free>>;

template <class T>
void free_openssl(T* bytes) {
    OPENSSL_free(bytes);
}

/// One block between BEGIN and END.
struct Block {
    bool is_certificate = false;
    CertificatePtr certificate;
};

/// Nothing at the end of the text, and when what is left is damaged: `whole` tells which.
std::optional<Block> next_block(BIO* text, bool& whole) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* bytes = nullptr;
    long size = 0;
    // The plain reader of blocks: the one of certificates may ask for a pass phrase at a terminal.
    const int read = PEM_read_bio(text, &name, &header, &bytes, &size);
    const std::unique_ptr<char, FreeBy<free_openssl<char>>> own_name(name);
    const std::unique_ptr<char, FreeBy<free_openssl<char>>> own_header(header);
    const std::unique_ptr<unsigned char, FreeBy<free_openssl<unsigned char>>> own_bytes(bytes);
    if (read != 1) {
        whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        return std::nullopt;
    }
    Block block;
    const std::string_view kind(name);
    block.is_certificate = kind == PEM_STRING_X509 || kind == PEM_STRING_X509_OLD;
    if (!block.is_certificate) return block;
    X509* raw = X509_new_ex(checking_context(), nullptr);
    if (raw == nullptr) throw std::bad_alloc();
    const unsigned char* at = bytes;
    const bool whole_certificate = d2i_X509(&raw, &at, size) != nullptr;
    block.certificate.reset(raw);
    if (!whole_certificate) block.certificate.reset();
    return block;
}

Unexpected<std::string> bad_block(int number, std::string_view what) {
    return Unexpected{"block " + std::to_string(number) + " of the trusted certificates " +
                      std::string(what) +
                      "; put certificates in PEM there, one after the other, and nothing else"};
}

}  // namespace

Expected<TrustedCertificates, std::string> TrustedCertificates::parse(std::string_view pem) {
    const ErrorQueueMark mark;
    if (pem.size() > kPemBytesMax) {
        return Unexpected<std::string>{
            "the trusted certificates are longer than 1 MiB; leave "
            "those that issue no lawyer's certificate out"};
    }
    Impl::StorePtr store(X509_STORE_new());
    const BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!store || !text) throw std::bad_alloc();
    int number = 0;
    bool whole = true;
    while (auto block = next_block(text.get(), whole)) {
        ++number;
        if (number > kCertificatesMax) return bad_block(number, "is one too many");
        if (!block->is_certificate) return bad_block(number, "is no certificate");
        if (!block->certificate) return bad_block(number, "is damaged");
        if (X509_STORE_add_cert(store.get(), block->certificate.get()) != 1) {
            return bad_block(number, "cannot be used (" + last_openssl_error() + ")");
        }
    }
    if (!whole) return bad_block(number + 1, "is damaged");
    if (number == 0 && !pem.empty()) {
        return Unexpected<std::string>{
            "the trusted certificates hold no certificate in PEM; a file in DER is converted by "
            "openssl x509 -inform DER -in FILE"};
    }
    return TrustedCertificates(std::make_shared<const Impl>(std::move(store), number == 0));
}

bool TrustedCertificates::empty() const {
    return impl_->empty();
}

std::string chain_refusal(const TrustedCertificates& trusted, X509& signer, STACK_OF(X509) * others,
                          std::optional<WallTime> at) {
    const StoreContextPtr context(X509_STORE_CTX_new_ex(checking_context(), nullptr));
    if (!context ||
        X509_STORE_CTX_init(context.get(), trusted.impl().store(), &signer, others) != 1) {
        throw std::bad_alloc();
    }
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_depth(wanted, kChainDepthMax);
    X509_VERIFY_PARAM_set_auth_level(wanted, kSecurityLevel);
    // An issuing certificate may be trusted without its root.
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
    if (at) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(*at);
        X509_VERIFY_PARAM_set_time(wanted, seconds.time_since_epoch().count());
    } else {
        flags |= X509_V_FLAG_NO_CHECK_TIME;
    }
    X509_VERIFY_PARAM_set_flags(wanted, flags);
    if (X509_verify_cert(context.get()) == 1) return {};
    return std::string("its certificate does not lead to a trusted one (") +
           X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())) +
           "); check who issued it, and the configured CA files";
}

}  // namespace tizilim::platform
