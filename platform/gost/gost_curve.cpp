#include "platform/gost/gost_curve.h"

#include "platform/check.h"
#include "platform/text/message.h"

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/types.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

template <auto kFree>
struct FreeBy {
    template <class T>
    void operator()(T* object) const {
        kFree(object);
    }
};
/// Overwritten before they are freed, whatever they held.
using NumberPtr = std::unique_ptr<BIGNUM, FreeBy<BN_clear_free>>;
using ContextPtr = std::unique_ptr<BN_CTX, FreeBy<BN_CTX_free>>;
using MontgomeryPtr = std::unique_ptr<BN_MONT_CTX, FreeBy<BN_MONT_CTX_free>>;
using GroupPtr = std::unique_ptr<EC_GROUP, FreeBy<EC_GROUP_free>>;
using PointPtr = std::unique_ptr<EC_POINT, FreeBy<EC_POINT_clear_free>>;

constexpr std::size_t kNumberBytes = GostCurve::kNumberBytes;
using NumberBytes = std::array<unsigned char, kNumberBytes>;

/// Bytes that are overwritten at the end of a scope.
struct SecretBytes {
    NumberBytes bytes{};
    SecretBytes() = default;
    ~SecretBytes() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
};

/// OpenSSL fails here for lack of memory alone.
template <class Pointer>
Pointer made(Pointer pointer) {
    if (!pointer) throw std::bad_alloc();
    return pointer;
}
void expect(int succeeded) {
    if (succeeded != 1) throw std::bad_alloc();
}

NumberPtr new_number() {
    return made(NumberPtr(BN_new()));
}
NumberPtr new_secret() {
    NumberPtr number = made(NumberPtr(BN_secure_new()));
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}
ContextPtr new_context() {
    return made(ContextPtr(BN_CTX_secure_new()));
}

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

NumberPtr number_of(std::string_view little_endian) {
    return made(NumberPtr(
        BN_lebin2bn(octets(little_endian), static_cast<int>(little_endian.size()), nullptr)));
}
NumberPtr number_in_hex(const char* hex) {
    BIGNUM* raw = nullptr;
    CHECK(BN_hex2bn(&raw, hex) > 0);
    return NumberPtr(raw);
}

std::string bytes_of(const BIGNUM& number) {
    std::string bytes(kNumberBytes, '\0');
    CHECK(BN_bn2lebinpad(&number, reinterpret_cast<unsigned char*>(bytes.data()),
                         static_cast<int>(kNumberBytes)) == static_cast<int>(kNumberBytes));
    return bytes;
}

/// The numbers that RFC 6979, 3.2 with the additional bytes of 3.6 makes of key and digest, by HMAC
/// with SHA-512, which no key can be seen through.
class NonceSource {
public:
    NonceSource(std::string_view private_key, std::string_view digest) {
        value_.bytes.fill(1);
        is_sound_ = RAND_priv_bytes(fresh_.bytes.data(), static_cast<int>(kNumberBytes)) == 1;
        mix(0, private_key, digest);
        mix(1, private_key, digest);
    }
    /// Nothing when OpenSSL has no randomness or no SHA-512.
    [[nodiscard]] NumberPtr next() {
        if (used_) mix(0, {}, {});
        used_ = true;
        digest_value();
        if (!is_sound_) return nullptr;
        NumberPtr number = new_secret();
        if (BN_lebin2bn(value_.bytes.data(), static_cast<int>(kNumberBytes), number.get()) ==
            nullptr) {
            throw std::bad_alloc();
        }
        return number;
    }

private:
    void mix(unsigned char round, std::string_view private_key, std::string_view digest) {
        std::array<unsigned char, 4 * kNumberBytes + 1> all{};
        std::size_t size = 0;
        const auto put = [&](const unsigned char* bytes, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) all.at(size++) = bytes[i];
        };
        put(value_.bytes.data(), kNumberBytes);
        put(&round, 1);
        put(octets(private_key), private_key.size());
        put(octets(digest), digest.size());
        if (!private_key.empty()) put(fresh_.bytes.data(), kNumberBytes);
        authenticate(all.data(), size, key_.bytes);
        OPENSSL_cleanse(all.data(), all.size());
        digest_value();
    }
    void digest_value() { authenticate(value_.bytes.data(), kNumberBytes, value_.bytes); }
    void authenticate(const unsigned char* bytes, std::size_t size, NumberBytes& to) {
        SecretBytes made_of;
        unsigned int length = 0;
        if (HMAC(EVP_sha512(), key_.bytes.data(), static_cast<int>(kNumberBytes), bytes, size,
                 made_of.bytes.data(), &length) == nullptr) {
            is_sound_ = false;
        }
        to = made_of.bytes;
    }

    SecretBytes key_;
    SecretBytes value_;
    SecretBytes fresh_;
    bool is_sound_ = false;
    bool used_ = false;
};

}  // namespace

class GostCurve::Impl {
public:
    explicit Impl(const GostParameters& parameters) : q_(number_in_hex(parameters.q)) {
        const NumberPtr p = number_in_hex(parameters.p);
        const NumberPtr a = number_in_hex(parameters.a);
        const NumberPtr b = number_in_hex(parameters.b);
        const NumberPtr x = number_in_hex(parameters.x);
        const NumberPtr y = number_in_hex(parameters.y);
        const ContextPtr context = new_context();
        group_.reset(EC_GROUP_new_curve_GFp(p.get(), a.get(), b.get(), context.get()));
        CHECK(group_ != nullptr);
        const PointPtr generator = new_point();
        CHECK(EC_POINT_set_affine_coordinates(group_.get(), generator.get(), x.get(), y.get(),
                                              context.get()) == 1);
        CHECK(EC_GROUP_set_generator(group_.get(), generator.get(), q_.get(), BN_value_one()) == 1);
        montgomery_.reset(BN_MONT_CTX_new());
        CHECK(montgomery_ && BN_MONT_CTX_set(montgomery_.get(), q_.get(), context.get()) == 1);
    }

    /// Nothing when it is no point of the curve, or a coordinate is not below p.
    [[nodiscard]] PointPtr point_of(std::string_view bytes, BN_CTX& context) const {
        if (bytes.size() != kPointBytes) return nullptr;
        const NumberPtr x = number_of(bytes.substr(0, kNumberBytes));
        const NumberPtr y = number_of(bytes.substr(kNumberBytes));
        const BIGNUM* p = EC_GROUP_get0_field(group_.get());
        if (BN_cmp(x.get(), p) >= 0 || BN_cmp(y.get(), p) >= 0) return nullptr;
        PointPtr point = new_point();
        if (EC_POINT_set_affine_coordinates(group_.get(), point.get(), x.get(), y.get(),
                                            &context) != 1) {
            return nullptr;
        }
        return point;
    }

    /// Between 1 and q - 1.
    [[nodiscard]] bool is_in_range(const BIGNUM& number) const {
        return !BN_is_zero(&number) && BN_cmp(&number, q_.get()) < 0;
    }

    /// RFC 7091, 6.1, step 2: the digest modulo q, or 1.
    [[nodiscard]] NumberPtr reduced(std::string_view digest, BN_CTX& context) const {
        NumberPtr e = number_of(digest);
        expect(BN_nnmod(e.get(), e.get(), q_.get(), &context));
        if (BN_is_zero(e.get())) expect(BN_one(e.get()));
        return e;
    }

    /// RFC 7091, 6.2, steps 4 to 7.
    [[nodiscard]] bool holds(const EC_POINT& key, const BIGNUM& e, const BIGNUM& r, const BIGNUM& s,
                             BN_CTX& context) const {
        const NumberPtr v = new_number();
        if (BN_mod_inverse(v.get(), &e, q_.get(), &context) == nullptr) throw std::bad_alloc();
        const NumberPtr z1 = new_number();
        const NumberPtr z2 = new_number();
        expect(BN_mod_mul(z1.get(), &s, v.get(), q_.get(), &context));
        expect(BN_mod_mul(z2.get(), &r, v.get(), q_.get(), &context));
        expect(BN_sub(z2.get(), q_.get(), z2.get()));
        const PointPtr sum = new_point();
        expect(EC_POINT_mul(group_.get(), sum.get(), z1.get(), &key, z2.get(), &context));
        if (EC_POINT_is_at_infinity(group_.get(), sum.get()) == 1) return false;
        return BN_cmp(x_modulo_q(*sum, context).get(), &r) == 0;
    }

    [[nodiscard]] PointPtr multiple(const BIGNUM& secret, BN_CTX& context) const {
        PointPtr point = new_point();
        // With nothing but this factor OpenSSL climbs a ladder of constant time.
        expect(EC_POINT_mul(group_.get(), point.get(), &secret, nullptr, nullptr, &context));
        return point;
    }

    [[nodiscard]] NumberPtr x_modulo_q(const EC_POINT& point, BN_CTX& context) const {
        NumberPtr x = new_number();
        expect(EC_POINT_get_affine_coordinates(group_.get(), &point, x.get(), nullptr, &context));
        expect(BN_nnmod(x.get(), x.get(), q_.get(), &context));
        return x;
    }

    [[nodiscard]] std::string bytes_of_point(const EC_POINT& point, BN_CTX& context) const {
        const NumberPtr x = new_number();
        const NumberPtr y = new_number();
        expect(EC_POINT_get_affine_coordinates(group_.get(), &point, x.get(), y.get(), &context));
        return bytes_of(*x) + bytes_of(*y);
    }

    /// s = rd + ke modulo q, where d and k are multiplied by a random number all the way. Nothing
    /// without randomness.
    [[nodiscard]] NumberPtr blinded_sum(const BIGNUM& r, const BIGNUM& d, const BIGNUM& k,
                                        const BIGNUM& e, BN_CTX& context) const {
        const NumberPtr blind = new_secret();
        do {
            if (BN_priv_rand_range(blind.get(), q_.get()) != 1) return nullptr;
        } while (BN_is_zero(blind.get()));
        const NumberPtr unblind = new_secret();
        if (BN_mod_inverse(unblind.get(), blind.get(), q_.get(), &context) == nullptr) {
            throw std::bad_alloc();
        }
        const NumberPtr rd = product(*product(*blind, d, context), r, context);
        const NumberPtr ke = product(*product(*blind, k, context), e, context);
        const NumberPtr sum = new_secret();
        expect(BN_mod_add_quick(sum.get(), rd.get(), ke.get(), q_.get()));
        return product(*unblind, *sum, context);
    }

private:
    [[nodiscard]] PointPtr new_point() const { return made(PointPtr(EC_POINT_new(group_.get()))); }

    [[nodiscard]] NumberPtr product(const BIGNUM& a, const BIGNUM& b, BN_CTX& context) const {
        NumberPtr product = new_secret();
        expect(BN_to_montgomery(product.get(), &a, montgomery_.get(), &context));
        expect(
            BN_mod_mul_montgomery(product.get(), product.get(), &b, montgomery_.get(), &context));
        return product;
    }

    NumberPtr q_;
    GroupPtr group_;
    MontgomeryPtr montgomery_;
};

const GostCurve& GostCurve::kazakh() {
    // p is 2^512 - 569, and a is p - 3.
    static const GostCurve curve(
        {.p = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
              "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
         .a = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
              "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4",
         .b = "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265"
              "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
         .q = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
              "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
         .x = "3",
         .y = "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"
              "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4"});
    return curve;
}

GostCurve::GostCurve(const GostParameters& parameters)
    : impl_(std::make_unique<const Impl>(parameters)) {}
GostCurve::~GostCurve() = default;

std::optional<Message> GostCurve::key_refusal(std::string_view public_key) const {
    const ContextPtr context = new_context();
    if (impl_->point_of(public_key, *context)) return {};
    return Message{"gost.key_off_curve"};
}

std::optional<Message> GostCurve::signature_refusal(std::string_view public_key,
                                                    std::string_view digest,
                                                    std::string_view signature) const {
    if (signature.size() != kSignatureBytes) return Message{"gost.signature_length"};
    const ContextPtr context = new_context();
    const PointPtr key = impl_->point_of(public_key, *context);
    if (!key) return Message{"gost.key_off_curve"};
    const NumberPtr r = number_of(signature.substr(0, kNumberBytes));
    const NumberPtr s = number_of(signature.substr(kNumberBytes));
    if (!impl_->is_in_range(*r) || !impl_->is_in_range(*s)) {
        return Message{"gost.number_out_of_range"};
    }
    const NumberPtr e = impl_->reduced(digest, *context);
    if (impl_->holds(*key, *e, *r, *s, *context)) return {};
    return Message{"signature.wrong"};
}

std::optional<std::string> GostCurve::public_key_of(std::string_view private_key) const {
    const NumberPtr d = number_of(private_key);
    BN_set_flags(d.get(), BN_FLG_CONSTTIME);
    if (private_key.size() != kNumberBytes || !impl_->is_in_range(*d)) return {};
    const ContextPtr context = new_context();
    return impl_->bytes_of_point(*impl_->multiple(*d, *context), *context);
}

std::optional<std::string> GostCurve::sign(std::string_view private_key,
                                           std::string_view digest) const {
    const NumberPtr d = number_of(private_key);
    BN_set_flags(d.get(), BN_FLG_CONSTTIME);
    if (private_key.size() != kNumberBytes || digest.size() != kNumberBytes ||
        !impl_->is_in_range(*d)) {
        return {};
    }
    const ContextPtr context = new_context();
    const NumberPtr e = impl_->reduced(digest, *context);
    NonceSource nonces(private_key, digest);
    for (NumberPtr k = nonces.next(); k; k = nonces.next()) {
        if (!impl_->is_in_range(*k)) continue;
        const NumberPtr r = impl_->x_modulo_q(*impl_->multiple(*k, *context), *context);
        if (BN_is_zero(r.get())) continue;
        const NumberPtr s = impl_->blinded_sum(*r, *d, *k, *e, *context);
        if (!s) return {};
        if (!BN_is_zero(s.get())) return bytes_of(*r) + bytes_of(*s);
    }
    return {};
}

}  // namespace tizilim::platform
