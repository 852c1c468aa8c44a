#include "platform/files/file.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

constexpr auto kKeyPassword = "qwerty12";

/// With the byte at `offset` changed.
std::string changed(std::string bytes, std::size_t offset) {
    bytes.at(offset) = static_cast<char>(static_cast<unsigned char>(bytes.at(offset)) ^ 1U);
    return bytes;
}

/// An office where entries wait for a signature, and the openssl program beside it.
class OpensslTool : public testing::TestWithParam<const char*> {
protected:
    OpensslTool() : office_(std::vector<std::string>{}) {
        platform::write_file_atomically(
            office_.config(),
            "[register]\ndirectory = register\nrequire_signature = true\n"
            "[status]\nport = " +
                std::to_string(office_.port()) + "\n");
        put("password", std::string(kKeyPassword) + "\n");
    }
    void SetUp() override {
        const support::Finished made =
            run({MAKE_TEST_KEY_PROGRAM, GetParam(), path("key.p12"), kKeyPassword});
        ASSERT_EQ(made.code, 0) << made.err;
        ASSERT_EQ(office_.tizilim({"init", "--here"}).code, 0);
        ASSERT_TRUE(office_.start()) << office_.log();
        ASSERT_EQ(office_.tizilim(office_.add_arguments(95)).code, 0);
        const support::Finished exported =
            office_.tizilim({"sign", "1", "--export", path("bytes")});
        ASSERT_EQ(exported.code, 0) << exported.err;
        bytes_ = support::text_of(path("bytes"));
        ASSERT_FALSE(bytes_.empty());
    }

    [[nodiscard]] support::Finished run(const support::Command& command) const {
        return support::run(command, desk_.path(), kCommandTime);
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (desk_ / name).string();
    }
    void put(const std::string& name, const std::string& content) const {
        platform::write_file_atomically(desk_ / name, content);
    }
    /// Whether the tool accepts the signature over the content.
    [[nodiscard]] bool tool_accepts(const std::string& cms, const std::string& content) const {
        put("ours.cms", cms);
        put("content", content);
        return run({"/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in",
                    path("ours.cms"), "-content", path("content"), "-noverify", "-out",
                    "/dev/null"})
                   .code == 0;
    }
    /// The tool's signature over the content, made with the same key file.
    [[nodiscard]] std::string signed_by_tool(const std::string& content) const {
        put("content", content);
        const support::Finished opened =
            run({"/usr/bin/openssl", "pkcs12", "-in", path("key.p12"), "-passin",
                 "file:" + path("password"), "-nodes", "-out", path("key.pem")});
        EXPECT_EQ(opened.code, 0) << opened.err;
        const support::Finished made =
            run({"/usr/bin/openssl", "cms", "-sign", "-binary", "-outform", "DER", "-cades", "-in",
                 path("content"), "-signer", path("key.pem"), "-inkey", path("key.pem"), "-out",
                 path("theirs.cms")});
        EXPECT_EQ(made.code, 0) << made.err;
        return support::text_of(path("theirs.cms"));
    }
    [[nodiscard]] support::Finished attach(const std::string& cms) const {
        put("attached.cms", cms);
        return office_.tizilim({"sign", "1", "--attach", path("attached.cms")});
    }
    [[nodiscard]] platform::JsonValue shown() const {
        return json_of(office_.tizilim({"--json", "show", "1"}).out);
    }

    Office office_;
    support::TempDirectory desk_;
    std::string bytes_;  ///< of `sign --export`
};

TEST_P(OpensslTool, AcceptsWhatSignMakesOverTheExportedBytesAndNothingElse) {
    const support::Finished signing = office_.tizilim(
        {"sign", "1", "--key", path("key.p12"), "--password-file", path("password")});
    ASSERT_EQ(signing.code, 0) << signing.err;
    const auto cms = platform::from_base64(text_at(shown(), {"signature", "cms"}));
    ASSERT_TRUE(cms && !cms->empty());

    EXPECT_TRUE(tool_accepts(*cms, bytes_));
    EXPECT_FALSE(tool_accepts(*cms, changed(bytes_, 0)));
    EXPECT_FALSE(tool_accepts(*cms, changed(bytes_, bytes_.size() / 2)));
    EXPECT_FALSE(tool_accepts(*cms, bytes_ + "\n"));
    // The value of the signature is the last that a CMS of this kind holds.
    EXPECT_FALSE(tool_accepts(changed(*cms, cms->size() - 1), bytes_));
}

TEST_P(OpensslTool, MakesSignaturesThatAttachAcceptsOverTheExportedBytesAlone) {
    const std::string cms = signed_by_tool(bytes_);
    ASSERT_FALSE(cms.empty());

    EXPECT_EQ(attach(signed_by_tool(changed(bytes_, bytes_.size() / 2))).code, 1);
    EXPECT_EQ(attach(signed_by_tool(bytes_ + "\n")).code, 1);
    EXPECT_EQ(attach(changed(cms, cms.size() - 1)).code, 1);
    EXPECT_EQ(text_at(shown(), {"delivery"}), "unsigned");
    const support::Finished attached = attach(cms);

    EXPECT_EQ(attached.code, 0) << attached.err;
    EXPECT_EQ(text_at(shown(), {"signature", "status"}), "verified_unchecked_issuer");
    EXPECT_EQ(text_at(shown(), {"delivery"}), "pending");
    EXPECT_EQ(platform::from_base64(text_at(shown(), {"signature", "cms"})), cms);
}

INSTANTIATE_TEST_SUITE_P(Keys, OpensslTool, testing::Values("rsa", "ecdsa"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace tizilim::process
