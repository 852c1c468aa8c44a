#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

// ASN.1 elements in DER (X.690), where OpenSSL gives no field of its own. Shared by the cms_*
// files; not for other folders.

namespace der {
inline constexpr unsigned char kInteger = 0x02;
inline constexpr unsigned char kOctets = 0x04;
inline constexpr unsigned char kNull = 0x05;
inline constexpr unsigned char kSequence = 0x30;
inline constexpr unsigned char kSet = 0x31;
inline constexpr unsigned char kContext0 = 0xa0;
}  // namespace der

/// One element, taken out of others; `tag` is its first byte.
struct DerElement {
    unsigned char tag = 0;
    std::string_view whole;
    std::string_view contents;
};

/// The first element of `der`, which is shortened by it. Nothing for what is no DER.
[[nodiscard]] std::optional<DerElement> take_element(std::string_view& der);
/// The contents of the first element of `der`; nothing when its tag is another.
[[nodiscard]] std::optional<std::string_view> contents_of(std::string_view der, unsigned char tag);

[[nodiscard]] std::string der_of(unsigned char tag, std::string_view contents);

/// Whether an element of a structure leaves its length open (BER), which DER does not.
[[nodiscard]] bool has_open_length(std::string_view ber);

}  // namespace tizilim::platform
