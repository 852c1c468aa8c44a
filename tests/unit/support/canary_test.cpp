#include "tests/support/canary.h"

#include "platform/hex.h"
#include "platform/text/base64.h"
#include "platform/text/gzip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <vector>

namespace tizilim {
namespace {

const std::string kCanary = "құпия canary+7731/Ω";
const std::string kCanaryAsJson = R"(\u049b\u04b1\u043f\u0438\u044f canary+7731\/\u03A9)";

std::vector<support::CanarySighting> sightings(const std::string& bytes) {
    return support::find_canaries(bytes, {"другая канарейка", kCanary});
}

bool seen_as(const std::string& bytes, const std::string& form) {
    const auto found = sightings(bytes);
    return std::ranges::any_of(found, [&](const auto& sighting) {
        return sighting.form == form && sighting.canary == kCanary;
    });
}

std::string hex_of(const std::string& text) {
    return platform::to_hex(std::as_bytes(std::span(text)));
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

TEST(Canary, IsNotSeenInCleanBytes) {
    const std::string clean =
        "POST /register/_bulk_docs\r\n\r\n" + platform::gzip(R"({"type":"entry","a":"\u049b"})") +
        hex_of("some other text") + platform::to_base64("nothing to see") + "%D2%9B";

    EXPECT_EQ(support::describe(sightings(clean)), "");
}

TEST(Canary, IsSeenRaw) {
    EXPECT_TRUE(seen_as("body " + kCanary + " end", "raw"));
}

TEST(Canary, IsSeenEscapedInJson) {
    EXPECT_TRUE(seen_as("{\"x\":\"" + kCanaryAsJson + "\"}", "json"));
    EXPECT_TRUE(seen_as(R"({"x":"\u049B\u04B1\u043F\u0438\u044F canary+7731/\u03a9"})", "json"));
}

TEST(Canary, IsSeenEscapedInPart) {
    EXPECT_TRUE(seen_as(R"({"x":"қ\u04b1пия can\u0061ry+7731/Ω"})", "json"));
}

TEST(Canary, IsSeenInJsonInsideJson) {
    EXPECT_TRUE(seen_as(R"({"x":"{\"y\":\"\\u049b\\u04b1\\u043fия canary+7731/Ω\"}"})", "json"));
}

TEST(Canary, IsSeenAsASurrogatePair) {
    const auto found = support::find_canaries(R"("key \ud83d\udd11 here")", {"key 🔑 here"});

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].form, "json");
}

TEST(Canary, IsSeenInHexOfBothCases) {
    EXPECT_TRUE(seen_as("x=" + hex_of(kCanary), "hex"));
    EXPECT_TRUE(seen_as("x=" + upper(hex_of(kCanary)), "hex"));
}

TEST(Canary, IsSeenInBase64AtEveryAlignment) {
    for (const std::string before : {"", "a", "ab", "abc"}) {
        for (const std::string after : {"", "y", "yz"}) {
            EXPECT_TRUE(seen_as(platform::to_base64(before + kCanary + after), "base64"))
                << before << '|' << after;
        }
    }
}

TEST(Canary, IsSeenInBase64ForUrls) {
    std::string encoded = platform::to_base64("?a>" + kCanary + "~~~");
    std::ranges::replace(encoded, '+', '-');
    std::ranges::replace(encoded, '/', '_');

    EXPECT_TRUE(seen_as(encoded, "base64"));
}

TEST(Canary, IsSeenInBase64OverSeveralLines) {
    std::string encoded = platform::to_base64("12345" + kCanary);
    encoded.insert(16, "\r\n");

    EXPECT_TRUE(seen_as(encoded, "base64"));
}

TEST(Canary, IsSeenInUtf16OfBothOrders) {
    std::string little;
    for (const char16_t unit : u"құпия canary+7731/Ω") {
        little += static_cast<char>(unit & 0xff);
        little += static_cast<char>(unit >> 8);
    }
    little.resize(little.size() - 2);  // the literal's end
    std::string big = little;
    for (std::size_t i = 0; i < big.size(); i += 2) std::swap(big[i], big[i + 1]);

    EXPECT_TRUE(seen_as("x" + little + "y", "utf-16"));
    EXPECT_TRUE(seen_as("x" + big + "y", "utf-16"));
}

TEST(Canary, IsSeenPercentEncoded) {
    EXPECT_TRUE(seen_as("GET /d/%D2%9B%d2%b1%D0%BF%D0%B8%D1%8F%20canary%2b7731%2FΩ HTTP/1.1",
                        "percent-encoded"));
}

TEST(Canary, IsSeenInsideGzipAmongOtherBytes) {
    const std::string bytes = "POST /x\r\n\r\n" + platform::gzip("nothing") + "POST /y\r\n\r\n" +
                              platform::gzip("{\"x\":\"" + kCanaryAsJson + "\"}") + "GET /z";

    const auto found = sightings(bytes);

    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0].form, "json");
    EXPECT_TRUE(found[0].inflated);
}

TEST(Canary, IsSeenInsideGzipInsideGzip) {
    EXPECT_TRUE(seen_as("x" + platform::gzip("y" + platform::gzip(kCanary)), "raw"));
}

TEST(Canary, IsSeenInsideACutGzipMember) {
    std::string noise;
    for (int i = 0; i < 20'000; ++i) noise += std::to_string(i * 7919 % 10'007);
    std::string member = platform::gzip(kCanary + noise);
    member.resize(member.size() / 2);

    EXPECT_TRUE(seen_as(member, "raw"));
}

}  // namespace
}  // namespace tizilim
