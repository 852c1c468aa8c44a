#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::admin {

/// A CouchDB-protocol server, asked by its administrator. Each call is one request. What does not
/// answer as such a server does, or refuses, is thrown: MessageError names the path and why.
class CouchServer {
public:
    /// `url`: "https://host:port", without user and password.
    CouchServer(platform::HttpTransport& transport, std::string url, std::string authorization);

    /// Nothing: there is none (404). `path` begins with a slash.
    [[nodiscard]] std::optional<platform::JsonValue> get(const std::string& path);
    void put(const std::string& path, const platform::JsonValue& body);
    /// False: it was there.
    bool make_database(const std::string& name);

    [[nodiscard]] const std::string& url() const { return url_; }

private:
    platform::HttpTransport& transport_;
    std::string url_;
    std::string authorization_;
};

/// The value of an Authorization header.
[[nodiscard]] std::string basic_authorization(std::string_view user, std::string_view password);

}  // namespace tizilim::admin
