#pragma once

#include "agent/admin/admin.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/lawyers.h"
#include "agent/admin/register_check.h"
#include "agent/texts/words.h"

#include <filesystem>
#include <string>

namespace tizilim::admin {

/// What the command line said, of all commands.
struct Options {
    std::string server;
    std::string public_url;  ///< of the server as PCs reach it; empty: as `server`
    std::string admin;
    std::filesystem::path password_file;
    bool password_stdin = false;
    std::filesystem::path ca_file;
    std::string language = "en";
    std::filesystem::path csv;  ///< empty: `lawyer` alone
    Lawyer lawyer;
    std::filesystem::path output;
    bool dry_run = false;
    bool show = false;  ///< passwords, on the screen
    std::string name;   ///< of a register: database, account or IIN
    bool json = false;
    bool prometheus = false;
    CheckBounds bounds;
};

struct Command {
    const Options& options;
    const agent::Words& words;
    Surroundings& surroundings;
    CouchServer& server;
};

// Each returns an ExitCode. \throws MessageError
[[nodiscard]] int run_provision(const Command& command);
[[nodiscard]] int run_rotate(const Command& command);
[[nodiscard]] int run_revoke(const Command& command);
[[nodiscard]] int run_check(const Command& command);

}  // namespace tizilim::admin
