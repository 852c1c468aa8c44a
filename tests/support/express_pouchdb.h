#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/child_process.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::support {

/// express-pouchdb, a real third-party server, as a process (tests/interop/peer). Its databases are
/// LevelDB folders below `data`, which may be copied while it is stopped.
class ExpressPouchDb {
public:
    /// `server` is the path of server.js; `more` are further arguments of it.
    ExpressPouchDb(std::filesystem::path node, std::filesystem::path server,
                   std::filesystem::path data, std::vector<std::string> more = {});

    /// On the same port each time, a free one the first. Waits until it answers.
    /// \throws std::runtime_error
    void start();
    /// Waits until it has written everything. \throws std::runtime_error
    void stop();

    /// One question to the server itself; nothing when it is not answered with 2xx and JSON. `path`
    /// begins with a slash.
    [[nodiscard]] std::optional<platform::JsonValue> ask(platform::Method method,
                                                         const std::string& path,
                                                         const std::string& body = {}) const;
    /// A database with the identity that the agent asks for, and without a validation function:
    /// with one this server forgets `_revisions`, and never has the second revision of an entry.
    /// \throws std::runtime_error
    void make_register(const std::string& database, const std::string& identity) const;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string origin() const;  ///< "http://127.0.0.1:PORT"
    [[nodiscard]] const std::filesystem::path& data() const { return data_; }

private:
    const std::filesystem::path node_;
    const std::filesystem::path server_;
    const std::filesystem::path data_;
    const std::vector<std::string> more_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace tizilim::support
