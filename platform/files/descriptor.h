#pragma once

namespace tizilim::platform {

/// Something open of this process that can be handed to another one: a file, a socket, an end of a
/// pipe. Closed with this object.
class Descriptor {
public:
    explicit Descriptor(int value) noexcept : value_(value) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return value_; }
    /// The caller closes it.
    [[nodiscard]] int release() noexcept;

private:
    int value_;
};

}  // namespace tizilim::platform
