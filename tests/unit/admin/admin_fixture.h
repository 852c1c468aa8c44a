#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace tizilim::admin {

/// What the program said, and how it ended.
struct Said {
    int code = 0;
    std::string out;
    std::string err;
};

/// `tizilim-admin` at a model of a CouchDB.
class AdminTest : public ::testing::Test {
protected:
    AdminTest();

    /// As the server's administrator, whose password stands in a file.
    Said run(std::vector<std::string> arguments);
    /// Exactly these arguments.
    Said run_plain(std::vector<std::string> arguments, const std::string& input = {});
    /// provision of a CSV file with this text, into output().
    Said provision(const std::string& csv, std::vector<std::string> more = {});

    /// A header, and so many lawyers.
    [[nodiscard]] static std::string lawyers(int count);
    [[nodiscard]] std::filesystem::path output() const { return folder_ / "output"; }
    [[nodiscard]] std::vector<std::filesystem::path> files(const std::string& extension) const;
    /// A key of a setup file; empty: it has none.
    [[nodiscard]] static std::string value_in(const std::filesystem::path& setup,
                                              const std::string& key);
    /// The status of a GET by the account in a setup file, of its own database.
    [[nodiscard]] int status_for(const std::filesystem::path& setup);
    [[nodiscard]] int status_of(const std::string& path, const std::string& user,
                                const std::string& password);
    /// Puts a document by an administrator.
    void put(const std::string& path, const std::string& body);
    /// A PC says, `ago` before now, how it is.
    void put_health(const std::string& database, std::chrono::seconds ago,
                    const std::string& state = "well");

    support::TempDirectory folder_;
    support::CouchModel model_;
    support::ModelTransport transport_{model_};
    support::SimClock clock_;
    support::SeededRandom random_{1};
};

}  // namespace tizilim::admin
