#pragma once

#include "platform/clock.h"

#include <memory>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::platform {

// Shared by the cms_* files; not for other folders.

template <auto kFree>
struct FreeBy {
    template <class T>
    void operator()(T* object) const {
        kFree(object);
    }
};
struct FreeCertificates {
    void operator()(STACK_OF(X509) * certificates) const;
};

using AttributeTimePtr = std::unique_ptr<ASN1_TIME, FreeBy<ASN1_TIME_free>>;
using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), FreeCertificates>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, FreeBy<CMS_ContentInfo_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, FreeBy<EVP_MD_free>>;
using PublicKeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using PrivateKeyPtr = PublicKeyPtr;

/// Removes from the thread's error queue what OpenSSL added within a scope, and no more: libcurl
/// uses the queue, too.
class ErrorQueueMark {
public:
    ErrorQueueMark();
    ~ErrorQueueMark();
    ErrorQueueMark(const ErrorQueueMark&) = delete;
    ErrorQueueMark& operator=(const ErrorQueueMark&) = delete;
};

/// OpenSSL's own text for its last error, a value of a message.
[[nodiscard]] std::string last_openssl_error();

/// A library context of our own, so that nothing here depends on the system's openssl.cnf and no
/// other user of OpenSSL in the process sees a change.
/// \throws MessageError when OpenSSL lacks its default provider
[[nodiscard]] OSSL_LIB_CTX* checking_context();
/// The same with the legacy provider, for old key files only: RC2 and short keys. Where that is not
/// installed, it equals the other.
[[nodiscard]] OSSL_LIB_CTX* key_file_context();

/// Dotted; empty for null, and for one that is longer than any in use.
[[nodiscard]] std::string oid_text(const ASN1_OBJECT* oid);

/// By SHA-2 and SHA-3 of 256 bits and more; nothing for others.
[[nodiscard]] std::optional<std::string> openssl_digest(std::string_view oid,
                                                        std::string_view bytes);

/// Nothing if it is no valid time.
[[nodiscard]] std::optional<WallTime> wall_time_of(const ASN1_TIME* time);

[[nodiscard]] const unsigned char* octets(std::string_view bytes);
[[nodiscard]] std::string_view bytes_of(const ASN1_STRING* text);
[[nodiscard]] std::string der_of(const X509& certificate);

}  // namespace tizilim::platform
