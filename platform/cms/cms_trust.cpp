#include "platform/cms/cms_trust.h"

#include "platform/clock.h"
#include "platform/cms/cms_certificate.h"
#include "platform/cms/cms_gost.h"
#include "platform/cms/cms_gost_chain.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/message.h"

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

/// What keeps a block from being trusted; nothing if nothing does.
std::optional<Message> block_refusal(const Block& block, int number, X509_STORE& store) {
    if (number > kCertificatesMax) return Message{"trust.block_too_many", {{"block", number}}};
    if (!block.is_certificate) return Message{"trust.block_no_certificate", {{"block", number}}};
    if (!block.certificate) return Message{"trust.block_damaged", {{"block", number}}};
    if (X509_STORE_add_cert(&store, block.certificate.get()) == 1) return {};
    return Message{"trust.block_unusable", {{"block", number}, {"system", last_openssl_error()}}};
}

}  // namespace

Expected<TrustedCertificates, Message> TrustedCertificates::parse(std::string_view pem) {
    const ErrorQueueMark mark;
    if (pem.size() > kPemBytesMax) return Unexpected{Message{"trust.too_long"}};
    Impl::StorePtr store(X509_STORE_new());
    const BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!store || !text) throw std::bad_alloc();
    int number = 0;
    bool whole = true;
    while (auto block = next_block(text.get(), whole)) {
        ++number;
        if (auto why = block_refusal(*block, number, *store)) return Unexpected{*std::move(why)};
    }
    if (!whole) return Unexpected{Message{"trust.block_damaged", {{"block", number + 1}}}};
    if (number == 0 && !pem.empty()) return Unexpected{Message{"trust.no_pem"}};
    return TrustedCertificates(std::make_shared<const Impl>(std::move(store), number == 0));
}

bool TrustedCertificates::empty() const {
    return impl_->empty();
}

std::optional<WallTime> first_end_of(std::string_view pem) {
    const ErrorQueueMark mark;
    if (pem.size() > kPemBytesMax) return {};
    const BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!text) throw std::bad_alloc();
    std::optional<WallTime> first;
    bool whole = true;
    while (const auto block = next_block(text.get(), whole)) {
        if (!block->certificate) continue;
        const auto validity = validity_of(*block->certificate);
        if (validity && (!first || validity->not_after < *first)) first = validity->not_after;
    }
    return first;
}

namespace {

/// X509_V_OK, or what keeps the chain from being good.
int chain_error(const TrustedCertificates& trusted, X509& signer, STACK_OF(X509) * others,
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
    if (X509_verify_cert(context.get()) == 1) return X509_V_OK;
    return X509_STORE_CTX_get_error(context.get());
}

}  // namespace

std::optional<Message> chain_refusal(const TrustedCertificates& trusted, X509& signer,
                                     STACK_OF(X509) * others, std::optional<WallTime> at) {
    int error = X509_V_OK;
    if (is_gost_signed(signer)) {
        const CertificatesPtr anchors(X509_STORE_get1_all_certs(trusted.impl().store()));
        if (!anchors) throw std::bad_alloc();
        error = gost_chain_error(signer, others, anchors.get(), at);
    } else {
        error = chain_error(trusted, signer, others, at);
    }
    if (error == X509_V_OK) return {};
    return Message{"trust.no_chain", {{"system", X509_verify_cert_error_string(error)}}};
}

}  // namespace tizilim::platform
