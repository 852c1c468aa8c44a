#include "platform/cms/cms_key_file.h"

#include "platform/clock.h"
#include "platform/cms/cms_certificate.h"
#include "platform/cms/cms_der.h"
#include "platform/cms/cms_gost.h"
#include "platform/cms/cms_openssl.h"
#include "platform/expected.h"
#include "platform/gost/gost_curve.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/safestack.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

constexpr std::size_t kKeyFileBytesMax = std::size_t{256} * 1024;
/// Parts of a file that are looked at; a lawyer's has one key and up to three certificates. Each
/// may cost a hashing of the password.
constexpr int kPartsMax = 32;
/// Rounds of hashing the password over all of a file, each about a microsecond; files have 1,000 to
/// 600,000 for each of the two or three things that they encrypt.
constexpr long kIterationsMax = 4'000'000;

using Pkcs12Ptr = std::unique_ptr<PKCS12, FreeBy<PKCS12_free>>;
using KeyInfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeBy<PKCS8_PRIV_KEY_INFO_free>>;
using Pbes1Ptr = std::unique_ptr<PBEPARAM, FreeBy<PBEPARAM_free>>;
using Pbes2Ptr = std::unique_ptr<PBE2PARAM, FreeBy<PBE2PARAM_free>>;
using Pbkdf2Ptr = std::unique_ptr<PBKDF2PARAM, FreeBy<PBKDF2PARAM_free>>;

struct FreeSafes {
    void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
struct FreeBags {
    void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const {
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
};
using SafesPtr = std::unique_ptr<STACK_OF(PKCS7), FreeSafes>;
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags>;

Unexpected<Message> unreadable() {
    return Unexpected{Message{"signing_key.unreadable"}};
}

/// PKCS #12 knows two empty passwords: none at all, and one of no characters.
struct Password {
    const char* bytes = nullptr;
    int size = 0;
};

template <class T>
T* parameters_of(const X509_ALGOR* algorithm, const ASN1_ITEM* item) {
    const void* value = nullptr;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(nullptr, &type, &value, algorithm);
    if (type != V_ASN1_SEQUENCE) return nullptr;
    return static_cast<T*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(value), item));
}

/// Takes `count` off what is `left`; false: there is not as much.
bool few_iterations(const ASN1_INTEGER* count, long& left) {
    const long iterations = count == nullptr ? 1 : ASN1_INTEGER_get(count);
    if (iterations < 1 || iterations > left) return false;
    left -= iterations;
    return true;
}

/// Whether decrypting ends in bearable time; unknown schemes end at once.
bool is_bounded(const X509_ALGOR* encryption, long& left) {
    const ASN1_OBJECT* oid = nullptr;
    X509_ALGOR_get0(&oid, nullptr, nullptr, encryption);
    if (OBJ_obj2nid(oid) != NID_pbes2) {
        const Pbes1Ptr pbes1(parameters_of<PBEPARAM>(encryption, ASN1_ITEM_rptr(PBEPARAM)));
        return !pbes1 || few_iterations(pbes1->iter, left);
    }
    const Pbes2Ptr pbes2(parameters_of<PBE2PARAM>(encryption, ASN1_ITEM_rptr(PBE2PARAM)));
    if (!pbes2) return true;
    const Pbkdf2Ptr derivation(
        parameters_of<PBKDF2PARAM>(pbes2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM)));
    return !derivation || few_iterations(derivation->iter, left);
}

/// Everything in a file, before it is known what fits what.
struct Parts {
    std::vector<PrivateKeyPtr> keys;
    std::vector<std::unique_ptr<GostPrivateKey>> gost_keys;
    std::vector<CertificatePtr> certificates;
    bool unknown_gost_key = false;
    bool unreadable = false;  ///< something could not be decrypted or was damaged
    long iterations_left = kIterationsMax;
};

void take_gost_key(std::string_view bytes, const X509_ALGOR* algorithm, Parts& parts) {
    const auto number = contents_of(bytes, der::kOctets);
    if (!has_gost_parameters(algorithm) || !number || number->size() != GostCurve::kNumberBytes) {
        parts.unknown_gost_key = true;
        return;
    }
    parts.gost_keys.push_back(std::make_unique<GostPrivateKey>(*number));
}

void take_key(const PKCS8_PRIV_KEY_INFO* info, Parts& parts) {
    const ASN1_OBJECT* oid = nullptr;
    const unsigned char* bytes = nullptr;
    int size = 0;
    const X509_ALGOR* algorithm = nullptr;
    if (info == nullptr || PKCS8_pkey_get0(&oid, &bytes, &size, &algorithm, info) != 1) {
        parts.unreadable = true;
        return;
    }
    if (const std::string kind = oid_text(oid); is_kazakh_gost(kind)) {
        const std::string_view given(reinterpret_cast<const char*>(bytes),
                                     static_cast<std::size_t>(size));
        if (kind == kGostKey) return take_gost_key(given, algorithm, parts);
        parts.unknown_gost_key = true;
        return;
    }
    PrivateKeyPtr key(EVP_PKCS82PKEY_ex(info, key_file_context(), nullptr));
    if (key) {
        parts.keys.push_back(std::move(key));
    } else {
        parts.unreadable = true;
    }
}

void take_encrypted_key(const PKCS12_SAFEBAG* bag, Password password, Parts& parts) {
    const X509_ALGOR* encryption = nullptr;
    X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &encryption, nullptr);
    if (!is_bounded(encryption, parts.iterations_left)) {
        parts.unreadable = true;
        return;
    }
    const KeyInfoPtr info(
        PKCS12_decrypt_skey_ex(bag, password.bytes, password.size, key_file_context(), nullptr));
    take_key(info.get(), parts);
}

/// In the library context of the keys, so that the two can be used together.
void take_certificate(const PKCS12_SAFEBAG* bag, Parts& parts) {
    const CertificatePtr plain(PKCS12_SAFEBAG_get1_cert(bag));
    unsigned char* der = nullptr;
    const int size = plain ? i2d_X509(plain.get(), &der) : 0;
    X509* own = X509_new_ex(key_file_context(), nullptr);
    if (own == nullptr) throw std::bad_alloc();
    const unsigned char* at = der;
    const bool whole = size > 0 && d2i_X509(&own, &at, size) != nullptr;
    OPENSSL_free(der);
    CertificatePtr certificate(own);
    if (whole) {
        parts.certificates.push_back(std::move(certificate));
    } else {
        parts.unreadable = true;
    }
}

void take_bag(const PKCS12_SAFEBAG* bag, Password password, Parts& parts) {
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_keyBag:
            return take_key(PKCS12_SAFEBAG_get0_p8inf(bag), parts);
        case NID_pkcs8ShroudedKeyBag:
            return take_encrypted_key(bag, password, parts);
        case NID_certBag:
            return take_certificate(bag, parts);
        default:  // CRLs, secrets, friendly folders: nothing to sign with
            return;
    }
}

BagsPtr open_safe(PKCS7* safe, Password password, long& iterations_left) {
    if (PKCS7_type_is_data(safe)) return BagsPtr(PKCS12_unpack_p7data(safe));
    if (!PKCS7_type_is_encrypted(safe) || safe->d.encrypted == nullptr ||
        !is_bounded(safe->d.encrypted->enc_data->algorithm, iterations_left)) {
        return nullptr;
    }
    return BagsPtr(PKCS12_unpack_p7encdata(safe, password.bytes, password.size));
}

Parts read_parts(const STACK_OF(PKCS7) * safes, Password password) {
    Parts parts;
    int looked_at = 0;
    for (int i = 0; i < std::min(sk_PKCS7_num(safes), kPartsMax); ++i) {
        const BagsPtr bags = open_safe(sk_PKCS7_value(safes, i), password, parts.iterations_left);
        if (!bags) {
            parts.unreadable = true;
            continue;
        }
        for (int k = 0; k < sk_PKCS12_SAFEBAG_num(bags.get()); ++k) {
            if (++looked_at > kPartsMax) return parts;
            take_bag(sk_PKCS12_SAFEBAG_value(bags.get(), k), password, parts);
        }
    }
    return parts;
}

Expected<Pkcs12Ptr, Message> parse(std::string_view bytes) {
    const Unexpected no_key_file{Message{"signing_key.no_key_file"}};
    if (bytes.empty() || bytes.size() > kKeyFileBytesMax) return no_key_file;
    const BioPtr source(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    PKCS12* raw = PKCS12_init_ex(NID_pkcs7_data, key_file_context(), nullptr);
    if (!source || raw == nullptr) throw std::bad_alloc();
    const bool whole = d2i_PKCS12_bio(source.get(), &raw) != nullptr;
    Pkcs12Ptr p12(raw);
    if (!whole) return no_key_file;
    return p12;
}

/// The form of `password` that the file is sealed with; the error when there is none.
Expected<Password, Message> matching_password(PKCS12& p12, const std::string& password) {
    const Password given{.bytes = password.c_str(), .size = static_cast<int>(password.size())};
    if (PKCS12_mac_present(&p12) != 1) return given;
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(nullptr, &algorithm, nullptr, &iterations, &p12);
    const ASN1_OBJECT* oid = nullptr;
    X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
    const std::string digest = oid_text(oid);
    if (is_kazakh_gost(digest)) return Unexpected{Message{"signing_key.gost"}};
    const DigestPtr known(EVP_MD_fetch(key_file_context(), digest.c_str(), nullptr));
    long left = kIterationsMax;
    if (!known || !few_iterations(iterations, left)) return unreadable();
    if (PKCS12_verify_mac(&p12, given.bytes, given.size) == 1) return given;
    if (password.empty() && PKCS12_verify_mac(&p12, nullptr, 0) == 1) return Password{};
    return Unexpected{Message{"signing_key.wrong_password"}};
}

bool has_gost_certificate(const Parts& parts) {
    return std::ranges::any_of(parts.certificates, [](const CertificatePtr& certificate) {
        return is_kazakh_gost(key_algorithm_of(*certificate));
    });
}

/// Why there is no key among the parts.
Message missing_key(const Parts& parts, bool sealed) {
    if (parts.unknown_gost_key || has_gost_certificate(parts)) return {"signing_key.gost"};
    // Without a seal over the whole file, a wrong password shows only here.
    if (parts.unreadable && !sealed) return {"signing_key.wrong_password"};
    return {parts.unreadable ? "signing_key.unreadable" : "signing_key.no_key"};
}

/// The first key whose certificate is there and may sign.
class Choice {
public:
    Choice(Parts parts, WallTime now) : parts_(std::move(parts)), now_(now) {}

    Expected<KeyFile, Message> made() {
        for (PrivateKeyPtr& key : parts_.keys) {
            const auto is_of = [&](const X509& certificate) {
                return X509_check_private_key(&certificate, key.get()) == 1;
            };
            if (choose(is_of)) return file(std::move(key), nullptr);
        }
        for (std::unique_ptr<GostPrivateKey>& key : parts_.gost_keys) {
            const auto point = GostCurve::kazakh().public_key_of(key->number());
            const auto is_of = [&](const X509& certificate) {
                const auto own = gost_key_of(certificate);
                return point && own && *own == *point;
            };
            if (choose(is_of)) return file(nullptr, std::move(key));
        }
        return Unexpected{why_};
    }

private:
    template <class IsOf>
    bool choose(const IsOf& is_of) {
        for (CertificatePtr& certificate : parts_.certificates) {
            if (!certificate || !is_of(*certificate)) continue;
            std::optional<Message> refusal = signer_refusal(*certificate, now_);
            if (!refusal) {
                own_ = std::move(certificate);
                return true;
            }
            if (!fits_) why_ = *std::move(refusal);
            fits_ = true;
        }
        return false;
    }
    KeyFile file(PrivateKeyPtr key, std::unique_ptr<GostPrivateKey> gost_key) {
        std::erase(parts_.certificates, nullptr);
        return {.key = std::move(key),
                .gost_key = std::move(gost_key),
                .certificate = std::move(own_),
                .issuers = std::move(parts_.certificates)};
    }

    Parts parts_;
    WallTime now_;
    CertificatePtr own_;
    Message why_{"signing_key.no_certificate"};
    bool fits_ = false;
};

}  // namespace

GostPrivateKey::GostPrivateKey(std::string_view number) : bytes_(number.begin(), number.end()) {}
GostPrivateKey::~GostPrivateKey() {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

std::optional<Message> signer_refusal(X509& certificate, WallTime now) {
    const auto validity = validity_of(certificate);
    if (!validity) return Message{"signing_key.validity_unreadable"};
    if (now > validity->not_after) {
        return Message{"signing_key.expired",
                       {{"at", format_time(validity->not_after, UtcOffset{0})}}};
    }
    if (now < validity->not_before) {
        return Message{"signing_key.not_yet_valid",
                       {{"from", format_time(validity->not_before, UtcOffset{0})}}};
    }
    if (auto why = usage_refusal(certificate)) return why;
    if (key_algorithm_of(certificate) == kGostKey) {
        const auto key = gost_key_of(certificate);
        return key ? std::nullopt : std::optional(key.error());
    }
    return key_refusal(X509_get0_pubkey(&certificate));
}

Expected<KeyFile, Message> read_key_file(std::string_view p12, const std::string& password,
                                         WallTime now) {
    const auto parsed = parse(p12);
    if (!parsed) return Unexpected{parsed.error()};
    const auto matching = matching_password(**parsed, password);
    if (!matching) return Unexpected{matching.error()};
    const SafesPtr safes(PKCS12_unpack_authsafes(parsed->get()));
    if (!safes) return unreadable();
    Parts parts = read_parts(safes.get(), *matching);
    const bool sealed = PKCS12_mac_present(parsed->get()) == 1;
    if (parts.keys.empty() && parts.gost_keys.empty())
        return Unexpected{missing_key(parts, sealed)};
    return Choice(std::move(parts), now).made();
}

}  // namespace tizilim::platform
