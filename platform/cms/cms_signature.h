#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::platform {

/// What is known of a signature (README.md, "Facts"). Stored; never renumber.
enum class SignatureStatus : std::uint8_t {
    verified = 1,             ///< it is over exactly these bytes, by the certificate inside
    parsed_not_verified = 2,  ///< GOST 34.310-2004: parsed, but can't be computed here
    invalid = 3
};
/// "parsed_not_verified". A verified one whose issuer was not checked has a code of its own.
[[nodiscard]] std::string_view code_of(SignatureStatus status, bool issuer_checked);

/// What a detached CMS (RFC 5652, CAdES-BES: RFC 5126) says of its one signer.
struct CmsSignature {
    SignatureStatus status = SignatureStatus::invalid;
    /// Why it is invalid, or not verified; what to do. Nothing when verified.
    std::optional<Message> reason;
    /// The chain leads to one of the trusted certificates; false also when none was given.
    bool issuer_checked = false;
    std::vector<Message> warnings;  ///< they don't make it invalid
    std::string signer;             ///< CN and GN of the subject: "ФАМИЛИЯ ИМЯ ОТЧЕСТВО"
    std::string iin;                ///< 12 digits of the subject's serialNumber; empty: none there
    std::string issuer;             ///< CN of the issuer
    std::string serial;             ///< of the certificate, lower-case hex
    std::string algorithm;          ///< OID of the signature's algorithm, dotted
    WallTime not_before{};
    WallTime not_after{};
    std::optional<WallTime> signed_at;  ///< the signing-time attribute
    std::string message_digest;         ///< of the signed bytes, by the signed attribute
    /// That digest was computed here and is that of these bytes. False of that of GOST 34.311-95.
    bool covers_bytes = false;
};

inline constexpr std::size_t kCmsBytesMax = std::size_t{64} * 1024;

/// Certificates that a signer's chain may lead to, from PEM text with one or more of them.
class TrustedCertificates {
public:
    /// Empty text: none, and chains are not checked. The error says what is wrong with the PEM.
    [[nodiscard]] static Expected<TrustedCertificates, Message> parse(std::string_view pem);
    [[nodiscard]] bool empty() const;

    class Impl;
    [[nodiscard]] const Impl& impl() const { return *impl_; }

private:
    explicit TrustedCertificates(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

/// When the first of the certificates in PEM text ends; nothing: it holds none that can be read.
/// Keys and what else stands there are passed over.
[[nodiscard]] std::optional<WallTime> first_end_of(std::string_view pem);

/// Examines `der` as a signature over `content`. Garbage, several signers, none, a CMS that carries
/// other content, algorithms that don't fit together: `invalid` with the reason. Bounded in time
/// and memory, for any bytes.
[[nodiscard]] CmsSignature examine_cms(std::string_view der, std::string_view content,
                                       const TrustedCertificates& trusted);

/// CmsSignature::message_digest of a CMS that was examined before; empty if it can't be read.
[[nodiscard]] std::string message_digest_of(std::string_view der);

/// The private key and certificate of a .p12 file (PKCS #12): RSA, ECDSA or GOST 34.10-2015.
class SigningKey {
public:
    /// Also reads old files with RC2 or 3DES, by OpenSSL's legacy provider. The error distinguishes
    /// a wrong password, a file without a key, a certificate that is not valid at `now` or may not
    /// sign, and a key of GOST 34.310-2004 (which only NCALayer can use), and says what to do.
    [[nodiscard]] static Expected<SigningKey, Message> open(std::string_view p12,
                                                            const std::string& password,
                                                            WallTime now);
    ~SigningKey();
    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;

    /// A detached CMS, DER: CAdES-BES with content type, signing time, message digest and signing
    /// certificate v2; the certificate is inside. The error has OpenSSL's words.
    [[nodiscard]] Expected<std::string, Message> sign(std::string_view content, WallTime now) const;
    [[nodiscard]] std::string signer() const;  ///< as in CmsSignature
    [[nodiscard]] std::string iin() const;     ///< as in CmsSignature

private:
    class Impl;
    explicit SigningKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::platform
