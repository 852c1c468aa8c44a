#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace tizilim::platform {

/// 32 bytes that open a register. Wiped at its end; cannot be printed or compared.
class MasterKey {
public:
    static constexpr std::size_t kBytes = 32;
    explicit MasterKey(const std::array<std::byte, kBytes>& bytes) : bytes_(bytes) {}
    ~MasterKey();
    MasterKey(const MasterKey&) = default;
    MasterKey& operator=(const MasterKey&) = default;
    [[nodiscard]] const std::array<std::byte, kBytes>& bytes() const noexcept { return bytes_; }

private:
    std::array<std::byte, kBytes> bytes_;
};

/// Where the platform keeps a register's key. A file here; DPAPI on Windows; memory in tests.
class KeyStore {
public:
    virtual ~KeyStore() = default;
    /// Nothing when there is no key of that name. \throws FileError when it is there and unusable.
    [[nodiscard]] virtual std::optional<MasterKey> load(const std::string& name) const = 0;
    /// Durable when it returns. \throws FileError, also when the name is taken: a key is never
    /// replaced.
    virtual void create(const std::string& name, const MasterKey& key) = 0;
};

/// `<directory>/<name>.key`, 64 hex digits, mode 0600, created atomically, its directory synced.
class FileKeyStore final : public KeyStore {
public:
    explicit FileKeyStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
    [[nodiscard]] std::optional<MasterKey> load(const std::string& name) const override;
    void create(const std::string& name, const MasterKey& key) override;

private:
    [[nodiscard]] std::filesystem::path path_of(const std::string& name) const;
    std::filesystem::path directory_;
};

}  // namespace tizilim::platform
