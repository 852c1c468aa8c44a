#pragma once

#include "tests/support/express_pouchdb.h"
#include "tests/support/temp_directory.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tizilim::process {

/// express-pouchdb with one register, whose data can be copied and put back.
class RealPeer {
public:
    /// Started, with an empty register.
    RealPeer();
    [[nodiscard]] std::string url() const;
    void start() { server_.start(); }
    void stop() { server_.stop(); }

    /// While it is stopped: a copy of all that it has, and back to that.
    [[nodiscard]] std::filesystem::path copy_data();
    void restore(const std::filesystem::path& copy);

    /// The leaves of each `entry:` document, those that are deleted, too.
    [[nodiscard]] std::map<std::string, std::vector<std::string>> entries() const;
    [[nodiscard]] const support::ExpressPouchDb& server() const { return server_; }

private:
    support::TempDirectory folder_;
    support::ExpressPouchDb server_;
    int copies_ = 0;
};

}  // namespace tizilim::process
