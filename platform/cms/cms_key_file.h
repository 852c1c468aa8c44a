#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_openssl.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::platform {

/// The number that is a GOST key, as GostCurve takes it; overwritten when it goes.
class GostPrivateKey {
public:
    /// \throws std::bad_alloc
    explicit GostPrivateKey(std::string_view number);
    ~GostPrivateKey();
    GostPrivateKey(const GostPrivateKey&) = delete;
    GostPrivateKey& operator=(const GostPrivateKey&) = delete;
    [[nodiscard]] std::string_view number() const { return {bytes_.data(), bytes_.size()}; }

private:
    std::vector<char> bytes_;
};

/// What a .p12 file holds to sign with.
struct KeyFile {
    PrivateKeyPtr key;  ///< RSA or ECDSA; null: `gost_key` is the key
    std::unique_ptr<GostPrivateKey> gost_key;
    CertificatePtr certificate;           ///< of that key
    std::vector<CertificatePtr> issuers;  ///< the others in the file
};

/// Checks that the key may sign at `now`. The error says what is wrong with which part, and what to
/// do.
[[nodiscard]] Expected<KeyFile, Message> read_key_file(std::string_view p12,
                                                       const std::string& password, WallTime now);

/// Why nothing may be signed by `certificate` at `now`; nothing when it may.
[[nodiscard]] std::optional<Message> signer_refusal(X509& certificate, WallTime now);

}  // namespace tizilim::platform
