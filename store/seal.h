#pragma once

#include "platform/key_store.h"
#include "platform/random.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

using Digest16 = std::array<std::byte, 16>;
using Digest32 = std::array<std::byte, 32>;

[[nodiscard]] std::string_view bytes_of(const Digest16& digest);
[[nodiscard]] std::string_view bytes_of(const Digest32& digest);

/// BLAKE2b (RFC 7693) of a list of parts. Each part goes in with its length before it, so that no
/// two lists of parts give the same input.
class Hasher {
public:
    enum class Size : std::size_t { bytes16 = 16, bytes32 = 32 };
    explicit Hasher(Size size, std::string_view key = {});
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    Hasher& add(std::string_view part);
    Hasher& add(std::uint64_t number);
    [[nodiscard]] Digest16 digest16();
    [[nodiscard]] Digest32 digest32();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Seals values for the disk: XChaCha20-Poly1305 with the table and the key as associated data, so
/// that a record can't be read, edited, or put in another's place. Nonces are 24 random bytes,
/// drawn once, plus a count: none comes twice, and no record costs a system call. Safe for threads.
class Seal {
public:
    Seal(const platform::MasterKey& key, platform::Random& random);
    ~Seal();
    Seal(const Seal&) = delete;
    Seal& operator=(const Seal&) = delete;

    /// 24 bytes of nonce, the ciphertext, 16 bytes of tag.
    [[nodiscard]] std::string seal(std::string_view table, std::string_view key,
                                   std::string_view plain) const;
    /// Nothing when it was not sealed by this key for this table and key, or was changed since.
    [[nodiscard]] std::optional<std::string> open(std::string_view table, std::string_view key,
                                                  std::string_view sealed) const;

    /// A keyed digest that stands for a word or a text where a table needs a key.
    [[nodiscard]] Digest16 index(std::string_view domain, std::string_view text) const;

private:
    Digest16 nonce_start_{};                          ///< the first 16 bytes of every nonce
    mutable std::atomic<std::uint64_t> nonce_count_;  ///< the last 8; starts anywhere
    Digest32 seal_key_{};
    Digest32 index_key_{};
};

}  // namespace tizilim::store
