#include "platform/check.h"
#include "platform/cms/cms_der.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"
#include "tests/fuzz/gost_material.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace platform = tizilim::platform;
namespace fuzz = tizilim::fuzz;
namespace der = platform::der;

namespace {

/// The first byte chooses whose certificate the rest is.
enum class Role { signer, signer_under_root, issuer, trusted };
constexpr unsigned kRoles = 4;

constexpr std::string_view kVersion1("\x02\x01\x01");
constexpr std::string_view kDataOid("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
constexpr std::string_view kSignedDataOid("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
constexpr std::string_view kStreebog("\x30\x0c\x06\x08\x2a\x83\x0e\x03\x0a\x01\x03\x03\x05\x00",
                                     14);

std::string bytes_of(std::string_view base64) {
    const auto bytes = platform::from_base64(base64);
    CHECK(bytes.has_value());
    return *bytes;
}

std::string pem_of(std::string_view certificate) {
    return "-----BEGIN CERTIFICATE-----\n" + platform::to_base64(certificate) +
           "\n-----END CERTIFICATE-----\n";
}

/// The part of a certificate that its issuer signs; empty when it is not there.
std::string_view signed_part(std::string_view certificate) {
    std::string_view parts =
        platform::contents_of(certificate, der::kSequence).value_or(std::string_view());
    const auto part = platform::take_element(parts);
    return part ? part->whole : std::string_view();
}

/// How a CMS names the certificate of its signer: issuer and serial number.
std::string name_of(std::string_view certificate) {
    std::string_view fields = platform::contents_of(signed_part(certificate), der::kSequence)
                                  .value_or(std::string_view());
    auto serial = platform::take_element(fields);
    if (serial && serial->tag == der::kContext0) serial = platform::take_element(fields);
    const auto algorithm = platform::take_element(fields);
    const auto issuer = platform::take_element(fields);
    if (!serial || !algorithm || !issuer) return {};
    return platform::der_of(der::kSequence,
                            std::string(issuer->whole) + std::string(serial->whole));
}

/// The lawyer's signature over the content, said to be by `certificate`.
std::string cms_by(std::string_view certificate, std::string_view others) {
    static const std::string signature = bytes_of(fuzz::kGostSignature);
    const auto sequence = [](const std::string& contents) {
        return platform::der_of(der::kSequence, contents);
    };
    const std::string version(kVersion1);
    const std::string info = sequence(version + name_of(certificate) + signature);
    const std::string signed_data = sequence(
        version + platform::der_of(der::kSet, kStreebog) + sequence(std::string(kDataOid)) +
        platform::der_of(der::kContext0, std::string(certificate) + std::string(others)) +
        platform::der_of(der::kSet, info));
    return sequence(std::string(kSignedDataOid) + platform::der_of(der::kContext0, signed_data));
}

platform::CmsSignature examine(Role role, std::string_view certificate) {
    static const std::string lawyer = bytes_of(fuzz::kGostSigner);
    static const std::string issuer = bytes_of(fuzz::kGostIssuer);
    static const auto nobody = *platform::TrustedCertificates::parse("");
    static const auto root =
        *platform::TrustedCertificates::parse(pem_of(bytes_of(fuzz::kGostRoot)));
    switch (role) {
        case Role::signer:
            return platform::examine_cms(cms_by(certificate, issuer), fuzz::kSigned, nobody);
        case Role::signer_under_root:
            return platform::examine_cms(cms_by(certificate, issuer), fuzz::kSigned, root);
        case Role::issuer:
            return platform::examine_cms(cms_by(lawyer, certificate), fuzz::kSigned, root);
        case Role::trusted:
            break;
    }
    const auto trusted = platform::TrustedCertificates::parse(pem_of(certificate));
    if (!trusted) {
        CHECK(!in_english(trusted.error()).empty());
        platform::CmsSignature refused;
        refused.reason = trusted.error();
        return refused;
    }
    return platform::examine_cms(cms_by(lawyer, issuer), fuzz::kSigned, *trusted);
}

}  // namespace

/// Bytes in place of a certificate: of the signer, of its issuer, of a trusted one. None but the
/// lawyer's is led to the root, and what is told of it is bounded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view certificate(
        static_cast<const char*>(static_cast<const void*>(bytes + 1)), size - 1);
    const auto role = static_cast<Role>(bytes[0] % kRoles);
    const auto found = examine(role, certificate);
    const bool verified = found.status == platform::SignatureStatus::verified;
    CHECK(verified == !found.reason.has_value());
    CHECK(found.issuer_checked == (verified && role != Role::signer));
    if (verified && role == Role::signer_under_root) {
        static const auto lawyer = examine(role, bytes_of(fuzz::kGostSigner));
        CHECK(found.signer == lawyer.signer && found.iin == lawyer.iin);
        CHECK(found.issuer == lawyer.issuer && found.serial == lawyer.serial);
    }
    constexpr std::size_t kTextMax = 512;
    CHECK(found.signer.size() <= kTextMax && found.issuer.size() <= kTextMax &&
          found.serial.size() <= kTextMax && found.algorithm.size() <= kTextMax);
    return 0;
}
