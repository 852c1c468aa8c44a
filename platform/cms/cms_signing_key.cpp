#include "platform/clock.h"
#include "platform/cms/cms_certificate.h"
#include "platform/cms/cms_gost_signing.h"
#include "platform/cms/cms_key_file.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

/// Far beyond any entry; the library counts in int.
constexpr std::size_t kContentBytesMax = std::size_t{64} * 1024 * 1024;

Unexpected<Message> failed() {
    return Unexpected{Message{"signing_key.does_not_sign", {{"system", last_openssl_error()}}}};
}

bool add_signing_time(CMS_SignerInfo& signer, WallTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    // UTCTime up to 2049 and GeneralizedTime from then on, as RFC 5652, 11.3 asks.
    const AttributeTimePtr time(ASN1_TIME_set(nullptr, seconds));
    return time && CMS_signed_add1_attr_by_NID(&signer, NID_pkcs9_signingTime,
                                               ASN1_STRING_type(time.get()), time.get(), -1) == 1;
}

/// Those that a verifier may need on the way to its trusted certificates.
bool add_issuers(CMS_ContentInfo& cms, const KeyFile& file) {
    for (std::size_t i = 0; i < file.issuers.size(); ++i) {
        X509* issuer = file.issuers[i].get();
        bool there = X509_cmp(issuer, file.certificate.get()) == 0;
        for (std::size_t k = 0; k < i; ++k) {
            there = there || X509_cmp(issuer, file.issuers[k].get()) == 0;
        }
        if (!there && CMS_add1_cert(&cms, issuer) != 1) return false;
    }
    return true;
}

std::string der_of(const CMS_ContentInfo& cms) {
    unsigned char* bytes = nullptr;
    const int size = i2d_CMS_ContentInfo(&cms, &bytes);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

}  // namespace

class SigningKey::Impl {
public:
    explicit Impl(KeyFile file) : file_(std::move(file)) {}

    [[nodiscard]] Expected<std::string, Message> sign(std::string_view content,
                                                      WallTime now) const {
        if (content.size() > kContentBytesMax) {
            return Unexpected{Message{"signature.content_too_long"}};
        }
        auto der = file_.gost_key ? make_gost_cms(file_, content, now) : openssl_cms(content, now);
        if (der && der->size() > kCmsBytesMax) {
            return Unexpected{Message{"signing_key.too_many_issuers"}};
        }
        return der;
    }
    [[nodiscard]] X509& certificate() const { return *file_.certificate; }

private:
    [[nodiscard]] Expected<std::string, Message> openssl_cms(std::string_view content,
                                                             WallTime now) const {
        constexpr unsigned int kWhole = CMS_BINARY | CMS_DETACHED | CMS_PARTIAL;
        const CmsPtr cms(
            CMS_sign_ex(nullptr, nullptr, nullptr, nullptr, kWhole, key_file_context(), nullptr));
        if (!cms) return failed();
        CMS_SignerInfo* signer =
            CMS_add1_signer(cms.get(), file_.certificate.get(), file_.key.get(), EVP_sha256(),
                            CMS_CADES | CMS_NOSMIMECAP);
        if (signer == nullptr) return failed();
        if (!add_signing_time(*signer, now)) return failed();
        if (!add_issuers(*cms, file_)) return failed();
        const BioPtr source(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
        if (!source) throw std::bad_alloc();
        if (CMS_final(cms.get(), source.get(), nullptr, CMS_BINARY | CMS_DETACHED) != 1) {
            return failed();
        }
        std::string der = der_of(*cms);
        if (der.empty()) return failed();
        return der;
    }

    KeyFile file_;
};

Expected<SigningKey, Message> SigningKey::open(std::string_view p12, const std::string& password,
                                               WallTime now) {
    const ErrorQueueMark mark;
    auto file = read_key_file(p12, password, now);
    if (!file) return Unexpected{file.error()};
    return SigningKey(std::make_unique<Impl>(*std::move(file)));
}

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Expected<std::string, Message> SigningKey::sign(std::string_view content, WallTime now) const {
    const ErrorQueueMark mark;
    if (auto why = signer_refusal(impl_->certificate(), now)) return Unexpected{*std::move(why)};
    return impl_->sign(content, now);
}

std::string SigningKey::signer() const {
    return subject_of(impl_->certificate());
}

std::string SigningKey::iin() const {
    return iin_of(impl_->certificate());
}

}  // namespace tizilim::platform
