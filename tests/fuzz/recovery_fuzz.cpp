#include "platform/check.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/backup/backup_file.h"
#include "store/keys/recovery_code.h"
#include "store/keys/seal.h"
#include "store/store_error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace store = tizilim::store;

namespace {

/// Nothing here is to be secret, but an input must do the same each time.
class NoRandom final : public tizilim::platform::Random {
public:
    void fill(std::span<std::byte> bytes) override { std::ranges::fill(bytes, std::byte{7}); }
};

/// What was typed is a code that reads back, or a problem that does not repeat it.
void read_code(std::string_view text) {
    const auto code = store::RecoveryCode::parse(text);
    if (!code) {
        CHECK(!in_english(code.error()).empty());
        return;
    }
    const auto again = store::RecoveryCode::parse(code->text());
    CHECK(again.has_value() && again->bytes() == code->bytes());
}

void read_backup(std::string_view bytes) {
    NoRandom random;
    const store::Seal seal(tizilim::platform::MasterKey({}), random);
    try {
        store::BackupFileReader reader("fuzzed", [&bytes](std::span<char> part) {
            const std::size_t count = std::min(part.size(), bytes.size());
            std::copy_n(bytes.begin(), count, part.begin());
            bytes.remove_prefix(count);
            return count;
        });
        (void)reader.read(seal, {});
    } catch (const store::StoreError& error) {
        CHECK(error.kind() == store::StoreError::Kind::damaged ||
              error.kind() == store::StoreError::Kind::newer_schema);
    }
}

/// The same bytes as what a stream holds once it was opened: nobody without the key can do that,
/// but a damaged register might.
void read_rows(std::string_view plain) {
    NoRandom random;
    const store::Seal seal(tizilim::platform::MasterKey({}), random);
    std::string file;
    store::BackupFileWriter writer(
        {.schema = 1,
         .created_at = {},
         .wrapped = {.salt = {},
                     .cost = {.passes = 1, .memory_bytes = 8192},
                     .sealed = std::string(store::WrappedKey::kSealedBytes, 'x')}},
        seal, random, [&file](std::string_view part) { file += part; });
    // The header, which stays, and in its place a stream of our own.
    const std::string header = file;
    const std::string bound = header.substr(header.size() - sizeof(store::Digest32));
    store::StreamSealer sealer(seal, random);
    read_backup(header + sealer.seal(plain, bound, true));
}

}  // namespace

/// A recovery code as somebody types it; a backup as anybody may have made it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(static_cast<const char*>(static_cast<const void*>(bytes)), size);
    read_code(input);
    read_backup(input);
    read_rows(input);
    return 0;
}
