#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// What a service tells the service manager that started it (systemd: sd_notify). Without one, all
/// does nothing.
class ServiceManager {
public:
    /// Of this process, from its environment.
    ServiceManager();

    void ready() const;
    void reloading() const;
    void stopping() const;
    void status(std::string_view sentence) const;  ///< one line
    void alive() const;
    /// How often alive() is wanted; nothing: not at all.
    [[nodiscard]] std::optional<std::chrono::milliseconds> alive_every() const {
        return alive_every_;
    }

private:
    void tell(const std::string& message) const;

    std::string socket_;  ///< empty: there is none
    std::optional<std::chrono::milliseconds> alive_every_;
};

}  // namespace tizilim::platform
