#include "tests/process/fake_time.h"

#include "platform/clock.h"
#include "platform/files/file.h"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tizilim::process {
namespace {

std::filesystem::path library() {
    std::filesystem::path path = std::filesystem::path(FAKETIME_FOLDER) / "libfaketimeMT.so.1";
    if (!std::filesystem::exists(path))
        throw std::runtime_error(path.string() +
                                 " is missing, and with it a way to give programs another date: "
                                 "install the Debian package libfaketime");
    return path;
}

/// Sanitizers ask to be loaded first, and then know what each thread keeps for itself: loaded later
/// they take what OpenSSL keeps there for a leak. The other tests look for leaks.
std::string sanitizer_options() {
    std::string options = "verify_asan_link_order=0:detect_leaks=0";
    // Read only; the test has one thread here.
    if (const char* const given = std::getenv("ASAN_OPTIONS"))  // NOLINT(concurrency-mt-unsafe)
        options = std::string(given) + ":" + options;
    return options;
}

}  // namespace

FakeTime::FakeTime()
    : environment_{"LD_PRELOAD=" + library().string(), "FAKETIME_TIMESTAMP_FILE=" + file().string(),
                   "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                   "ASAN_OPTIONS=" + sanitizer_options()} {
    platform::write_file_atomically(file(), "+0\n");
}

void FakeTime::set(std::chrono::sys_seconds now) const {
    const auto real = std::chrono::floor<std::chrono::seconds>(platform::SystemClock().wall_now());
    const std::int64_t offset = (now - real).count();
    platform::write_file_atomically(file(),
                                    (offset < 0 ? "" : "+") + std::to_string(offset) + "\n");
}

}  // namespace tizilim::process
