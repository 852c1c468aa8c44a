#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tizilim::support {

// Kazakh GOST by libgcrypt, which has it too: to compare with, in tests alone. Numbers and digests
// are little-endian, as in platform/gost/gost_curve.h.

[[nodiscard]] std::string gcrypt_streebog256(std::string_view bytes);
[[nodiscard]] std::string gcrypt_streebog512(std::string_view bytes);

/// A key made by libgcrypt, on tc26-gost-3410-12-512-paramSetA.
class GcryptKey {
public:
    GcryptKey();
    [[nodiscard]] std::string private_key() const;
    [[nodiscard]] std::string public_key() const;
    [[nodiscard]] std::string sign(std::string_view digest) const;

private:
    class Impl;
    std::shared_ptr<const Impl> impl_;
};

[[nodiscard]] bool gcrypt_verifies(std::string_view public_key, std::string_view digest,
                                   std::string_view signature);

}  // namespace tizilim::support
