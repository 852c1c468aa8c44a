#pragma once

#include "agent/admin/couch_server.h"

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::admin {

/// What makes a database a register's.
enum class Part {
    database,
    identity,   ///< the document `register`
    members,    ///< `_security`: the account and the unified system, nobody else
    rules,      ///< the design document with the validation function
    histories,  ///< `_revs_limit`: a shorter one cuts what revisions are verified by
    account     ///< in `_users`
};
[[nodiscard]] std::string_view code_of(Part part);

/// As it should be. An empty account: the register is revoked, and nobody's but the unified
/// system's.
struct RegisterRules {
    std::string database;
    std::string identity;
    std::string account;
};

/// Which parts are not as they should be, in the order of Part. Makes nothing.
[[nodiscard]] std::vector<Part> faults_of(CouchServer& server, const RegisterRules& rules);

/// Makes these parts of `wanted` as they should be. An identity is never changed: \throws
/// MessageError where another stands there.
void mend(CouchServer& server, const RegisterRules& rules, const std::vector<Part>& parts);

}  // namespace tizilim::admin
