#pragma once

#include "agent/admin/accounts.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/lawyers.h"
#include "agent/admin/register_rules.h"
#include "platform/random.h"

#include <functional>
#include <string>
#include <vector>

namespace tizilim::admin {

/// What was made of a register, or would be.
struct Provisioned {
    Register account;
    std::vector<Part> made;  ///< empty: all was there
    /// The account is new, so its password is, too.
    [[nodiscard]] bool is_new() const { return !made.empty() && made.front() == Part::account; }
};

/// Makes registers at a server, each in the order that survives a crash: the password is handed
/// out, the account made that names database and identity, then what belongs to the database. A
/// second run finds the account, and makes what is missing.
class Provisioner {
public:
    /// Called with each password before the server has it.
    using HandOut = std::function<void(const Register& account, const Lawyer& lawyer,
                                       const std::string& password)>;

    /// Reads which registers are there. \throws MessageError
    Provisioner(CouchServer& server, platform::Random& random, HandOut hand_out);

    /// What provision() would make. \throws MessageError also where the wish contradicts what is
    /// there
    [[nodiscard]] Provisioned plan(const Lawyer& lawyer);
    /// \throws MessageError
    Provisioned provision(const Lawyer& lawyer);

    /// A new password for a register. \throws MessageError
    void rotate(const Register& account);
    /// Nobody but the unified system and administrators comes in any more; what is there stays.
    /// \throws MessageError
    void revoke(Register account);

    [[nodiscard]] const std::vector<Register>& registers() const { return registers_; }

private:
    [[nodiscard]] Register account_for(const Lawyer& lawyer);
    [[nodiscard]] std::string password();

    CouchServer& server_;
    platform::Random& random_;
    HandOut hand_out_;
    std::vector<Register> registers_;
};

[[nodiscard]] RegisterRules rules_of(const Register& account);

}  // namespace tizilim::admin
