#include "store/book/records.h"

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/hex.h"
#include "platform/text/base64.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/keys/seal.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"

#include <cereal/archives/portable_binary.hpp>
#include <cereal/cereal.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// Reads or writes the fields of a record, in the order given: the order is the format. One
/// function a record does both, so that they can't differ.
template <class Archive, class Stream>
class Fields {
public:
    Fields(Archive& archive, Stream& stream) : archive_(archive), stream_(stream) {}

    template <class... T>
    void operator()(T&... fields) {
        (field(fields), ...);
    }

    /// Fields that came later stand at the end: an older record ends before them.
    [[nodiscard]] bool ended() {
        if constexpr (kWriting) {
            return false;
        } else {
            return remaining() == 0;
        }
    }

private:
    [[nodiscard]] std::uint64_t remaining() {
        return static_cast<std::uint64_t>(stream_.rdbuf()->in_avail());
    }
    /// A count of things of which each takes `bytes_min`; more than can follow is damage, found
    /// before memory is asked for.
    std::uint64_t count(std::uint64_t size, std::uint64_t bytes_min) {
        archive_(cereal::make_size_tag(size));
        if constexpr (!kWriting) {
            if (size > remaining() / bytes_min) throw cereal::Exception("size");
        }
        return size;
    }
    void field(std::string& text) {
        text.resize(count(text.size(), 1));
        archive_(cereal::binary_data(text.data(), text.size()));
    }
    template <class T>
    void list(std::vector<T>& items) {
        items.resize(count(items.size(), sizeof(std::uint64_t)));
        for (T& item : items) field(item);
    }
    void field(bool& flag) {
        std::uint8_t byte = flag ? 1 : 0;
        archive_(byte);
        flag = byte != 0;
    }
    void field(std::vector<std::string>& texts) { list(texts); }
    void field(BookRecord& book) {
        field(book.label);
        field(book.installation_id);
        field(book.machine);
        field(book.last);
    }
    void field(std::vector<BookRecord>& books) { list(books); }
    void field(std::vector<Revision>& revisions) { list(revisions); }

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
    void field(Revision& revision) {
        archive_(revision.generation);
        field(revision.digest);
    }
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
    template <class T>
    void field(std::optional<T>& value) {
        bool present = value.has_value();
        field(present);
        if (!present) return;
        T inner = value.value_or(T{});
        field(inner);
        value = inner;
    }

    Archive& archive_;
    Stream& stream_;
};

template <class F>
void fields_of(EntryHead& head, F& f) {
    f(head.number, head.versions, head.delivery, head.position, head.queued_at, head.leaf,
      head.leaf_is_current, head.reason);
    if (!f.ended()) f(head.receipt);
    if (f.ended()) return;
    Revision followed_by;  // by somebody else; not told any more since schema 6
    f(head.attempts, head.tried_at, head.beside, head.handed_out, followed_by, head.has_others);
    if (f.ended()) return;
    f(head.ending);
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

template <class F>
void fields_of(SignatureRecord& record, F& f) {
    f(record.version, record.sequence, record.status, record.issuer_checked, record.signer,
      record.iin, record.issuer, record.serial, record.algorithm, record.not_before,
      record.not_after, record.signed_at, record.cms);
}
template <class F>
void fields_of(Books& books, F& f) {
    f(books.books);
}
template <class F>
void fields_of(ConflictRecord& record, F& f) {
    // Before schema 4 a row said only that there is one.
    if (f.ended()) return;
    f(record.kind, record.since, record.other, record.base, record.shown, record.aside,
      record.shown_is_ours);
}
template <class F>
void fields_of(ForgetRecord& record, F& f) {
    f(record.revisions);
}
template <class F>
void fields_of(ForeignTally& tally, F& f) {
    f(tally.documents, tally.bytes, tally.left_out);
}
template <class F>
void fields_of(PeerClock& clock, F& f) {
    f(clock.ahead_seconds);
}
template <class F>
void fields_of(TimestampRecord& record, F& f) {
    f(record.sequence, record.salt, record.nonce, record.token);
}
template <class F>
void fields_of(LatestTime& latest, F& f) {
    f(latest.at, latest.sequence);
}

/// The confidential texts of a version, in clear for as long as it is packed.
struct ClearTexts {
    std::string basis_number;
    std::string basis_issuer;
    std::string essence;
    std::string late_reason;
    std::string reason;
};

struct ClearDraft {
    std::string id;
    std::string text;
    platform::WallTime kept_at{};
    EntryId recorded{};
};
template <class F>
void fields_of(ClearDraft& clear, F& f) {
    f(clear.id, clear.text, clear.kept_at, clear.recorded);
}

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
    f(content.language, content.application_date, content.basis_type, content.basis_date,
      content.form, content.minutes, content.minor);
    f(clear.texts.basis_number, clear.texts.basis_issuer, clear.texts.essence,
      clear.texts.late_reason, clear.texts.reason);
    // Before schema 6 the class alone said what was done to it.
    if (f.ended()) {
        entry.tags = ClassTags::of(entry.disclosure);
        return;
    }
    f(clear.version.sequence, clear.version.made_at, clear.version.made_by, clear.version.clock);
    if (f.ended()) {
        entry.tags = ClassTags::of(entry.disclosure);
        return;
    }
    f(entry.tags.narrowed, entry.tags.raised);
}

/// Reads bytes where they lie: a string stream would copy them first.
class BytesInPlace : public std::streambuf {
public:
    explicit BytesInPlace(std::string_view bytes) {
        // A streambuf takes char*, and does not write through it when it is read.
        char* const begin = const_cast<char*>(bytes.data());
        setg(begin, begin, begin + bytes.size());
    }
};

template <class T>
std::string packed(T record) {
    std::ostringstream out;
    cereal::PortableBinaryOutputArchive archive(out);
    Fields fields(archive, out);
    fields_of(record, fields);
    return std::move(out).str();
}

template <class T>
void unpack_into(T& record, std::string_view bytes) {
    try {
        BytesInPlace buffer(bytes);
        std::istream in(&buffer);
        cereal::PortableBinaryInputArchive archive(in);
        Fields fields(archive, in);
        fields_of(record, fields);
        if (fields.ended()) return;
    } catch (const cereal::Exception&) {
        throw StoreError(StoreError::Kind::damaged, platform::Message{"disk.record_too_short"});
    }
    throw StoreError(StoreError::Kind::damaged, platform::Message{"disk.record_too_long"});
}

}  // namespace

template <class T>
std::string pack(const T& record) {
    return packed(record);
}
template <class T>
T unpack(std::string_view bytes) {
    T record;
    unpack_into(record, bytes);
    return record;
}
template std::string pack(const EntryHead&);
template EntryHead unpack<EntryHead>(std::string_view);
template std::string pack(const JournalRecord&);
template JournalRecord unpack<JournalRecord>(std::string_view);
template std::string pack(const RevisionRecord&);
template RevisionRecord unpack<RevisionRecord>(std::string_view);
template std::string pack(const Checkpoint&);
template Checkpoint unpack<Checkpoint>(std::string_view);
template std::string pack(const Identity&);
template Identity unpack<Identity>(std::string_view);
template std::string pack(const SignatureRecord&);
template SignatureRecord unpack<SignatureRecord>(std::string_view);
template std::string pack(const Books&);
template Books unpack<Books>(std::string_view);
template std::string pack(const PeerClock&);
template PeerClock unpack<PeerClock>(std::string_view);
template std::string pack(const ForeignTally&);
template ForeignTally unpack<ForeignTally>(std::string_view);
template std::string pack(const LatestTime&);
template LatestTime unpack<LatestTime>(std::string_view);
template std::string pack(const TimestampRecord&);
template TimestampRecord unpack<TimestampRecord>(std::string_view);
template std::string pack(const ConflictRecord&);
template ConflictRecord unpack<ConflictRecord>(std::string_view);
template std::string pack(const ForgetRecord&);
template ForgetRecord unpack<ForgetRecord>(std::string_view);

std::string_view code_of(Act act) {
    constexpr std::array<std::string_view, 26> kCodes{
        "",           "created",          "recorded", "imported",        "classified",
        "delivered",  "quarantined",      "pulled",   "distrusted",      "amended",
        "voided",     "withdrawn",        "signed",   "book_begun",      "book_continued",
        "restored",   "rollback_noticed", "merged",   "resolved",        "retried",
        "forgotten",  "brought_over",     "astray",   "foreign_dropped", "examined",
        "timestamped"};
    const auto place = static_cast<std::size_t>(act);
    return place < kCodes.size() ? kCodes[place] : kCodes[0];
}

SignatureRecord signature_record(const platform::CmsSignature& examined, std::string_view cms) {
    SignatureRecord record;
    record.status = examined.status;
    record.issuer_checked = examined.issuer_checked;
    record.signer = examined.signer;
    record.iin = examined.iin;
    record.issuer = examined.issuer;
    record.serial = examined.serial;
    record.algorithm = examined.algorithm;
    record.not_before = examined.not_before;
    record.not_after = examined.not_after;
    record.signed_at = examined.signed_at;
    record.cms = cms;
    return record;
}

Eds eds_of(const SignatureRecord& record) {
    return {record.algorithm, record.signed_at, platform::to_base64(record.cms)};
}

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
    ClearTexts texts{content.basis_number.reveal(key), content.basis_issuer.reveal(key),
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
    content.basis_number = Confidential(std::move(texts.basis_number));
    content.basis_issuer = Confidential(std::move(texts.basis_issuer));
    content.essence = Confidential(std::move(texts.essence));
    content.late_reason = Confidential(std::move(texts.late_reason));
    version.reason = Confidential(std::move(texts.reason));
    return version;
}

std::string EntryCodec::pack(const DraftRecord& draft) {
    ClearDraft clear{draft.id, draft.text.reveal(RevealKey()), draft.kept_at, draft.recorded};
    return packed(clear);
}

DraftRecord EntryCodec::unpack_draft(std::string_view bytes) {
    ClearDraft clear;
    unpack_into(clear, bytes);
    return {std::move(clear.id), Confidential(std::move(clear.text)), clear.kept_at,
            clear.recorded};
}

void EntryCodec::commit(EntryVersion& version, const DisclosurePolicy& policy) {
    const RevealKey key;
    Entry& entry = version.entry;
    const EntryContent& content = entry.content;
    entry.content.released_essence.reset();
    if (entry.disclosure == DisclosureClass::full) {
        entry.content.released_essence = content.essence.reveal(key);
    }
    if (version.salt == Digest32{}) return;
    platform::JsonObject withheld;
    for (const std::string_view name : policy.withheld(entry.disclosure)) {
        const Confidential<std::string>& text = name == "basis.number"   ? content.basis_number
                                                : name == "basis.issuer" ? content.basis_issuer
                                                                         : content.essence;
        withheld.push_back({std::string(name), text.reveal(key)});
    }
    const Digest32 digest = Hasher(Hasher::Size::bytes32)
                                .add(bytes_of(version.salt))
                                .add(platform::canonical_json(withheld))
                                .digest32();
    entry.commitment = platform::to_hex(digest);
}

bool EntryCodec::withhold_the_same(const EntryVersion& a, const EntryVersion& b) {
    const RevealKey key;
    const EntryContent& one = a.entry.content;
    const EntryContent& other = b.entry.content;
    return a.entry.disclosure == b.entry.disclosure &&
           one.basis_number.reveal(key) == other.basis_number.reveal(key) &&
           one.basis_issuer.reveal(key) == other.basis_issuer.reveal(key) &&
           one.essence.reveal(key) == other.essence.reveal(key);
}

}  // namespace tizilim::store
