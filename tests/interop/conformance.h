#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/interop/peer_servers.h"
#include "tests/support/couch_database.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::interop {

struct Answer {
    int status = 0;
    platform::JsonValue json;  ///< null when the body is no JSON
    platform::HttpResponse raw;

    /// The text at `name`, or "" when there is none.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] const platform::JsonArray& list(std::string_view name) const;
};

/// Every fact that our client relies on, on every server that we have: one test each, with a fresh
/// database. Where CouchDB and PouchDB differ, the test states both answers.
class Conformance : public ::testing::TestWithParam<PeerChoice> {
protected:
    void SetUp() override;
    void TearDown() override;

    [[nodiscard]] bool couchdb() const { return server_->kind() == support::PeerKind::couchdb; }
    template <class T>
    // NOLINTNEXTLINE(performance-unnecessary-value-param): by value, so that literals decay
    [[nodiscard]] T by_kind(T couchdb_answer, T pouchdb_answer) const {
        return couchdb() ? couchdb_answer : pouchdb_answer;
    }

    /// `path` begins with a slash and is below the database.
    [[nodiscard]] Answer get(const std::string& path);
    [[nodiscard]] Answer put(const std::string& path, const std::string& body);
    [[nodiscard]] Answer post(const std::string& path, const std::string& body);
    [[nodiscard]] Answer del(const std::string& path);
    /// The body goes out compressed.
    [[nodiscard]] Answer gzipped(platform::Method method, const std::string& path,
                                 const std::string& body);
    [[nodiscard]] Answer ask_server(platform::Method method, const std::string& path,
                                    const std::string& body = "");
    [[nodiscard]] Answer ask(platform::HttpRequest request);

    /// POST _bulk_docs with new_edits=false. `documents` are JSON objects, separated by commas.
    [[nodiscard]] Answer push(const std::string& documents);
    /// The same, and it must be accepted without a row.
    void pushed(const std::string& documents);
    /// Design document and identity, as an administrator makes them.
    std::string provisioned();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] PeerServer& server() { return *server_; }

private:
    PeerServer* server_ = nullptr;
    std::string name_;
    std::string url_;
};

/// The texts of a list of objects at `name`, sorted.
[[nodiscard]] std::vector<std::string> texts(const platform::JsonArray& list,
                                             std::string_view name);

}  // namespace tizilim::interop
