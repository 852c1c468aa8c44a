#include "agent/documents/cms_text.h"

#include "platform/cms/cms_signature.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using testing::HasSubstr;

/// A SEQUENCE long enough for base64 of several lines.
const std::string& der() {
    static const std::string made = "\x30\x81\x96" + std::string(150, '\x5a');
    return made;
}

std::string base64() {
    return platform::to_base64(der());
}

std::string in_lines(const std::string& text, const std::string& line_end) {
    constexpr std::size_t kLine = 64;
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += kLine)
        lines += text.substr(at, kLine) + line_end;
    return lines;
}

std::string pem(const std::string& label, const std::string& line_end = "\n") {
    return "-----BEGIN " + label + "-----" + line_end + in_lines(base64(), line_end) + "-----END " +
           label + "-----" + line_end;
}

std::string utf16(std::string_view text, bool little) {
    std::string wide;
    for (const char c : text) (wide += little ? c : '\0') += little ? '\0' : c;
    return wide;
}

/// As a text in JSON.
std::string quoted(const std::string& text) {
    std::string json = "\"";
    for (const char c : text) json += c == '\n' ? std::string("\\n") : std::string(1, c);
    return json + '"';
}

void expect_read(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        const auto read = agent::cms_of(text);
        ASSERT_TRUE(read.has_value()) << text << ": " << platform::in_english(read.error());
        EXPECT_EQ(*read, der()) << text;
    }
}

std::string refusal(const std::string& text) {
    const auto read = agent::cms_of(text);
    return read ? std::string() : platform::in_english(read.error());
}

TEST(CmsText, IsDerOrBase64WithLineEndsOrWithout) {
    expect_read({der(), base64(), base64() + "\r\n", in_lines(base64(), "\n"),
                 in_lines(base64(), "\r\n"), " \t" + in_lines(base64(), "\r") + "\n\n",
                 "\xEF\xBB\xBF" + base64()});
}

TEST(CmsText, IsPemWithAnyLabel) {
    for (const std::string label : {"CMS", "PKCS7", "PKCS #7 SIGNED DATA", "SIGNATURE"})
        expect_read({pem(label), pem(label, "\r\n"), pem(label, " "), "a note\r\n" + pem(label)});
    expect_read({"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" + pem("CMS")});
}

TEST(CmsText, IsTheAnswerOfNcaLayer) {
    const std::string text = quoted(pem("CMS"));

    expect_read({text, "[" + text + "]", quoted(base64()),
                 R"({"status":true,"body":{"result":[)" + text + "]}}",
                 R"({"status":true,"body":{"result":)" + text + "}}\n",
                 R"({"status":true,"body":{"result":{"signatures":[)" + text +
                     R"(],"certificate":"MAA="}}})",
                 R"({"signatures":)" + text + "}", R"({"result":[)" + quoted(base64()) + "]}",
                 R"({"code":"200","responseObject":)" + text + "}"});
}

TEST(CmsText, IsBase64OfPem) {
    const std::string wrapped = platform::to_base64(pem("CMS"));

    expect_read({wrapped, in_lines(wrapped, "\r\n"), platform::to_base64(base64()),
                 platform::to_base64(utf16(pem("CMS"), true)), "[" + quoted(wrapped) + "]"});
}

TEST(CmsText, IsUtf16InBothOrdersWithAMarkOrWithout) {
    for (const std::string& text : {base64(), pem("CMS", "\r\n"), "[" + quoted(pem("CMS")) + "]"}) {
        expect_read({"\xFF\xFE" + utf16(text, true), "\xFE\xFF" + utf16(text, false),
                     utf16(text, true), utf16(text, false)});
    }
}

TEST(CmsText, HasLineEndsWrittenOut) {
    expect_read({pem("CMS", "\\n"), pem("CMS", "\\r\\n"), in_lines(base64(), "\\n"),
                 utf16(pem("CMS", "\\n"), true)});
}

TEST(CmsText, IsNothingElseAndSaysWhat) {
    EXPECT_THAT(refusal(""), HasSubstr("empty"));
    EXPECT_THAT(refusal(" \r\n"), HasSubstr("empty"));
    EXPECT_THAT(refusal("no base64!"), HasSubstr("holds no signature"));
    EXPECT_THAT(refusal(platform::to_base64("plain")), HasSubstr("holds no signature"));
    EXPECT_THAT(refusal("-----BEGIN CMS-----\n" + base64()), HasSubstr("cut off"));
    EXPECT_THAT(refusal("-----BEGIN CMS"), HasSubstr("cut off"));
    EXPECT_THAT(refusal(pem("CERTIFICATE")), HasSubstr("a certificate or a key"));
    EXPECT_THAT(refusal(pem("ENCRYPTED PRIVATE KEY")), HasSubstr("a certificate or a key"));
    EXPECT_THAT(refusal(pem("CMS") + pem("CMS")), HasSubstr("several signatures"));
    EXPECT_THAT(refusal("[" + quoted(base64()) + "," + quoted(base64()) + "]"),
                HasSubstr("2 signatures"));
    EXPECT_THAT(refusal("[]"), HasSubstr("without a signature"));
    EXPECT_THAT(refusal(R"({"status":true,"body":{}})"), HasSubstr("cancelled"));
    EXPECT_THAT(refusal(R"({"status":false,"code":"SIGNING_FAILURE"})"), HasSubstr("cancelled"));
    EXPECT_THAT(refusal("{\"status\":"), HasSubstr("begins as JSON"));
    EXPECT_THAT(refusal(std::string(platform::kCmsBytesMax + 1, '\x30')), HasSubstr("longer than"));
    EXPECT_THAT(refusal("\xFF\xFE" + utf16("\xD0\x9F", true)), HasSubstr("no signature"));
}

TEST(CmsText, IsNotUnwrappedForEver) {
    std::string text = base64();
    for (int layer = 0; layer < 8; ++layer) text = platform::to_base64(text);

    EXPECT_THAT(refusal(text), HasSubstr("holds no signature"));
}

}  // namespace
}  // namespace tizilim
