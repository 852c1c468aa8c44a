#pragma once

#include "agent/admin/couch_server.h"
#include "platform/text/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::admin {

/// A register as the server's `_users` has it: the account's document keeps which database it is
/// for, and whose, as member `tizilim`. So there is no list beside the server's own.
struct Register {
    std::string database;
    std::string user;
    std::string identity;
    std::string lawyer;
    std::string iin;
    bool revoked = false;
    std::string revision{};  ///< of the account's document; empty: there is none yet
};

/// Every register of a server that was provisioned by this program, by name of the database.
[[nodiscard]] std::vector<Register> registers_of(CouchServer& server);

/// By database, account or IIN; nothing: none, or several.
[[nodiscard]] std::optional<Register> find_register(const std::vector<Register>& registers,
                                                    std::string_view name);

/// Makes or changes the account; from now on it has `password`.
void write_account(CouchServer& server, const Register& account, const std::string& password);

}  // namespace tizilim::admin
