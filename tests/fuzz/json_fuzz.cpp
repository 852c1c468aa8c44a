#include "platform/check.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace platform = tizilim::platform;

/// A stranger's bytes are refused, or read into a value that reads back from its canonical form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto value = tizilim::platform::read_json(
        {static_cast<const char*>(static_cast<const void*>(bytes)), size});
    if (!value) return 0;
    const std::string canonical = platform::canonical_json(*value);
    const auto again = tizilim::platform::read_json(canonical);
    CHECK(again.has_value());
    CHECK(platform::canonical_json(*again) == canonical);
    return 0;
}
