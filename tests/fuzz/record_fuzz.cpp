#include "platform/check.h"
#include "store/book/records.h"
#include "store/replication/replication.h"
#include "store/store_error.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace store = tizilim::store;

namespace {

/// A record is refused by name, or reads back as it was written.
template <class Record>
void read(std::string_view bytes) {
    try {
        const std::string packed = store::pack(store::unpack<Record>(bytes));
        CHECK(store::pack(store::unpack<Record>(packed)) == packed);
    } catch (const store::StoreError& error) {
        CHECK(error.kind() == store::StoreError::Kind::damaged);
    }
}

void read_version(std::string_view bytes) {
    try {
        const std::string packed = store::EntryCodec::pack(store::EntryCodec::unpack(bytes));
        CHECK(store::EntryCodec::pack(store::EntryCodec::unpack(packed)) == packed);
    } catch (const store::StoreError& error) {
        CHECK(error.kind() == store::StoreError::Kind::damaged);
    }
}

}  // namespace

/// What the seals would let through only by somebody who has the key: every kind of record, on the
/// same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(static_cast<const char*>(static_cast<const void*>(bytes)), size);
    read<store::EntryHead>(text);
    read<store::JournalRecord>(text);
    read<store::RevisionRecord>(text);
    read<store::Checkpoint>(text);
    read<store::Identity>(text);
    read<store::SignatureRecord>(text);
    read<store::Books>(text);
    read<store::PeerClock>(text);
    read_version(text);
    return 0;
}
