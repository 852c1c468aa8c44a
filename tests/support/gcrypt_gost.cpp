#include "tests/support/gcrypt_gost.h"

#include "platform/check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <gcrypt.h>
#include <memory>
#include <string>
#include <string_view>

namespace tizilim::support {
namespace {

constexpr std::size_t kNumberBytes = 64;
constexpr const char* kCurve = "GOST2012-512-tc26-A";

struct FreeExpression {
    void operator()(gcry_sexp_t expression) const { gcry_sexp_release(expression); }
};
using Expression = std::unique_ptr<gcry_sexp, FreeExpression>;

/// Once, before anything else of libgcrypt. Keys of tests need no slow randomness.
void start_libgcrypt() {
    static const bool started = [] {
        CHECK(gcry_check_version(nullptr) != nullptr);
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_ENABLE_QUICK_RANDOM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        return true;
    }();
    CHECK(started);
}

std::string reversed(std::string_view bytes) {
    return {bytes.rbegin(), bytes.rend()};
}

template <class... Values>
Expression built(const char* format, Values... values) {
    gcry_sexp_t raw = nullptr;
    CHECK(gcry_sexp_build(&raw, nullptr, format, values...) == 0);
    return Expression(raw);
}

/// A number of `expression`, with leading zeros, the highest byte first.
std::string number_in(const Expression& expression, const char* name) {
    const Expression found(gcry_sexp_find_token(expression.get(), name, 0));
    CHECK(found != nullptr);
    std::size_t size = 0;
    const char* bytes = gcry_sexp_nth_data(found.get(), 1, &size);
    CHECK(bytes != nullptr);
    std::string number(bytes, size);
    while (number.size() > kNumberBytes && number.front() == '\0') number.erase(0, 1);
    if (number.size() < kNumberBytes) number.insert(0, kNumberBytes - number.size(), '\0');
    return number;
}

Expression data_of(std::string_view digest) {
    const std::string big_endian = reversed(digest);
    return built("(data (flags gost) (value %b))", static_cast<int>(big_endian.size()),
                 big_endian.data());
}

std::string digest_by(int algorithm, std::string_view bytes) {
    start_libgcrypt();
    std::string digest(gcry_md_get_algo_dlen(algorithm), '\0');
    gcry_md_hash_buffer(algorithm, digest.data(), bytes.data(), bytes.size());
    return digest;
}

}  // namespace

std::string gcrypt_streebog256(std::string_view bytes) {
    return digest_by(GCRY_MD_STRIBOG256, bytes);
}
std::string gcrypt_streebog512(std::string_view bytes) {
    return digest_by(GCRY_MD_STRIBOG512, bytes);
}

class GcryptKey::Impl {
public:
    Impl() {
        start_libgcrypt();
        const Expression wish = built("(genkey (ecc (curve %s)))", kCurve);
        gcry_sexp_t raw = nullptr;
        CHECK(gcry_pk_genkey(&raw, wish.get()) == 0);
        const Expression pair(raw);
        key_.reset(gcry_sexp_find_token(pair.get(), "private-key", 0));
        CHECK(key_ != nullptr);
    }
    [[nodiscard]] const Expression& key() const { return key_; }

private:
    Expression key_;
};

GcryptKey::GcryptKey() : impl_(std::make_shared<const Impl>()) {}

std::string GcryptKey::private_key() const {
    return reversed(number_in(impl_->key(), "d"));
}

std::string GcryptKey::public_key() const {
    // 04, x, y.
    const std::string point = number_in(impl_->key(), "q");
    CHECK(point.size() == 2 * kNumberBytes + 1);
    return reversed(point.substr(1, kNumberBytes)) + reversed(point.substr(1 + kNumberBytes));
}

std::string GcryptKey::sign(std::string_view digest) const {
    gcry_sexp_t raw = nullptr;
    CHECK(gcry_pk_sign(&raw, data_of(digest).get(), impl_->key().get()) == 0);
    const Expression signature(raw);
    return reversed(number_in(signature, "r")) + reversed(number_in(signature, "s"));
}

bool gcrypt_verifies(std::string_view public_key, std::string_view digest,
                     std::string_view signature) {
    start_libgcrypt();
    const std::string point = "\x04" + reversed(public_key.substr(0, kNumberBytes)) +
                              reversed(public_key.substr(kNumberBytes));
    const Expression key = built("(public-key (ecc (curve %s) (q %b)))", kCurve,
                                 static_cast<int>(point.size()), point.data());
    const std::string r = reversed(signature.substr(0, kNumberBytes));
    const std::string s = reversed(signature.substr(kNumberBytes));
    const Expression given = built("(sig-val (gost (r %b) (s %b)))", static_cast<int>(r.size()),
                                   r.data(), static_cast<int>(s.size()), s.data());
    return gcry_pk_verify(given.get(), data_of(digest).get(), key.get()) == 0;
}

}  // namespace tizilim::support
