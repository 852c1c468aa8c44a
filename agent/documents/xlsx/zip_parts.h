#pragma once

#include "platform/expected.h"
#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// A workbook has some twenty parts, and more with many pictures.
inline constexpr std::size_t kZipPartsMax = 1'000;
/// Of all parts that are read, together.
inline constexpr std::size_t kInflatedBytesMax = std::size_t{64} * 1024 * 1024;
/// XML of a sheet becomes ten to fifty times smaller; what is larger than kRatioFromBytes and
/// packed more tightly was made to fill memory.
inline constexpr std::size_t kRatioMax = 200;
inline constexpr std::size_t kRatioFromBytes = std::size_t{1024} * 1024;

/// The parts of a ZIP archive in memory, by its directory: nothing is inflated before it is asked
/// for, nor beyond the size that the directory says. No ZIP64, no password, no part twice.
class ZipParts {
public:
    /// `bytes` outlive it.
    [[nodiscard]] static platform::Expected<ZipParts, platform::Message> of(std::string_view bytes);

    /// Names as in the archive, but for the case of ASCII letters.
    [[nodiscard]] bool has(std::string_view name) const;
    /// What a part was before it was packed; nothing when there is none.
    [[nodiscard]] platform::Expected<std::optional<std::string>, platform::Message> read(
        std::string_view name);

private:
    struct Part {
        std::uint16_t method = 0;
        std::uint32_t crc = 0;
        std::size_t packed = 0;
        std::size_t size = 0;
        std::size_t at = 0;  ///< of its local header
    };

    explicit ZipParts(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::optional<platform::Message> read_directory(std::size_t at,
                                                                  std::size_t count);
    [[nodiscard]] std::optional<std::string_view> packed(const Part& part) const;

    std::string_view bytes_;
    std::map<std::string, Part, std::less<>> parts_;
    std::size_t inflated_ = 0;
};

/// "XL/Workbook.xml" as "xl/workbook.xml".
[[nodiscard]] std::string part_name(std::string_view name);

/// An archive is broken at the part of that name.
[[nodiscard]] platform::Message damaged_at(std::string_view part);

}  // namespace tizilim::agent
