#include "agent/admin/provisioner.h"

#include "agent/admin/accounts.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/lawyers.h"
#include "agent/admin/register_rules.h"
#include "platform/random.h"
#include "platform/text/message.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

constexpr std::size_t kIdentityBytes = 16;
/// Five groups of four of 31 characters: 99 bits.
constexpr std::size_t kPasswordGroups = 5;
constexpr std::size_t kGroupCharacters = 4;
/// None that is taken for another on paper.
constexpr std::string_view kPasswordCharacters = "abcdefghjkmnpqrstuvwxyz23456789";

}  // namespace

RegisterRules rules_of(const Register& account) {
    return {account.database, account.identity, account.revoked ? "" : account.user};
}

Provisioner::Provisioner(CouchServer& server, platform::Random& random, HandOut hand_out)
    : server_(server),
      random_(random),
      hand_out_(std::move(hand_out)),
      registers_(registers_of(server)) {}

std::string Provisioner::password() {
    std::string made;
    for (std::size_t i = 0; i < kPasswordGroups * kGroupCharacters; ++i) {
        if (i > 0 && i % kGroupCharacters == 0) made += '-';
        made += kPasswordCharacters[random_.below(kPasswordCharacters.size())];
    }
    return made;
}

Register Provisioner::account_for(const Lawyer& lawyer) {
    const std::string& key = lawyer.iin.empty() ? lawyer.database : lawyer.iin;
    for (const Register& known : registers_) {
        if ((lawyer.iin.empty() ? known.database : known.iin) != key) continue;
        const bool is_another = (!lawyer.database.empty() && lawyer.database != known.database) ||
                                (!lawyer.user.empty() && lawyer.user != known.user);
        if (is_another)
            throw platform::MessageError(
                {"admin.has_another",
                 {{"lawyer", lawyer.name}, {"database", known.database}, {"user", known.user}}});
        if (known.revoked)
            throw platform::MessageError(
                {"admin.is_revoked", {{"database", known.database}, {"lawyer", lawyer.name}}});
        return known;
    }
    Register account{.database = lawyer.database,
                     .user = lawyer.user,
                     .identity = random_.hex(kIdentityBytes),
                     .lawyer = lawyer.name,
                     .iin = lawyer.iin};
    if (account.database.empty()) account.database = "register-" + account.identity;
    if (account.user.empty()) account.user = account.database;
    for (const Register& known : registers_)
        if (known.database == account.database || known.user == account.user)
            throw platform::MessageError(
                {"admin.name_taken", {{"lawyer", lawyer.name}, {"other", known.lawyer}}});
    return account;
}

Provisioned Provisioner::plan(const Lawyer& lawyer) {
    Provisioned planned{.account = account_for(lawyer), .made = {}};
    const bool is_new = planned.account.revision.empty();
    if (is_new && server_.get('/' + planned.account.database))
        throw platform::MessageError(
            {"admin.database_there", {{"database", planned.account.database}}});
    if (is_new) planned.made.push_back(Part::account);
    const std::vector<Part> faults = faults_of(server_, rules_of(planned.account));
    planned.made.insert(planned.made.end(), faults.begin(), faults.end());
    return planned;
}

Provisioned Provisioner::provision(const Lawyer& lawyer) {
    Provisioned planned = plan(lawyer);
    const Register& account = planned.account;
    if (planned.is_new()) {
        const std::string made = password();
        hand_out_(account, lawyer, made);
        write_account(server_, account, made);
        registers_.push_back(account);
    }
    mend(server_, rules_of(account), planned.made);
    return planned;
}

void Provisioner::rotate(const Register& account) {
    if (account.revoked)
        throw platform::MessageError(
            {"admin.is_revoked", {{"database", account.database}, {"lawyer", account.lawyer}}});
    const std::string made = password();
    hand_out_(account, {.name = account.lawyer, .iin = account.iin}, made);
    write_account(server_, account, made);
}

void Provisioner::revoke(Register account) {
    account.revoked = true;
    const std::vector<Part> faults = faults_of(server_, rules_of(account));
    // First who may come in: a session that is open ends with it.
    if (std::ranges::find(faults, Part::members) != faults.end())
        mend(server_, rules_of(account), {Part::members});
    // A password that nobody has.
    write_account(server_, account, password());
}

}  // namespace tizilim::admin
