#include "platform/process/confinement.h"
#include "platform/text/json.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace tizilim::inside {
namespace {

using process::kCommandTime;
using testing::HasSubstr;

/// What is to be said of such a kernel.
constexpr const char* kMissing = "this system lacks landlock, seccomp";

/// An office whose kernel has nothing to confine with.
class MissingConfinement : public testing::Test {
protected:
    MissingConfinement() : office_("") { office_.start_programs_by({OLD_KERNEL_PROGRAM}); }
    process::Office office_;
};

TEST_F(MissingConfinement, IsSaidInTheStatusAndInTheLog) {
    ASSERT_TRUE(office_.start()) << office_.log();

    EXPECT_EQ(office_.tizilim(office_.add_arguments(1)).code, 0);
    ASSERT_TRUE(support::eventually(kCommandTime, [&] {
        const platform::JsonValue status = office_.status();
        const platform::JsonValue* const pid = process::at(status, {"processes", "network", "pid"});
        return pid != nullptr && pid->integer() != nullptr;
    })) << office_.log();
    const platform::JsonValue status = office_.status();
    for (const char* const program : {"register", "network"}) {
        const platform::JsonValue* const held = process::at(status, {"confinement", program});
        ASSERT_NE(held, nullptr) << program;
        ASSERT_NE(held->array(), nullptr) << program;
        EXPECT_TRUE(held->array()->empty()) << program;
    }
    for (const char* const program : {"tizilim-register", "tizilim-sync"})
        EXPECT_TRUE(support::eventually(
            kCommandTime,
            [&] {
                std::istringstream lines(office_.log());
                for (std::string line; std::getline(lines, line);)
                    if (line.find("level=warning") != std::string::npos &&
                        line.find("event=not_confined") != std::string::npos &&
                        line.find(kMissing) != std::string::npos &&
                        line.find(std::string("process=") + program) != std::string::npos)
                        return true;
                return false;
            }))
            << program << office_.log();
}

TEST_F(MissingConfinement, StopsTheStartWhereItIsRequired) {
    office_.configure("", {}, "[security]\nrequire_confinement = true\n");

    const support::Finished daemon = office_.run_daemon();

    EXPECT_EQ(daemon.code, 1);
    EXPECT_THAT(daemon.err, HasSubstr(kMissing));
    EXPECT_THAT(daemon.err, HasSubstr("`[security] require_confinement` asks for it"));
}

TEST_F(MissingConfinement, IsNotSaidWhereTheKernelHasIt) {
    office_.configure("", {}, "[security]\nrequire_confinement = true\n");
    office_.start_programs_by({});
    if (platform::offered_confinement().size() != 2) GTEST_SKIP() << "this kernel has not both";

    ASSERT_TRUE(office_.start()) << office_.log();

    EXPECT_EQ(office_.log().find("not_confined"), std::string::npos) << office_.log();
}

}  // namespace
}  // namespace tizilim::inside
