#include "store/keys/seal.h"

#include "platform/check.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/keys/recovery_cost.h"
#include "store/store_error.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <sodium.h>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(kNonceBytes == sizeof(Digest16) + sizeof(std::uint64_t));
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// Stored: both name the subkeys that a register's master key is spread into. Never renumber.
constexpr char kContext[] = "tizilim1";
constexpr std::uint64_t kSealSubkey = 1;
constexpr std::uint64_t kIndexSubkey = 2;
constexpr std::uint64_t kStreamSubkey = 3;
/// Stored: bound into a wrapped key, so that it opens as nothing else. Never change.
constexpr std::string_view kWrapContext = "tizilim recovery 1";

const unsigned char* uchars(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* uchars(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* uchars(const std::byte* bytes) {
    return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* uchars(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

std::string associated(std::string_view table, std::string_view key) {
    std::string data;
    data.reserve(table.size() + 1 + key.size());
    data.append(table).push_back('\0');
    return data.append(key);
}

std::uint64_t number_of(platform::Random& random) {
    const auto bytes = random.bytes<sizeof(std::uint64_t)>();
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

}  // namespace

std::string_view bytes_of(const Digest16& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
std::string_view bytes_of(const Digest32& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void wipe(std::span<std::byte> bytes) {
    sodium_memzero(bytes.data(), bytes.size());
}

struct Hasher::State {
    crypto_generichash_state blake;
    Size size;
};

Hasher::Hasher(Size size, std::string_view key) : state_(std::make_unique<State>()) {
    state_->size = size;
    const unsigned char* const bytes = key.empty() ? nullptr : uchars(key);
    CHECK(crypto_generichash_init(&state_->blake, bytes, key.size(),
                                  static_cast<std::size_t>(size)) == 0);
}

Hasher::~Hasher() {
    sodium_memzero(&state_->blake, sizeof state_->blake);
}

Hasher& Hasher::add(std::string_view part) {
    add(std::uint64_t{part.size()});
    crypto_generichash_update(&state_->blake, uchars(part), part.size());
    return *this;
}

Hasher& Hasher::add(std::uint64_t number) {
    std::array<unsigned char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<unsigned char>(number >> (8 * (bytes.size() - 1 - i)));
    }
    crypto_generichash_update(&state_->blake, bytes.data(), bytes.size());
    return *this;
}

Digest16 Hasher::digest16() {
    CHECK(state_->size == Size::bytes16);
    Digest16 digest{};
    crypto_generichash_final(&state_->blake, uchars(digest.data()), digest.size());
    return digest;
}

Digest32 Hasher::digest32() {
    CHECK(state_->size == Size::bytes32);
    Digest32 digest{};
    crypto_generichash_final(&state_->blake, uchars(digest.data()), digest.size());
    return digest;
}

Seal::Seal(const platform::MasterKey& key, platform::Random& random)
    : nonce_start_(random.bytes<sizeof(Digest16)>()), nonce_count_(number_of(random)) {
    CHECK(sodium_init() >= 0);
    static_assert(crypto_kdf_KEYBYTES == platform::MasterKey::kBytes);
    const unsigned char* const master = uchars(key.bytes().data());
    crypto_kdf_derive_from_key(uchars(seal_key_.data()), seal_key_.size(), kSealSubkey, kContext,
                               master);
    crypto_kdf_derive_from_key(uchars(index_key_.data()), index_key_.size(), kIndexSubkey, kContext,
                               master);
    crypto_kdf_derive_from_key(uchars(stream_key_.data()), stream_key_.size(), kStreamSubkey,
                               kContext, master);
}

Seal::~Seal() {
    sodium_memzero(seal_key_.data(), seal_key_.size());
    sodium_memzero(index_key_.data(), index_key_.size());
    sodium_memzero(stream_key_.data(), stream_key_.size());
}

std::string Seal::seal(std::string_view table, std::string_view key, std::string_view plain) const {
    std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
    const std::uint64_t count = nonce_count_.fetch_add(1, std::memory_order_relaxed);
    std::memcpy(sealed.data(), nonce_start_.data(), nonce_start_.size());
    std::memcpy(sealed.data() + nonce_start_.size(), &count, sizeof count);
    const std::string data = associated(table, key);
    unsigned char* const out = uchars(sealed);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + kNonceBytes, nullptr, uchars(plain),
                                               plain.size(), uchars(std::string_view(data)),
                                               data.size(), nullptr, out, uchars(seal_key_.data()));
    return sealed;
}

std::optional<std::string> Seal::open(std::string_view table, std::string_view key,
                                      std::string_view sealed) const {
    if (sealed.size() < kNonceBytes + kTagBytes) return {};
    std::string plain(sealed.size() - kNonceBytes - kTagBytes, '\0');
    const std::string data = associated(table, key);
    const unsigned char* const in = uchars(sealed);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        uchars(plain), nullptr, nullptr, in + kNonceBytes, sealed.size() - kNonceBytes,
        uchars(std::string_view(data)), data.size(), in, uchars(seal_key_.data()));
    if (failed != 0) return {};
    return plain;
}

Digest16 Seal::index(std::string_view domain, std::string_view text) const {
    return Hasher(Hasher::Size::bytes16, bytes_of(index_key_)).add(domain).add(text).digest16();
}

namespace {

/// The key that a recovery code gives, wiped with its owner.
class WrappingKey {
public:
    WrappingKey(std::string_view code, const Digest16& salt, const RecoveryCost& cost) {
        CHECK(sodium_init() >= 0 && is_bearable(cost));
        static_assert(crypto_pwhash_SALTBYTES == sizeof(Digest16));
        const int failed = crypto_pwhash(
            uchars(key_.data()), key_.size(), code.data(), code.size(), uchars(salt.data()),
            cost.passes, static_cast<std::size_t>(cost.memory_bytes), crypto_pwhash_ALG_ARGON2ID13);
        if (failed == 0) return;
        throw StoreError(
            StoreError::Kind::io,
            platform::Message{"key.memory_short", {{"mebibytes", cost.memory_bytes >> 20}}});
    }
    ~WrappingKey() { wipe(key_); }
    WrappingKey(const WrappingKey&) = delete;
    WrappingKey& operator=(const WrappingKey&) = delete;
    [[nodiscard]] const unsigned char* bytes() const { return uchars(key_.data()); }

private:
    Digest32 key_{};
};

/// What the sealed key is bound to: Argon2 itself counts memory in whole KiB.
Digest32 bound_to(const WrappedKey& wrapped) {
    return Hasher(Hasher::Size::bytes32)
        .add(kWrapContext)
        .add(bytes_of(wrapped.salt))
        .add(wrapped.cost.passes)
        .add(wrapped.cost.memory_bytes)
        .digest32();
}

static_assert(WrappedKey::kSealedBytes == kNonceBytes + platform::MasterKey::kBytes + kTagBytes);
static_assert(StreamSealer::kHeaderBytes == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(StreamSealer::kTagBytes == crypto_secretstream_xchacha20poly1305_ABYTES);

}  // namespace

WrappedKey wrap_key(const platform::MasterKey& key, std::string_view code, const RecoveryCost& cost,
                    platform::Random& random) {
    WrappedKey wrapped{random.bytes<sizeof(Digest16)>(), cost,
                       std::string(WrappedKey::kSealedBytes, '\0')};
    random.fill(std::as_writable_bytes(std::span(wrapped.sealed)).first(kNonceBytes));
    const WrappingKey wrapping(code, wrapped.salt, cost);
    const Digest32 bound = bound_to(wrapped);
    unsigned char* const out = uchars(wrapped.sealed);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + kNonceBytes, nullptr, uchars(key.bytes().data()), key.bytes().size(),
        uchars(bound.data()), bound.size(), nullptr, out, wrapping.bytes());
    return wrapped;
}

std::optional<platform::MasterKey> unwrap_key(const WrappedKey& wrapped, std::string_view code) {
    if (wrapped.sealed.size() != WrappedKey::kSealedBytes) return {};
    const WrappingKey wrapping(code, wrapped.salt, wrapped.cost);
    const Digest32 bound = bound_to(wrapped);
    std::array<std::byte, platform::MasterKey::kBytes> key{};
    const unsigned char* const in = uchars(std::string_view(wrapped.sealed));
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        uchars(key.data()), nullptr, nullptr, in + kNonceBytes,
        WrappedKey::kSealedBytes - kNonceBytes, uchars(bound.data()), bound.size(), in,
        wrapping.bytes());
    std::optional<platform::MasterKey> result;
    if (failed == 0) result.emplace(key);
    wipe(key);
    return result;
}

struct StreamSealer::State {
    crypto_secretstream_xchacha20poly1305_state stream;
};

/// init_pull makes of a given header the state that init_push makes of one it draws by itself: so
/// the randomness is the caller's, as everywhere.
StreamSealer::StreamSealer(const Seal& seal, platform::Random& random)
    : header_(kHeaderBytes, '\0'), state_(std::make_unique<State>()) {
    random.fill(std::as_writable_bytes(std::span(header_)));
    CHECK(crypto_secretstream_xchacha20poly1305_init_pull(&state_->stream, uchars(header_),
                                                          uchars(seal.stream_key_.data())) == 0);
}

StreamSealer::~StreamSealer() {
    sodium_memzero(&state_->stream, sizeof state_->stream);
}

std::string StreamSealer::seal(std::string_view plain, std::string_view associated, bool last) {
    std::string sealed(plain.size() + kTagBytes, '\0');
    const unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                   : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    crypto_secretstream_xchacha20poly1305_push(&state_->stream, uchars(sealed), nullptr,
                                               uchars(plain), plain.size(), uchars(associated),
                                               associated.size(), tag);
    return sealed;
}

struct StreamOpener::State {
    crypto_secretstream_xchacha20poly1305_state stream;
};

StreamOpener::StreamOpener(const Seal& seal, std::string_view header)
    : state_(std::make_unique<State>()) {
    CHECK(header.size() == StreamSealer::kHeaderBytes);
    CHECK(crypto_secretstream_xchacha20poly1305_init_pull(&state_->stream, uchars(header),
                                                          uchars(seal.stream_key_.data())) == 0);
}

StreamOpener::~StreamOpener() {
    sodium_memzero(&state_->stream, sizeof state_->stream);
}

std::optional<StreamOpener::Part> StreamOpener::open(std::string_view sealed,
                                                     std::string_view associated) {
    if (sealed.size() < StreamSealer::kTagBytes) return {};
    Part part{std::string(sealed.size() - StreamSealer::kTagBytes, '\0'), false};
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state_->stream, uchars(part.plain), nullptr,
                                                   &tag, uchars(sealed), sealed.size(),
                                                   uchars(associated), associated.size()) != 0) {
        return {};
    }
    part.last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return part;
}

// A part is: a byte that says which it is, the plain bytes under ChaCha20 from its block 2 on, and
// 16 bytes of tag, whose first 8 go into the next part's nonce, behind a counter of 4
// (https://doc.libsodium.org/secret-key_cryptography/secretstream, "Algorithm").
std::string StreamOpener::open_unchecked(std::string_view sealed, bool cut) {
    constexpr std::size_t kMarkBytes = 1;
    constexpr std::size_t kCounterBytes = 4;
    constexpr std::size_t kNonceTagBytes = 8;
    constexpr std::size_t kAuthenticatorBytes = StreamSealer::kTagBytes - kMarkBytes;
    if (sealed.size() < StreamSealer::kTagBytes) return {};
    const std::string_view body =
        sealed.substr(kMarkBytes, sealed.size() - (cut ? kMarkBytes : StreamSealer::kTagBytes));
    std::string plain(body);
    unsigned char* const nonce = state_->stream.nonce;
    CHECK(crypto_stream_chacha20_ietf_xor_ic(uchars(plain), uchars(body), body.size(), nonce, 2,
                                             state_->stream.k) == 0);
    const std::string_view tag = sealed.substr(sealed.size() - kAuthenticatorBytes);
    for (std::size_t i = 0; i < kNonceTagBytes; ++i)
        nonce[kCounterBytes + i] ^= static_cast<unsigned char>(tag[i]);
    sodium_increment(nonce, kCounterBytes);
    return plain;
}

}  // namespace tizilim::store
