#include "platform/cms/cms_der.h"

#include "platform/cms/cms_openssl.h"

#include <cstddef>
#include <openssl/asn1.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

// What ASN1_get_object() answers.
constexpr unsigned kDamaged = 0x80;
constexpr unsigned kOpenLength = 0x01;
constexpr unsigned kConstructed = 0x20;

struct Head {
    unsigned form = 0;
    std::size_t size = 0;
    std::size_t contents = 0;
};

/// Nothing for no element, and for one that is longer than `bytes`.
std::optional<Head> head_of(std::string_view bytes) {
    const unsigned char* at = octets(bytes);
    long length = 0;
    int tag = 0;
    int tag_class = 0;
    const int form =
        ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(bytes.size()));
    if ((static_cast<unsigned>(form) & kDamaged) != 0 || length < 0) return {};
    return Head{.form = static_cast<unsigned>(form),
                .size = static_cast<std::size_t>(at - octets(bytes)),
                .contents = static_cast<std::size_t>(length)};
}

}  // namespace

std::optional<DerElement> take_element(std::string_view& der) {
    const auto head = head_of(der);
    if (!head || (head->form & kOpenLength) != 0) return {};
    const std::string_view whole = der.substr(0, head->size + head->contents);
    der.remove_prefix(whole.size());
    return DerElement{.tag = static_cast<unsigned char>(whole.front()),
                      .whole = whole,
                      .contents = whole.substr(head->size)};
}

std::optional<std::string_view> contents_of(std::string_view der, unsigned char tag) {
    const auto element = take_element(der);
    if (!element || element->tag != tag) return {};
    return element->contents;
}

std::string der_of(unsigned char tag, std::string_view contents) {
    constexpr std::size_t kShortMax = 0x7f;
    std::string size;
    for (std::size_t rest = contents.size(); rest > 0; rest >>= 8U) {
        size.insert(size.begin(), static_cast<char>(rest & 0xffU));
    }
    std::string der(1, static_cast<char>(tag));
    if (contents.size() > kShortMax) {
        der += static_cast<char>(0x80U | size.size());
        der += size;
    } else {
        der += static_cast<char>(contents.size());
    }
    return der.append(contents);
}

bool has_open_length(std::string_view ber) {
    while (!ber.empty()) {
        const auto head = head_of(ber);
        if (!head) return false;
        if ((head->form & kOpenLength) != 0) return true;
        const bool is_constructed = (head->form & kConstructed) != 0;
        ber.remove_prefix(is_constructed ? head->size : head->size + head->contents);
    }
    return false;
}

}  // namespace tizilim::platform
