#pragma once

#include "platform/files/key_store.h"
#include "platform/random.h"
#include "store/keys/recovery_cost.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::store {

using Digest16 = std::array<std::byte, 16>;
using Digest32 = std::array<std::byte, 32>;

[[nodiscard]] std::string_view bytes_of(const Digest16& digest);
[[nodiscard]] std::string_view bytes_of(const Digest32& digest);

/// Overwrites a secret; the compiler does not remove the write.
void wipe(std::span<std::byte> bytes);
template <class Bytes>
void wipe(Bytes& bytes) {
    wipe(std::as_writable_bytes(std::span(bytes)));
}

/// BLAKE2b (RFC 7693) of a list of parts. Each part is hashed with its length before it, so that no
/// two lists give the same input.
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

/// Encrypts values for the disk: XChaCha20-Poly1305 with table and key as associated data, so that
/// a record can't be read, edited, or swapped with another. Nonces are 24 random bytes, drawn once,
/// plus a count: none repeats, and no record costs a system call. Safe for threads.
class Seal {
public:
    Seal(const platform::MasterKey& key, platform::Random& random);
    ~Seal();
    Seal(const Seal&) = delete;
    Seal& operator=(const Seal&) = delete;

    /// 24 bytes of nonce, the ciphertext, 16 bytes of tag.
    [[nodiscard]] std::string seal(std::string_view table, std::string_view key,
                                   std::string_view plain) const;
    /// Nothing when it was not sealed with this key for this table and key, or was changed since.
    [[nodiscard]] std::optional<std::string> open(std::string_view table, std::string_view key,
                                                  std::string_view sealed) const;

    /// A keyed digest of a text, for use as a table's key.
    [[nodiscard]] Digest16 index(std::string_view domain, std::string_view text) const;

private:
    friend class StreamSealer;
    friend class StreamOpener;
    Digest16 nonce_start_{};                          ///< the first 16 bytes of every nonce
    mutable std::atomic<std::uint64_t> nonce_count_;  ///< the last 8; starts anywhere
    Digest32 seal_key_{};
    Digest32 index_key_{};
    Digest32 stream_key_{};
};

/// A register's key, encrypted: XChaCha20-Poly1305 under Argon2id of its recovery code.
struct WrappedKey {
    Digest16 salt{};
    RecoveryCost cost;
    std::string sealed;  ///< kSealedBytes: 24 bytes of nonce, the key's 32, 16 bytes of tag
    static constexpr std::size_t kSealedBytes = 24 + platform::MasterKey::kBytes + 16;
};

/// \throws StoreError, io, when there is no memory for `cost`
[[nodiscard]] WrappedKey wrap_key(const platform::MasterKey& key, std::string_view code,
                                  const RecoveryCost& cost, platform::Random& random);
/// Nothing when `code` is another. is_bearable(wrapped.cost). \throws StoreError, as above
[[nodiscard]] std::optional<platform::MasterKey> unwrap_key(const WrappedKey& wrapped,
                                                            std::string_view code);

/// Seals one long stream in parts (libsodium's secretstream of XChaCha20-Poly1305) that open only
/// in their order; the last is marked, so that a stream that was cut off is noticed.
class StreamSealer {
public:
    static constexpr std::size_t kHeaderBytes = 24;
    static constexpr std::size_t kTagBytes = 17;  ///< a part's, beyond its plain bytes

    StreamSealer(const Seal& seal, platform::Random& random);
    ~StreamSealer();
    StreamSealer(const StreamSealer&) = delete;
    StreamSealer& operator=(const StreamSealer&) = delete;

    /// For StreamOpener.
    [[nodiscard]] const std::string& header() const { return header_; }
    /// `associated`: must be the same for open().
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view associated, bool last);

private:
    struct State;
    std::string header_;
    std::unique_ptr<State> state_;
};

class StreamOpener {
public:
    /// `header` of StreamSealer::kHeaderBytes.
    StreamOpener(const Seal& seal, std::string_view header);
    ~StreamOpener();
    StreamOpener(const StreamOpener&) = delete;
    StreamOpener& operator=(const StreamOpener&) = delete;

    struct Part {
        std::string plain;
        bool last = false;
    };
    /// Nothing when this is not the stream's next part, whole and unchanged.
    [[nodiscard]] std::optional<Part> open(std::string_view sealed, std::string_view associated);
    /// The plain bytes of a part that open() refused: decrypted, not authenticated, so any of them
    /// may differ from what was written. `cut`: its end is missing. The next part opens if this
    /// one's tag was not damaged.
    [[nodiscard]] std::string open_unchecked(std::string_view sealed, bool cut);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tizilim::store
