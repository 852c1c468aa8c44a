#pragma once

#include <string_view>

namespace tizilim::agent {

/// A file of the page, as its build left it.
struct PageFile {
    std::string_view path;  ///< "/", or "/page.0123456789ab.js"
    std::string_view content_type;
    std::string_view bytes;
    bool is_kept = false;  ///< its name has the digest of its content: a browser may keep it
};

/// Nothing: the page has no such file. All live as long as the program.
[[nodiscard]] const PageFile* page_file(std::string_view path);

}  // namespace tizilim::agent
