#pragma once

#include <memory>

namespace tizilim::platform {

/// Ends the waits of all streams and listeners that share it, at once. Set once, never reset. Safe
/// for threads.
class StopEvent {
public:
    StopEvent();
    ~StopEvent();
    StopEvent(const StopEvent&) = delete;
    StopEvent& operator=(const StopEvent&) = delete;

    void set();
    [[nodiscard]] bool is_set() const;

    class Native;  ///< the system's; for the .cpp files of this folder
    [[nodiscard]] const Native& native() const { return *native_; }

private:
    std::unique_ptr<Native> native_;
};

}  // namespace tizilim::platform
