#include "platform/cms/cms_openssl.h"

#include "platform/clock.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <new>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/provider.h>
#include <openssl/safestack.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

/// Longest OID that is written out, as bytes of DER; those in use have about a dozen.
constexpr std::size_t kOidBytesMax = 64;
constexpr std::size_t kOidTextMax = 256;

struct KnownDigest {
    std::string_view oid;
    const char* name;
};
constexpr std::array<KnownDigest, 6> kDigests{{
    {.oid = "2.16.840.1.101.3.4.2.1", .name = "SHA2-256"},
    {.oid = "2.16.840.1.101.3.4.2.2", .name = "SHA2-384"},
    {.oid = "2.16.840.1.101.3.4.2.3", .name = "SHA2-512"},
    {.oid = "2.16.840.1.101.3.4.2.8", .name = "SHA3-256"},
    {.oid = "2.16.840.1.101.3.4.2.9", .name = "SHA3-384"},
    {.oid = "2.16.840.1.101.3.4.2.10", .name = "SHA3-512"},
}};

/// A context and the providers loaded into it.
class Library {
public:
    explicit Library(bool legacy) {
        // OpenSSL's own clean-up at exit must be registered before this object's.
        OPENSSL_init_crypto(0, nullptr);
        context_.reset(OSSL_LIB_CTX_new());
        if (!context_) throw std::bad_alloc();
        default_.reset(OSSL_PROVIDER_load(context_.get(), "default"));
        if (!default_) throw MessageError({"signature.no_openssl"});
        if (legacy) legacy_.reset(OSSL_PROVIDER_load(context_.get(), "legacy"));
    }
    [[nodiscard]] OSSL_LIB_CTX* get() const { return context_.get(); }

private:
    // In this order: providers are unloaded before their context goes.
    std::unique_ptr<OSSL_LIB_CTX, FreeBy<OSSL_LIB_CTX_free>> context_;
    std::unique_ptr<OSSL_PROVIDER, FreeBy<OSSL_PROVIDER_unload>> default_;
    std::unique_ptr<OSSL_PROVIDER, FreeBy<OSSL_PROVIDER_unload>> legacy_;
};

}  // namespace

void FreeCertificates::operator()(STACK_OF(X509) * certificates) const {
    sk_X509_pop_free(certificates, X509_free);
}

ErrorQueueMark::ErrorQueueMark() {
    ERR_set_mark();
}
ErrorQueueMark::~ErrorQueueMark() {
    ERR_pop_to_mark();
}

std::string last_openssl_error() {
    const unsigned long code = ERR_peek_last_error();
    const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
    if (words != nullptr) return words;
    return "OpenSSL error " + std::to_string(code);
}

OSSL_LIB_CTX* checking_context() {
    static const Library library(false);
    return library.get();
}

OSSL_LIB_CTX* key_file_context() {
    static const Library library(true);
    return library.get();
}

std::string oid_text(const ASN1_OBJECT* oid) {
    if (oid == nullptr || OBJ_length(oid) == 0 || OBJ_length(oid) > kOidBytesMax) return {};
    std::array<char, kOidTextMax> text{};
    const int length = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), oid, 1);
    if (length <= 0 || static_cast<std::size_t>(length) >= text.size()) return {};
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<std::string> openssl_digest(std::string_view oid, std::string_view bytes) {
    const auto* const known = std::ranges::find(kDigests, oid, &KnownDigest::oid);
    if (known == kDigests.end()) return {};
    const DigestPtr digest(EVP_MD_fetch(checking_context(), known->name, nullptr));
    std::array<unsigned char, EVP_MAX_MD_SIZE> computed{};
    unsigned int size = 0;
    if (!digest || EVP_Digest(bytes.data(), bytes.size(), computed.data(), &size, digest.get(),
                              nullptr) != 1) {
        throw std::bad_alloc();
    }
    return std::string(reinterpret_cast<const char*>(computed.data()), size);
}

std::optional<WallTime> wall_time_of(const ASN1_TIME* time) {
    std::tm parts{};
    // Without a time, OpenSSL would give the machine's own.
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    const std::chrono::year_month_day day{
        std::chrono::year(parts.tm_year + 1900),
        std::chrono::month(static_cast<unsigned>(parts.tm_mon) + 1),
        std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
    if (!day.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(day)) + std::chrono::hours(parts.tm_hour) +
           std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
}

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string_view bytes_of(const ASN1_STRING* text) {
    const void* first = ASN1_STRING_get0_data(text);
    if (first == nullptr) return {};
    return {static_cast<const char*>(first), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string der_of(const X509& certificate) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(&certificate, &bytes);
    if (size <= 0) throw std::bad_alloc();
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

}  // namespace tizilim::platform
