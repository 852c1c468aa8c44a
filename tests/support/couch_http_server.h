#pragma once

#include "tests/support/couch_model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace tizilim::support {

struct CouchHttpOptions {
    std::uint16_t port = 0;        ///< 0: a free one
    std::filesystem::path record;  ///< every request is appended as it came; empty: none
};

/// The model on a port of 127.0.0.1, with threads of its own. The model may be touched by others
/// only before start and after stop.
class CouchHttpServer {
public:
    CouchHttpServer(CouchModel& model, const CouchHttpOptions& options);
    ~CouchHttpServer();
    CouchHttpServer(const CouchHttpServer&) = delete;
    CouchHttpServer& operator=(const CouchHttpServer&) = delete;

    [[nodiscard]] std::string origin() const;  ///< "http://127.0.0.1:PORT"
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::support
