#include "tests/fuzz/exchange.h"

#include <cstddef>
#include <cstdint>
#include <string>

/// The answers to `_bulk_get`. The first byte chooses the status and the server.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    tizilim::fuzz::exchange("_bulk_get", bytes[0], std::string(bytes + 1, bytes + size));
    return 0;
}
