#include "platform/check.h"
#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace platform = tizilim::platform;

namespace {

/// Of the files in the corpus, which were made to be valid then.
constexpr std::string_view kPassword = "qwerty-12345";
constexpr platform::WallTime kNow =
    std::chrono::sys_days(std::chrono::year(2025) / 11 / 3) + std::chrono::hours(12);

/// The first byte chooses whether the password is given, or none; the rest is the file.
constexpr unsigned kWithPassword = 1;

constexpr std::string_view kContent = R"({"essence":"Кеңес берілді","number":17})";

/// What a key signs is verified as that of its own certificate.
void sign(const platform::SigningKey& key) {
    static const auto nobody = *platform::TrustedCertificates::parse("");
    const auto cms = key.sign(kContent, kNow);
    if (!cms) {
        CHECK(!in_english(cms.error()).empty());
        return;
    }
    const auto found = platform::examine_cms(*cms, kContent, nobody);
    CHECK(found.status == platform::SignatureStatus::verified);
    CHECK(found.signer == key.signer() && found.iin == key.iin());
}

}  // namespace

/// A PKCS #12 file is refused by name, or it holds a key that signs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view file(static_cast<const char*>(static_cast<const void*>(bytes + 1)),
                                size - 1);
    const std::string password((bytes[0] & kWithPassword) != 0 ? kPassword : std::string_view());
    const auto key = platform::SigningKey::open(file, password, kNow);
    if (key) {
        sign(*key);
    } else {
        CHECK(!in_english(key.error()).empty());
    }
    return 0;
}
