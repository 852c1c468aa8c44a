#include "platform/check.h"
#include "platform/cms/cms_signature.h"
#include "tests/fuzz/gost_material.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace platform = tizilim::platform;
namespace fuzz = tizilim::fuzz;

namespace {

/// Bytes that no signature of the corpus is over.
constexpr std::string_view kOther = R"({"essence":"Басқа кеңес","number":18})";

/// The first byte chooses what is checked; the rest is the CMS.
constexpr unsigned kOverOther = 1;
constexpr unsigned kAgainstTrusted = 2;

/// Of an authority that has issued nothing in the corpus; beside it stands one of GOST, which has
/// the name of one that has.
constexpr std::string_view kStranger =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBSzCB8aADAgECAhAA07uwD9rIlGR6esPKVMlhMAoGCCqGSM49BAMCMBUxEzAR\n"
    "BgNVBAMMCtCR06jQotCV0J0wHhcNMjQxMTAzMTIwMDAwWhcNMzQxMTAxMTIwMDAw\n"
    "WjAVMRMwEQYDVQQDDArQkdOo0KLQldCdMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD\n"
    "QgAEoy38JieZJaCMsIK3rQkt57usbwZo7hgSmReYPjO2rfYXW/Imm3MJP68b5YbT\n"
    "bO5XoxbMRw5akeUU9n1hJcQHOKMjMCEwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8B\n"
    "Af8EBAMCAQYwCgYIKoZIzj0EAwIDSQAwRgIhANKcw9c88cXmf+Yr07cLRierolPP\n"
    "Sxq90TFZ6xLm8ZrQAiEArDuqRYYivvrUPtYPQX1s9KM1tQhMscqRBEsqQVU9qaw=\n"
    "-----END CERTIFICATE-----\n";

const platform::TrustedCertificates& trusted(bool some) {
    static const auto none = *platform::TrustedCertificates::parse("");
    static const auto strangers = *platform::TrustedCertificates::parse(
        std::string(kStranger) + "-----BEGIN CERTIFICATE-----\n" +
        std::string(fuzz::kGostNamesake) + "\n-----END CERTIFICATE-----\n");
    return some ? strangers : none;
}

}  // namespace

/// A stranger's bytes are never called verified over bytes that nobody signed, nor led to an issuer
/// that has issued nothing; whatever is not verified says why.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view der(static_cast<const char*>(static_cast<const void*>(bytes + 1)),
                               size - 1);
    const bool over_other = (bytes[0] & kOverOther) != 0;
    const bool against_trusted = (bytes[0] & kAgainstTrusted) != 0;
    const auto found =
        platform::examine_cms(der, over_other ? kOther : fuzz::kSigned, trusted(against_trusted));
    const bool verified = found.status == platform::SignatureStatus::verified;
    CHECK(verified == !found.reason.has_value());
    CHECK(!found.issuer_checked);
    if (verified) CHECK(!over_other && !against_trusted);
    constexpr std::size_t kTextMax = 512;
    CHECK(found.signer.size() <= kTextMax && found.issuer.size() <= kTextMax &&
          found.serial.size() <= kTextMax && found.algorithm.size() <= kTextMax);
    return 0;
}
