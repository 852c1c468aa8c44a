#pragma once

#include "agent/admin/lawyers.h"

#include <filesystem>
#include <string>

namespace tizilim::admin {

/// What a PC is set up with.
struct Access {
    std::string url;  ///< of the database
    std::string user;
    std::string password;
};

/// The file that the page's first run takes (README.md, "The first time").
[[nodiscard]] std::string setup_text(const Lawyer& lawyer, const Access& access);

/// The same on paper, in the lawyer's language.
[[nodiscard]] std::string sheet_text(const Lawyer& lawyer, const Access& access);

struct Handout {
    std::filesystem::path setup;
    std::filesystem::path sheet;
};
/// Where the two of a database lie in `folder`.
[[nodiscard]] Handout handout_of(const std::filesystem::path& folder, const std::string& database);

/// Writes both, readable by their owner alone; what stands there is replaced. \throws FileError
void write_handout(const Handout& files, const Lawyer& lawyer, const Access& access);

}  // namespace tizilim::admin
