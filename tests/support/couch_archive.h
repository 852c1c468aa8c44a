#pragma once

#include "tests/support/couch_model.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace tizilim::support {

class ArchiveError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A server's whole state as JSON, so that the stand-in can be stopped and started again.
class CouchArchive {
public:
    [[nodiscard]] static std::string write(const CouchSnapshot& snapshot);
    /// \throws ArchiveError when `text` is no archive.
    [[nodiscard]] static CouchSnapshot read(PeerKind kind, std::string_view text);

private:
    [[nodiscard]] static platform::JsonValue database_json(const CouchDatabase& database);
    static void read_database(const platform::JsonValue& value, CouchDatabase& database);
};

}  // namespace tizilim::support
