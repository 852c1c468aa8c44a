#include "platform/cms/cms_signature.h"
#include "platform/files/file.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/platform/cms_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using platform::SigningKey;
using support::kSigningTime;
using support::TestSigner;

constexpr std::chrono::seconds kDeadline{60};

/// The other side of interoperability: the openssl program, on files.
class OpensslTool : public ::testing::Test {
protected:
    OpensslTool() {
        put("content", std::string(kContent));
        put("other", std::string(kContent) + "\n");
        put("ca.pem", authority().pem());
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    void put(const std::string& name, const std::string& content) const {
        platform::write_file_atomically(folder_ / name, content);
    }
    [[nodiscard]] std::string get(const std::string& name) const {
        return platform::read_file(folder_ / name, platform::kCmsBytesMax);
    }
    [[nodiscard]] support::Finished openssl(const std::vector<std::string>& arguments) const {
        support::Command command{"/usr/bin/openssl"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return support::run(command, folder_.path(), kDeadline);
    }
    [[nodiscard]] support::Finished verify(const std::string& content,
                                           const std::vector<std::string>& how) const {
        std::vector<std::string> arguments{"cms",         "-verify", "-binary",        "-inform",
                                           "DER",         "-in",     path("ours.cms"), "-content",
                                           path(content), "-out",    path("out")};
        arguments.insert(arguments.end(), how.begin(), how.end());
        return openssl(arguments);
    }

private:
    support::TempDirectory folder_;
};

TEST_F(OpensslTool, AcceptsOurSignatureAndRefusesItOverOtherBytes) {
    for (const TestSigner& signer : {rsa_signer(), ecdsa_signer()}) {
        const auto key =
            SigningKey::open(make_p12(signer), support::KeyFileWish{}.password, kSigningTime);
        ASSERT_TRUE(key.has_value());
        const auto der = key->sign(kContent, kSigningTime);
        ASSERT_TRUE(der.has_value());
        put("ours.cms", *der);
        const std::string signing_time = std::to_string(
            std::chrono::floor<std::chrono::seconds>(kSigningTime).time_since_epoch().count());

        const auto plain = verify("content", {"-noverify"});
        EXPECT_EQ(plain.code, 0) << plain.err;
        const auto as_cades =
            verify("content", {"-cades", "-CAfile", path("ca.pem"), "-attime", signing_time});
        EXPECT_EQ(as_cades.code, 0) << as_cades.err;
        EXPECT_NE(verify("other", {"-noverify"}).code, 0);
    }
}

TEST_F(OpensslTool, ReadsTheAttributesOfCadesBesInOurSignature) {
    const auto key =
        SigningKey::open(make_p12(rsa_signer()), support::KeyFileWish{}.password, kSigningTime);
    ASSERT_TRUE(key.has_value());
    put("ours.cms", *key->sign(kContent, kSigningTime));

    const auto printed =
        openssl({"cms", "-cmsout", "-print", "-inform", "DER", "-in", path("ours.cms")});

    ASSERT_EQ(printed.code, 0) << printed.err;
    for (const std::string name :
         {"contentType", "signingTime", "messageDigest", "id-smime-aa-signingCertificateV2",
          "sha256", "Nov  3 12:00:00 2025 GMT", "eContent: <ABSENT>"}) {
        EXPECT_NE(printed.out.find(name), std::string::npos) << name;
    }
    EXPECT_EQ(printed.out.find("smime-capabilities"), std::string::npos);
}

TEST_F(OpensslTool, MakesSignaturesThatWeAccept) {
    // The tool signs at the machine's time: these certificates are valid at any.
    const support::CertificateWish ever{
        .not_before = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1),
        .not_after = std::chrono::sys_days(std::chrono::year(2090) / 1 / 1)};
    for (const support::KeyKind kind : {support::KeyKind::rsa, support::KeyKind::ecdsa}) {
        const TestSigner signer = authority().issue(kind, ever);
        put("key.pem", signer.key_pem());
        put("certificate.pem", signer.certificate_pem());
        for (const bool cades : {true, false}) {
            std::vector<std::string> arguments{"cms",
                                               "-sign",
                                               "-binary",
                                               "-outform",
                                               "DER",
                                               "-in",
                                               path("content"),
                                               "-signer",
                                               path("certificate.pem"),
                                               "-inkey",
                                               path("key.pem"),
                                               "-out",
                                               path("theirs.cms")};
            if (cades) arguments.emplace_back("-cades");
            const auto made = openssl(arguments);
            ASSERT_EQ(made.code, 0) << made.err;

            const CmsSignature found = examine(get("theirs.cms"));

            EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
            EXPECT_EQ(found.warnings.size(), cades ? 0U : 1U);
            EXPECT_EQ(found.iin, "850101300017");
            EXPECT_EQ(examine(get("theirs.cms"), get("other")).status, SignatureStatus::invalid);
        }
    }
}

TEST_F(OpensslTool, MakesPssAndCarryingSignaturesThatWeAccept) {
    const TestSigner signer =
        authority().issue(support::KeyKind::rsa,
                          {.not_before = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1),
                           .not_after = std::chrono::sys_days(std::chrono::year(2090) / 1 / 1)});
    put("key.pem", signer.key_pem());
    put("certificate.pem", signer.certificate_pem());
    const auto made =
        openssl({"cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", path("content"),
                 "-signer", path("certificate.pem"), "-inkey", path("key.pem"), "-keyopt",
                 "rsa_padding_mode:pss", "-out", path("theirs.cms")});
    ASSERT_EQ(made.code, 0) << made.err;

    const CmsSignature found = examine(get("theirs.cms"));

    EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
    EXPECT_EQ(found.algorithm, "1.2.840.113549.1.1.10");
    EXPECT_EQ(examine(get("theirs.cms"), get("other")).status, SignatureStatus::invalid);
}

TEST_F(OpensslTool, MakesStreamedSignaturesThatWeAccept) {
    // BER of indefinite length, with the content in pieces.
    const TestSigner signer =
        authority().issue(support::KeyKind::ecdsa,
                          {.not_before = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1),
                           .not_after = std::chrono::sys_days(std::chrono::year(2090) / 1 / 1)});
    put("key.pem", signer.key_pem());
    put("certificate.pem", signer.certificate_pem());
    const auto made =
        openssl({"cms", "-sign", "-binary", "-nodetach", "-stream", "-cades", "-outform", "DER",
                 "-in", path("content"), "-signer", path("certificate.pem"), "-inkey",
                 path("key.pem"), "-out", path("theirs.cms")});
    ASSERT_EQ(made.code, 0) << made.err;
    ASSERT_EQ(get("theirs.cms").substr(0, 2), "\x30\x80");

    EXPECT_EQ(examine(get("theirs.cms")).status, SignatureStatus::verified);
    EXPECT_EQ(examine(get("theirs.cms"), get("other")).status, SignatureStatus::invalid);
}

TEST_F(OpensslTool, MakesOldKeyFilesThatWeOpen) {
    put("key.pem", ecdsa_signer().key_pem());
    put("certificate.pem", ecdsa_signer().certificate_pem());
    put("password", "qwerty\n");
    const auto made = openssl({"pkcs12", "-export", "-legacy", "-inkey", path("key.pem"), "-in",
                               path("certificate.pem"), "-passout", "file:" + path("password"),
                               "-out", path("old.p12")});
    ASSERT_EQ(made.code, 0) << made.err;

    EXPECT_TRUE(SigningKey::open(get("old.p12"), "qwerty", kSigningTime).has_value());
    EXPECT_FALSE(SigningKey::open(get("old.p12"), "Qwerty", kSigningTime).has_value());
}

}  // namespace
}  // namespace tizilim
