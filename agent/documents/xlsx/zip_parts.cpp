#include "agent/documents/xlsx/zip_parts.h"

#include "platform/expected.h"
#include "platform/text/gzip.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::Message;
using platform::Unexpected;

// APPNOTE.TXT of PKWARE, 4.3: sizes of the records without what follows them, and their marks.
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEndCommentMax = 65'535;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::string_view kEndMark = "PK\x05\x06";
constexpr std::string_view kEntryMark = "PK\x01\x02";
constexpr std::string_view kLocalMark = "PK\x03\x04";
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

std::uint16_t short_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) |
                                      static_cast<unsigned char>(bytes[at + 1]) << 8U);
}
std::uint32_t long_at(std::string_view bytes, std::size_t at) {
    return short_at(bytes, at) | static_cast<std::uint32_t>(short_at(bytes, at + 2)) << 16U;
}

/// The last record of the archive.
std::optional<std::size_t> end_of(std::string_view bytes) {
    if (bytes.size() < kEndBytes) return {};
    const std::size_t at = bytes.rfind(kEndMark, bytes.size() - kEndBytes);
    if (at == std::string_view::npos || bytes.size() - at > kEndBytes + kEndCommentMax) return {};
    return at;
}

/// Names that would leave the folder into which the archive is unpacked.
bool leads_outside(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find_first_of("\\:") != std::string_view::npos)
        return true;
    const std::string framed = "/" + std::string(name) + "/";
    return framed.find("/../") != std::string::npos || framed.find('\0') != std::string::npos;
}

}  // namespace

std::string part_name(std::string_view name) {
    std::string lower(name);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

Message damaged_at(std::string_view part) {
    return {"import.xlsx_damaged", {{"part", part}}};
}

platform::Expected<ZipParts, Message> ZipParts::of(std::string_view bytes) {
    const auto end = end_of(bytes);
    if (!end) return Unexpected{Message{"import.xlsx_cut"}};
    ZipParts parts(bytes);
    const std::size_t count = short_at(bytes, *end + 10);
    if (count > kZipPartsMax)
        return Unexpected{Message{"import.xlsx_parts", {{"max", kZipPartsMax}}}};
    if (auto wrong = parts.read_directory(long_at(bytes, *end + 16), count))
        return Unexpected{*std::move(wrong)};
    return parts;
}

std::optional<Message> ZipParts::read_directory(std::size_t at, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (at > bytes_.size() || bytes_.size() - at < kEntryBytes ||
            bytes_.substr(at, kEntryMark.size()) != kEntryMark)
            return Message{"import.xlsx_cut"};
        const std::string_view entry = bytes_.substr(at);
        const std::size_t name_bytes = short_at(entry, 28);
        const std::string_view name = entry.substr(kEntryBytes, name_bytes);
        at += kEntryBytes + name_bytes + short_at(entry, 30) + short_at(entry, 32);
        if (name.size() != name_bytes || platform::invalid_utf8_at(name) || leads_outside(name))
            return Message{"import.xlsx_part_name"};
        if ((short_at(entry, 8) & kEncrypted) != 0) return Message{"import.xlsx_password"};
        const Part part{.method = short_at(entry, 10),
                        .crc = long_at(entry, 16),
                        .packed = long_at(entry, 20),
                        .size = long_at(entry, 24),
                        .at = long_at(entry, 42)};
        if (!parts_.emplace(part_name(name), part).second) return damaged_at(name);
    }
    return {};
}

bool ZipParts::has(std::string_view name) const {
    return parts_.contains(part_name(name));
}

std::optional<std::string_view> ZipParts::packed(const Part& part) const {
    if (part.at > bytes_.size() || bytes_.size() - part.at < kLocalBytes) return {};
    const std::string_view local = bytes_.substr(part.at);
    if (!local.starts_with(kLocalMark)) return {};
    const std::size_t begins = kLocalBytes + short_at(local, 26) + short_at(local, 28);
    if (begins > local.size() || local.size() - begins < part.packed) return {};
    return local.substr(begins, part.packed);
}

platform::Expected<std::optional<std::string>, Message> ZipParts::read(std::string_view name) {
    const auto found = parts_.find(part_name(name));
    if (found == parts_.end()) return std::optional<std::string>();
    const Part& part = found->second;
    const auto packed_bytes = packed(part);
    if (!packed_bytes) return Unexpected{damaged_at(name)};
    if (part.size > kRatioFromBytes && part.size / kRatioMax > part.packed)
        return Unexpected{Message{"import.xlsx_bomb", {{"part", name}, {"max", kRatioMax}}}};
    if (part.size > kInflatedBytesMax - inflated_)
        return Unexpected{
            Message{"import.xlsx_too_large", {{"max", kInflatedBytesMax / 1024 / 1024}}}};
    inflated_ += part.size;
    std::optional<std::string> text;
    if (part.method == kStored && part.packed == part.size) text = std::string(*packed_bytes);
    if (part.method == kDeflated) text = platform::inflated(*packed_bytes, part.size);
    if (!text || platform::crc32_of(*text) != part.crc) return Unexpected{damaged_at(name)};
    return text;
}

}  // namespace tizilim::agent
