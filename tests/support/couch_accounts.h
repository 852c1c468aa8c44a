#pragma once

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_validation.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

struct CouchUser {
    std::string name;
    std::string password;
    std::vector<std::string> roles;
};

/// Who may use the server. Without users it is an "admin party": everybody is `_admin`.
class CouchAccounts {
public:
    /// After so many wrong passwords CouchDB locks an account, even for the right one.
    static constexpr int kWrongPasswordsMax = 5;

    void add_user(CouchUser user);
    /// A bearer token of a user. An expired one is answered 401.
    void add_token(const std::string& token, const std::string& user_name, bool expired = false);
    /// A cookie's ten minutes are over.
    void expire_sessions() { sessions_.clear(); }
    [[nodiscard]] bool party() const { return users_.empty(); }

    /// Nothing in it: no credentials came. The error is the answer to bad ones.
    [[nodiscard]] platform::Expected<std::optional<CouchUserContext>, platform::HttpResponse>
    identify(PeerKind kind, const std::vector<platform::HttpHeader>& headers);

    /// The database `_users`, for administrators: who is put there may come in.
    [[nodiscard]] platform::HttpResponse user_document(CouchDatabase& users, CouchRequest request);

    /// GET, POST and DELETE of `_session`.
    [[nodiscard]] platform::HttpResponse session(const CouchRequest& request);

private:
    using Answer = platform::Expected<std::optional<CouchUserContext>, platform::HttpResponse>;
    [[nodiscard]] Answer by_password(PeerKind kind, const std::string& name,
                                     const std::string& password);
    [[nodiscard]] Answer by_token(PeerKind kind, std::string_view token) const;
    [[nodiscard]] Answer by_cookie(PeerKind kind, std::string_view cookie) const;
    [[nodiscard]] platform::HttpResponse log_in(const CouchRequest& request);

    struct Token {
        std::string user_name;
        bool expired = false;
    };
    std::map<std::string, CouchUser> users_;
    std::map<std::string, int> wrong_passwords_;
    std::map<std::string, Token, std::less<>> tokens_;
    std::map<std::string, std::string, std::less<>> sessions_;  ///< cookie value to user
    std::uint64_t sessions_started_ = 0;
};

}  // namespace tizilim::support
