#pragma once

#include "platform/text/message.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// A curve y² = x³ + ax + b over p with a point (x, y) of prime order q; hex.
struct GostParameters {
    const char* p;
    const char* a;
    const char* b;
    const char* q;
    const char* x;
    const char* y;
};

/// Signatures by GOST R 34.10-2012 (RFC 7091), which Kazakhstan names GOST 34.10-2015, over a curve
/// of 512 bits. All numbers are little-endian (README.md, "Facts"). Safe for threads.
class GostCurve {
public:
    static constexpr std::size_t kNumberBytes = 64;
    static constexpr std::size_t kPointBytes = 2 * kNumberBytes;  ///< x, then y
    static constexpr std::size_t kSignatureBytes = 2 * kNumberBytes;

    /// tc26-gost-3410-12-512-paramSetA (RFC 7836, A.1): what Kazakh keys are on.
    [[nodiscard]] static const GostCurve& kazakh();

    explicit GostCurve(const GostParameters& parameters);
    ~GostCurve();
    GostCurve(const GostCurve&) = delete;
    GostCurve& operator=(const GostCurve&) = delete;

    /// Why nothing can be signed with this public key; nothing when it is a point of the curve.
    [[nodiscard]] std::optional<Message> key_refusal(std::string_view public_key) const;

    /// Why `signature` is not that of `digest` by this key; nothing when it is.
    [[nodiscard]] std::optional<Message> signature_refusal(std::string_view public_key,
                                                           std::string_view digest,
                                                           std::string_view signature) const;

    /// Nothing when it is no private key: zero, or not below q.
    [[nodiscard]] std::optional<std::string> public_key_of(std::string_view private_key) const;

    /// The number that is multiplied with is derived from key, digest and fresh randomness (as RFC
    /// 6979, 3.6 has it), so that neither a weak source nor a repeated digest gives the key away.
    /// Secrets are blinded and computed with in constant time as far as OpenSSL's numbers go.
    /// Nothing when OpenSSL has no randomness, or the key is none.
    [[nodiscard]] std::optional<std::string> sign(std::string_view private_key,
                                                  std::string_view digest) const;

private:
    class Impl;
    std::unique_ptr<const Impl> impl_;
};

}  // namespace tizilim::platform
