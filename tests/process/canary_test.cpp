#include "tests/support/canary.h"

#include "platform/curl/curl_transport.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <signal.h>
#include <stop_token>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

// One for each field that is withheld in each class, in two scripts; the essence of the entry that
// stays `full` is the planted leak: it may leave, so the search has to find it.
const std::vector<std::string> kSecrets{
    "КАНАРЕЙКА-номер-partial",  "canary-issuer-partial-5f1c", "қанарейка-мәні-partial",
    "canary-number-local-77aa", "КАНАРЕЙКА-орган-local",      "canary-essence-local-19ef",
    "canary-number-full-c0de",  "canary-issuer-full-b00c",    "canary-reason-late-3d3d",
    "canary-number-lowered-1a", "canary-issuer-lowered-2b",   "КАНАРЕЙКА-суть-lowered",
    "canary-refused-field-9e9", "canary-classify-reason-4c"};
const std::string kReleased = "canary-essence-released-8b8b";

std::string row(const std::string& number, const std::string& issuer, const std::string& essence,
                const std::string& disclosure) {
    return "2025-11-14,2025-11-17," + kSecrets[8] + ",court_resolution," + number + ",2025-11-14," +
           issuer + "," + essence + ",court,60,," + disclosure + ",ru\n";
}

std::string register_csv() {
    return "application_date,recorded_date,late_reason,basis_type,basis_number,basis_date,"
           "basis_issuer,essence,form,minutes,minor,disclosure,language\n" +
           row(kSecrets[0], kSecrets[1], kSecrets[2], "partial") +
           row(kSecrets[3], kSecrets[4], kSecrets[5], "local") +
           row(kSecrets[6], kSecrets[7], kReleased, "full") +
           row(kSecrets[9], kSecrets[10], kSecrets[11], "full");
}

constexpr std::size_t kPageBytesMax = std::size_t{1} << 20;

std::string page(const Office& office, const std::string& path) {
    platform::CurlTransport transport({.ca_file = {}, .client_certificate = {}, .proxy = ""},
                                      std::stop_token{});
    platform::HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(office.port()) + path;
    const auto reply = transport.send(request, platform::HttpBounds(kCommandTime, kPageBytesMax));
    EXPECT_TRUE(reply && reply->status == 200) << path;
    return reply ? reply->body : std::string();
}

/// Every file of the register, free pages and lock file and all.
std::string bytes_of_folder(const std::filesystem::path& folder) {
    std::string bytes;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
        if (file.is_regular_file()) bytes += support::text_of(file.path());
    }
    return bytes;
}

std::vector<std::string> everything() {
    std::vector<std::string> canaries = kSecrets;
    canaries.push_back(kReleased);
    return canaries;
}

#define EXPECT_NO_CANARY(bytes, canaries) \
    EXPECT_EQ(support::describe(support::find_canaries(bytes, canaries)), "")

/// An office whose register holds a canary in every confidential field, all delivered that may be,
/// after one `full` entry was lowered to `partial` before anything left.
class Canaries : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(office_.start()) << office_.log();
        const std::filesystem::path csv = office_.folder() / "register.csv";
        platform::write_file_atomically(csv, register_csv());
        const support::Finished imported = office_.tizilim({"import", csv.string()});
        ASSERT_EQ(imported.code, 0) << imported.err;
        messages_ += imported.out + imported.err;
        const support::Finished lowered =
            office_.tizilim({"classify", "4", "partial", "--reason", kSecrets[13]});
        ASSERT_EQ(lowered.code, 0) << lowered.err;
        messages_ += lowered.out + lowered.err;
        refuse_one();
        ASSERT_TRUE(unified_.start());
        ASSERT_TRUE(office_.reaches("synced")) << office_.log();
        ASSERT_EQ(office_.entries("delivered"), 3);
    }
    /// An entry with a canary in each field that can be wrong.
    void refuse_one() {
        const std::string& bad = kSecrets[12];
        const support::Finished refused =
            office_.tizilim({"add", "--basis", bad, "--form", bad, "--minutes", bad,
                             "--application-date", bad, "--basis-date", bad, "--disclosure", bad,
                             "--language", bad, "--essence", bad + std::string(1, '\x01')});
        EXPECT_EQ(refused.code, 1) << refused.out;
        messages_ += refused.out + refused.err;
    }

    UnifiedSystem unified_;
    Office office_{unified_.url()};
    std::string messages_;  ///< all that the command line printed
};

TEST_F(Canaries, NeverLeaveWithAnyRequest) {
    const std::string left = unified_.recorded();
    ASSERT_FALSE(left.empty());

    EXPECT_NO_CANARY(left, kSecrets);
    // The control: the same search finds what the lawyer let go, inside the gzipped batch.
    const auto released = support::find_canaries(left, {kReleased});
    ASSERT_FALSE(released.empty());
    EXPECT_TRUE(released.front().inflated);
}

TEST_F(Canaries, AreNotHeldByThePeerAndALoweredEntryArrivesAsItsFirstGeneration) {
    EXPECT_NO_CANARY(unified_.all_documents(), kSecrets);
    const auto held = unified_.entries();
    ASSERT_EQ(held.size(), 3U);
    for (const HeldDocument& document : held) {
        EXPECT_TRUE(document.revision.starts_with("1-")) << document.revision;
    }
}

TEST_F(Canaries, AreInNoLogStatusMetricsOrMessage) {
    ASSERT_FALSE(office_.log().empty());
    EXPECT_NO_CANARY(office_.log(), everything());
    EXPECT_NO_CANARY(page(office_, "/status"), everything());
    EXPECT_NO_CANARY(page(office_, "/metrics"), everything());
    EXPECT_NO_CANARY(page(office_, "/healthz"), everything());
    EXPECT_NO_CANARY(messages_, everything());
    // The control: shown to the owner, the same bytes are found.
    const support::Finished shown = office_.tizilim({"--json", "show", "1"});
    EXPECT_FALSE(support::find_canaries(shown.out, {kSecrets[2]}).empty()) << shown.out;
}

TEST_F(Canaries, AreNotInWhatAPersonGivesToWhoHelps) {
    // Also where a person named a file or a folder by a case, and what it failed with.
    const std::string named = (office_.folder() / kSecrets[0]).string();
    const support::Finished backup = office_.tizilim({"backup", named});
    EXPECT_NE(backup.code, 0);
    const std::string file = (office_.folder() / "for-help.txt").string();

    const support::Finished found = office_.tizilim({"doctor", "--bundle", file});

    const std::string text = support::text_of(file);
    ASSERT_NE(text.find("== doctor =="), std::string::npos) << found.out << found.err;
    ASSERT_NE(text.find("== tables =="), std::string::npos) << text;
    EXPECT_NE(text.find("credentials"), std::string::npos) << text;
    EXPECT_NO_CANARY(text, everything());
    EXPECT_NO_CANARY(found.out + found.err, everything());
    EXPECT_EQ(text.find(office_.folder().string()), std::string::npos) << "no path";
    // The control: one written there by hand is found.
    EXPECT_FALSE(support::find_canaries(text + kSecrets[0], kSecrets).empty());
}

TEST_F(Canaries, AreNotInClearInAnyFileOfTheRegister) {
    office_.daemon().signal(SIGTERM);
    ASSERT_EQ(office_.daemon().wait(kCommandTime), 0);

    EXPECT_NO_CANARY(bytes_of_folder(office_.register_folder()), everything());
    // The control: one written there by hand is found.
    platform::write_file_atomically(office_.register_folder() / "leak", "x" + kSecrets[0]);
    EXPECT_FALSE(
        support::find_canaries(bytes_of_folder(office_.register_folder()), kSecrets).empty());
}

}  // namespace
}  // namespace tizilim::process
