#include "tests/support/temp_directory.h"

#include "platform/check.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace tizilim::support {

TempDirectory::TempDirectory(const std::filesystem::path& under) {
    std::string name = (under / "tizilim-test-XXXXXX").string();
    // NOLINTNEXTLINE(misc-include-cleaner): of <stdlib.h>, which <cstdlib> brings
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TempDirectory::~TempDirectory() {
    std::error_code ignored;  // a folder left behind fails no test
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace tizilim::support
