#include "platform/gost/gost_curve.h"

#include "platform/hex.h"
#include "platform/text/message.h"
#include "tests/support/gcrypt_gost.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using platform::GostCurve;
using support::GcryptKey;

constexpr std::size_t kNumberBytes = GostCurve::kNumberBytes;

/// A number as the RFC prints it, as it stands in a signature.
std::string little_endian(std::string hex) {
    hex.insert(0, 2 * kNumberBytes - hex.size(), '0');
    const std::string bytes = *platform::from_hex(hex);
    return {bytes.rbegin(), bytes.rend()};
}

std::string random_digest(std::mt19937_64& random) {
    std::string bytes(kNumberBytes, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 0xffU);
    return bytes;
}

std::string flipped(std::string bytes, std::size_t bit) {
    bytes.at(bit / 8) = static_cast<char>(bytes.at(bit / 8) ^ (1 << (bit % 8)));
    return bytes;
}

/// The code of the refusal; empty: it holds.
std::string refusal(std::string_view key, std::string_view digest, std::string_view signature) {
    const auto why = GostCurve::kazakh().signature_refusal(key, digest, signature);
    return why ? why->code : std::string();
}

TEST(GostCurve, AgreesWithTheExampleOfTheRfc) {
    // RFC 7091, 7.2, of a curve that nobody uses.
    const GostCurve curve({.p = "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
                                "F1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
                           .a = "7",
                           .b = "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC43"
                                "61834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
                           .q = "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
                                "A82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
                           .x = "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762"
                                "FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
                           .y =
                               "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C"
                               "83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E"});
    const std::string key = little_endian(
        "0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020"
        "72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4");
    const std::string point =
        little_endian(
            "115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD"
            "5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1") +
        little_endian(
            "37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61"
            "EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC");
    const std::string digest = little_endian(
        "3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C591"
        "7184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C");
    const std::string signature =
        little_endian(
            "2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD3"
            "5492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36") +
        little_endian(
            "1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5"
            "823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A");

    EXPECT_EQ(curve.public_key_of(key), point);
    EXPECT_EQ(curve.signature_refusal(point, digest, signature), std::nullopt);
    EXPECT_EQ(curve.signature_refusal(point, digest, *curve.sign(key, digest)), std::nullopt);
    EXPECT_NE(curve.signature_refusal(point, flipped(digest, 0), signature), std::nullopt);
}

/// What is compared in a round.
struct Signed {
    std::string key;  ///< the public one
    std::string digest;
    std::string signature;
};

/// Whether it holds here, which must be what libgcrypt says.
bool holds(const Signed& given) {
    const bool here = refusal(given.key, given.digest, given.signature).empty();
    EXPECT_EQ(here, support::gcrypt_verifies(given.key, given.digest, given.signature));
    return here;
}

enum class Damage { of_signature, of_digest, of_key };
constexpr std::array kDamages{Damage::of_signature, Damage::of_digest, Damage::of_key};

/// With one bit turned over.
Signed damaged(Signed given, Damage damage, std::mt19937_64& random) {
    std::string* bytes = &given.signature;
    if (damage == Damage::of_digest) bytes = &given.digest;
    if (damage == Damage::of_key) bytes = &given.key;
    *bytes = flipped(*bytes, random() % (8 * bytes->size()));
    return given;
}

/// What is done in turn, and what in each round.
struct Rounds {
    std::size_t count = 0;
    std::size_t with_one_key = 1;
    bool both_sign = true;  ///< or each in turn
    unsigned seed = 0;
};

/// Random keys and digests: what either side signs holds at both, and with one bit turned over in
/// signature, digest or key, in turn, at neither.
void compare_with_libgcrypt(const Rounds& rounds) {
    std::mt19937_64 random(rounds.seed);
    std::optional<GcryptKey> key;
    for (std::size_t round = 0; round < rounds.count; ++round) {
        if (round % rounds.with_one_key == 0) {
            key.emplace();
            ASSERT_EQ(GostCurve::kazakh().public_key_of(key->private_key()), key->public_key());
        }
        const std::string digest = random_digest(random);
        std::vector<std::string> signatures;
        if (rounds.both_sign || round % 2 == 0) signatures.push_back(key->sign(digest));
        if (rounds.both_sign || round % 2 == 1)
            signatures.push_back(
                GostCurve::kazakh().sign(key->private_key(), digest).value_or(std::string()));
        for (const std::string& signature : signatures) {
            const Signed sound{key->public_key(), digest, signature};
            ASSERT_TRUE(holds(sound)) << round;
            const Damage damage = kDamages.at(round / 2 % kDamages.size());
            ASSERT_FALSE(holds(damaged(sound, damage, random))) << round;
        }
    }
}

TEST(GostCurve, AgreesWithLibgcrypt) {
    compare_with_libgcrypt({.count = 200, .with_one_key = 20, .both_sign = false});
}

/// Ten parts of what takes long: see README.md.
class GostCurveAtLength : public testing::TestWithParam<unsigned> {};

TEST_P(GostCurveAtLength, DISABLED_AgreesWithLibgcrypt) {
    compare_with_libgcrypt({.count = 1000, .seed = GetParam()});
}
INSTANTIATE_TEST_SUITE_P(TenThousandTimes, GostCurveAtLength, testing::Range(1U, 11U));

class GostSignature : public testing::Test {
protected:
    GostSignature() : key_(), digest_(64, 'd'), signature_(key_.sign(digest_)) {}

    [[nodiscard]] std::string r() const { return signature_.substr(0, kNumberBytes); }
    [[nodiscard]] std::string s() const { return signature_.substr(kNumberBytes); }
    [[nodiscard]] std::string with(const std::string& signature) const {
        return refusal(key_.public_key(), digest_, signature);
    }

    GcryptKey key_;
    std::string digest_;
    std::string signature_;
    std::string zero_ = std::string(kNumberBytes, '\0');
    std::string q_ = little_endian(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275");
};

TEST_F(GostSignature, IsRefusedOutOfRange) {
    const std::string out = "gost.number_out_of_range";
    const std::string highest(kNumberBytes, '\xff');

    EXPECT_EQ(with(signature_), "");
    EXPECT_EQ(with(zero_ + s()), out);
    EXPECT_EQ(with(r() + zero_), out);
    EXPECT_EQ(with(zero_ + zero_), out);
    EXPECT_EQ(with(q_ + s()), out);
    EXPECT_EQ(with(r() + q_), out);
    EXPECT_EQ(with(highest + s()), out);
    EXPECT_EQ(with(r() + highest), out);
}

TEST_F(GostSignature, IsRefusedInAnotherOrder) {
    const std::string backwards(signature_.rbegin(), signature_.rend());
    const std::string digest_backwards(digest_.rbegin(), digest_.rend());

    EXPECT_EQ(with(s() + r()), "signature.wrong");
    EXPECT_NE(with(backwards), "");
    EXPECT_NE(with(backwards.substr(kNumberBytes) + backwards.substr(0, kNumberBytes)), "");
    EXPECT_EQ(with(signature_.substr(1)), "gost.signature_length");
    EXPECT_EQ(with(signature_ + '\0'), "gost.signature_length");
    EXPECT_EQ(with(""), "gost.signature_length");
}

TEST_F(GostSignature, IsRefusedOverAnotherDigest) {
    const std::string ordered = "ab" + digest_.substr(2);
    const std::string backwards(ordered.rbegin(), ordered.rend());
    const std::string signature = key_.sign(ordered);

    EXPECT_EQ(refusal(key_.public_key(), ordered, signature), "");
    EXPECT_EQ(refusal(key_.public_key(), digest_, signature), "signature.wrong");
    EXPECT_EQ(refusal(key_.public_key(), backwards, signature), "signature.wrong");
}

TEST_F(GostSignature, IsRefusedByAKeyThatIsNoPointOfTheCurve) {
    const std::string point = key_.public_key();
    const std::string p = little_endian(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7");
    const std::string swapped = point.substr(kNumberBytes) + point.substr(0, kNumberBytes);

    for (const std::string& key :
         {flipped(point, 0), flipped(point, 700), swapped, zero_ + zero_, p + p, zero_ + p,
          std::string(2 * kNumberBytes, '\xff'), point.substr(1), point + point, std::string()}) {
        EXPECT_EQ(refusal(key, digest_, signature_), "gost.key_off_curve");
        EXPECT_TRUE(GostCurve::kazakh().key_refusal(key).has_value());
    }
    EXPECT_EQ(GostCurve::kazakh().key_refusal(point), std::nullopt);
}

TEST_F(GostSignature, TakesADigestOfZeroForOne) {
    // RFC 7091, 6.1, step 2.
    const std::string one = '\1' + std::string(kNumberBytes - 1, '\0');
    for (const std::string& digest : {zero_, q_}) {
        const auto signature = GostCurve::kazakh().sign(key_.private_key(), digest);

        ASSERT_TRUE(signature.has_value());
        EXPECT_EQ(refusal(key_.public_key(), digest, *signature), "");
        EXPECT_EQ(refusal(key_.public_key(), one, *signature), "");
    }
}

TEST_F(GostSignature, IsAnotherEachTime) {
    std::set<std::string> all;
    for (int i = 0; i < 10; ++i) all.insert(*GostCurve::kazakh().sign(key_.private_key(), digest_));

    EXPECT_EQ(all.size(), 10U);
}

TEST_F(GostSignature, IsNotMadeWithoutAKey) {
    const GostCurve& curve = GostCurve::kazakh();

    for (const std::string& none :
         {zero_, q_, std::string(kNumberBytes, '\xff'), std::string("k")}) {
        EXPECT_EQ(curve.public_key_of(none), std::nullopt);
        EXPECT_EQ(curve.sign(none, digest_), std::nullopt);
    }
    EXPECT_EQ(curve.sign(key_.private_key(), "short"), std::nullopt);
}

}  // namespace
}  // namespace tizilim
