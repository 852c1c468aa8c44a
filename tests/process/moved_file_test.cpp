#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <signal.h>
#include <string>

namespace tizilim::process {
namespace {

namespace fs = std::filesystem;

/// What file-sync programs and antiviruses do to a register that is in use.
class MovedRegister : public testing::Test {
protected:
    MovedRegister() {
        office_.configure("", "", "[backup]\ndirectory = saved\n");
        EXPECT_TRUE(office_.start()) << office_.log();
        EXPECT_EQ(office_.tizilim(office_.add_arguments(1)).code, 0);
        fs::copy_file(file_, older_);
        EXPECT_EQ(office_.tizilim(office_.add_arguments(2)).code, 0);
    }

    void expect_said_everywhere() {
        const support::Finished added = office_.tizilim(office_.add_arguments(3));
        EXPECT_EQ(added.code, 1) << added.out;
        EXPECT_NE(added.err.find(file_.filename().string()), std::string::npos) << added.err;
        EXPECT_NE(office_.tizilim({"status"}).out.find("while it was in use"), std::string::npos);
        EXPECT_NE(office_.state(), "synced");
        EXPECT_EQ(LocalApi(office_).get("/readyz").status, 503);
        EXPECT_EQ(office_.tizilim({"verify"}).code, 1);
        const support::Finished second = office_.run_daemon();
        EXPECT_EQ(second.code, 1) << second.err;
        EXPECT_EQ(second.err.find("lock"), std::string::npos) << second.err;
    }

    Office office_{""};
    const fs::path file_ = office_.register_folder() / "register.mdb";
    const fs::path older_ = office_.folder() / "older.mdb";
};

TEST_F(MovedRegister, IsSaidWhenAnOlderFileTakesItsPlaceAndNothingIsRecorded) {
    const std::string before = support::text_of(older_);
    fs::rename(older_, file_);

    expect_said_everywhere();

    EXPECT_EQ(support::text_of(file_), before);
}

TEST_F(MovedRegister, IsSavedByABackupAfterItWasRemoved) {
    fs::remove(file_);

    expect_said_everywhere();

    EXPECT_FALSE(fs::exists(file_));
    const fs::path saved = office_.folder() / "saved" / "by hand";
    fs::create_directories(saved);
    const support::Finished backed_up = office_.tizilim({"backup", saved.string()});
    EXPECT_EQ(backed_up.code, 0) << backed_up.err;
    EXPECT_FALSE(fs::is_empty(saved));
}

TEST_F(MovedRegister, HasNoSecondDaemonWhateverIsRemovedBesideIt) {
    for (const auto& beside : fs::directory_iterator(office_.register_folder())) {
        if (beside.path().filename().string().find("lock") == std::string::npos) continue;
        fs::remove(beside.path());
    }

    const support::Finished second = office_.run_daemon();

    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.err.find(std::to_string(office_.daemon().pid())), std::string::npos)
        << second.err;
    EXPECT_EQ(office_.tizilim(office_.add_arguments(3)).code, 0);
    office_.daemon().signal(SIGTERM);
    EXPECT_EQ(office_.daemon().wait(kCommandTime), 0);
    EXPECT_EQ(office_.tizilim({"verify", "--offline"}).code, 0);
}

}  // namespace
}  // namespace tizilim::process
