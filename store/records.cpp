#include "store/records.h"

#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/hex.h"
#include "platform/json.h"
#include "store/codes.h"
#include "store/confidential.h"
#include "store/disclosure.h"
#include "store/entry.h"
#include "store/replication.h"
#include "store/revision.h"
#include "store/seal.h"
#include "store/store_error.h"

#include <cereal/archives/portable_binary.hpp>
#include <cereal/cereal.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tizilim::store {
namespace {

/// Reads or writes the fields of a record, in the order given: the order is the format. One
/// function a record does both, so that they can't differ.
template <class Archive>
class Fields {
public:
    explicit Fields(Archive& archive) : archive_(archive) {}

    template <class... T>
    void operator()(T&... fields) {
        (field(fields), ...);
    }

private:
    static constexpr bool kWriting = Archive::is_saving::value;

    template <class T>
    void field(T& value) {
        if constexpr (std::is_enum_v<T>) {
            auto number = static_cast<std::underlying_type_t<T>>(value);
            archive_(number);
            if constexpr (!kWriting) value = static_cast<T>(number);
        } else {
            archive_(value);
        }
    }
    template <std::size_t N>
    void field(std::array<std::byte, N>& bytes) {
        archive_(cereal::binary_data(bytes.data(), bytes.size()));
    }
    void field(EntryId& id) { field(id.bytes); }
    void field(Revision& revision) { archive_(revision.generation, revision.digest); }
    void field(platform::WallTime& time) {
        std::int64_t milliseconds = time.time_since_epoch().count();
        archive_(milliseconds);
        if constexpr (!kWriting) time = platform::WallTime(std::chrono::milliseconds(milliseconds));
    }
    void field(platform::UtcOffset& offset) {
        auto minutes = static_cast<std::int32_t>(offset.count());
        archive_(minutes);
        if constexpr (!kWriting) offset = platform::UtcOffset(minutes);
    }
    void field(platform::CivilDate& date) {
        auto days = static_cast<std::int32_t>(
            date.ok() ? std::chrono::sys_days(date).time_since_epoch().count() : 0);
        archive_(days);
        if constexpr (!kWriting) date = std::chrono::sys_days(std::chrono::days(days));
    }
    void field(std::optional<platform::CivilDate>& date) {
        bool present = date.has_value();
        archive_(present);
        if (!present) return;
        platform::CivilDate day = date.value_or(platform::CivilDate{});
        field(day);
        date = day;
    }

    Archive& archive_;
};

template <class F>
void fields_of(EntryHead& head, F& f) {
    f(head.number, head.versions, head.delivery, head.position, head.queued_at, head.leaf,
      head.leaf_is_current, head.reason);
}
template <class F>
void fields_of(JournalRecord& record, F& f) {
    f(record.sequence, record.previous, record.salt, record.at, record.act, record.entry,
      record.content, record.detail, record.hash);
}
template <class F>
void fields_of(RevisionRecord& record, F& f) {
    f(record.revision, record.ancestors, record.deleted, record.origin, record.body);
}
template <class F>
void fields_of(Checkpoint& checkpoint, F& f) {
    f(checkpoint.pulled, checkpoint.epoch, checkpoint.nonce, checkpoint.peer_instance);
}
template <class F>
void fields_of(Identity& identity, F& f) {
    f(identity.book, identity.installation_id, identity.register_key);
}

/// The confidential texts of a version, in clear for as long as it is packed.
struct ClearTexts {
    std::string basis_number;
    std::string basis_issuer;
    std::string essence;
    std::string late_reason;
    std::string reason;
};

struct ClearVersion {
    EntryVersion& version;
    ClearTexts& texts;
};

template <class F>
void fields_of(ClearVersion& clear, F& f) {
    Entry& entry = clear.version.entry;
    EntryContent& content = entry.content;
    f(entry.id, entry.disclosure, entry.state, entry.recorded_at, entry.recorded_offset,
      entry.imported, entry.late, entry.commitment, clear.version.salt);
    f(content.language, content.application_date, content.basis.type, content.basis.date,
      content.form, content.minutes, content.minor);
    f(clear.texts.basis_number, clear.texts.basis_issuer, clear.texts.essence,
      clear.texts.late_reason, clear.texts.reason);
}

template <class T>
std::string packed(T record) {
    std::ostringstream out;
    cereal::PortableBinaryOutputArchive archive(out);
    Fields fields(archive);
    fields_of(record, fields);
    return std::move(out).str();
}

template <class T>
void unpack_into(T& record, std::string_view bytes) {
    try {
        std::istringstream in{std::string(bytes)};
        cereal::PortableBinaryInputArchive archive(in);
        Fields fields(archive);
        fields_of(record, fields);
    } catch (const cereal::Exception&) {
        throw StoreError(StoreError::Kind::damaged,
                         "a record is shorter than its format; restore a backup");
    }
}

}  // namespace

std::string pack(const EntryHead& head) {
    return packed(head);
}
std::string pack(const JournalRecord& record) {
    return packed(record);
}
std::string pack(const RevisionRecord& record) {
    return packed(record);
}
std::string pack(const Checkpoint& checkpoint) {
    return packed(checkpoint);
}
std::string pack(const Identity& identity) {
    return packed(identity);
}

template <class T>
T unpack(std::string_view bytes) {
    T record;
    unpack_into(record, bytes);
    return record;
}
template EntryHead unpack<EntryHead>(std::string_view);
template JournalRecord unpack<JournalRecord>(std::string_view);
template RevisionRecord unpack<RevisionRecord>(std::string_view);
template Checkpoint unpack<Checkpoint>(std::string_view);
template Identity unpack<Identity>(std::string_view);

Digest32 hash_of(const JournalRecord& record) {
    return Hasher(Hasher::Size::bytes32)
        .add(record.sequence)
        .add(bytes_of(record.previous))
        .add(bytes_of(record.salt))
        .add(static_cast<std::uint64_t>(record.at.time_since_epoch().count()))
        .add(static_cast<std::uint64_t>(record.act))
        .add(record.entry.raw())
        .add(bytes_of(record.content))
        .add(record.detail)
        .digest32();
}

std::string EntryCodec::pack(const EntryVersion& version) {
    const EntryContent& content = version.entry.content;
    const RevealKey key;
    ClearTexts texts{content.basis.number.reveal(key), content.basis.issuer.reveal(key),
                     content.essence.reveal(key), content.late_reason.reveal(key),
                     version.reason.reveal(key)};
    EntryVersion copy = version;
    return packed(ClearVersion{copy, texts});
}

EntryVersion EntryCodec::unpack(std::string_view bytes) {
    EntryVersion version;
    ClearTexts texts;
    ClearVersion clear{version, texts};
    unpack_into(clear, bytes);
    EntryContent& content = version.entry.content;
    if (version.entry.disclosure == DisclosureClass::full) content.released_essence = texts.essence;
    content.basis.number = Confidential(std::move(texts.basis_number));
    content.basis.issuer = Confidential(std::move(texts.basis_issuer));
    content.essence = Confidential(std::move(texts.essence));
    content.late_reason = Confidential(std::move(texts.late_reason));
    version.reason = Confidential(std::move(texts.reason));
    return version;
}

void EntryCodec::settle(EntryVersion& version, const DisclosurePolicy& policy) {
    const RevealKey key;
    Entry& entry = version.entry;
    const EntryContent& content = entry.content;
    entry.content.released_essence.reset();
    if (entry.disclosure == DisclosureClass::full) {
        entry.content.released_essence = content.essence.reveal(key);
    }
    platform::JsonObject withheld;
    for (const std::string_view name : policy.withheld(entry.disclosure)) {
        const Confidential<std::string>& text = name == "basis.number"   ? content.basis.number
                                                : name == "basis.issuer" ? content.basis.issuer
                                                                         : content.essence;
        withheld.push_back({std::string(name), text.reveal(key)});
    }
    const Digest32 digest = Hasher(Hasher::Size::bytes32)
                                .add(bytes_of(version.salt))
                                .add(platform::canonical_json(withheld))
                                .digest32();
    entry.commitment = platform::to_hex(digest);
}

}  // namespace tizilim::store
