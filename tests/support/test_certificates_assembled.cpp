#include "platform/check.h"
#include "platform/clock.h"
#include "tests/support/test_certificates.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <string>
#include <string_view>

namespace tizilim::support {
namespace {

constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kBits = 0x03;
constexpr unsigned char kOctets = 0x04;
constexpr unsigned char kNull = 0x05;
constexpr unsigned char kUtf8 = 0x0c;
constexpr unsigned char kTime = 0x17;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kSet = 0x31;
constexpr unsigned char kContext0 = 0xa0;
constexpr unsigned char kContext3 = 0xa3;

std::string algorithm(const std::string& oid) {
    return der_element(kSequence, der_oid(oid) + der_element(kNull, ""));
}

std::string name_part(const std::string& oid, const std::string& value) {
    return der_element(kSet, der_element(kSequence, der_oid(oid) + der_element(kUtf8, value)));
}

std::string utc_time(platform::WallTime time) {
    ASN1_TIME* text = ASN1_UTCTIME_set(
        nullptr, std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
    CHECK(text != nullptr);
    const void* bytes = ASN1_STRING_get0_data(text);
    std::string der = der_element(kTime, {static_cast<const char*>(bytes),
                                          static_cast<std::size_t>(ASN1_STRING_length(text))});
    ASN1_STRING_free(text);
    return der;
}

std::string issuer() {
    return der_element(kSequence, name_part("2.5.4.3", "ТЕСТТІК ГОСТ ОРТАЛЫҒЫ"));
}

std::string certificate(const AssembledCms& wish) {
    const CertificateWish& of = wish.certificate;
    const std::string subject = name_part("2.5.4.3", of.name) +
                                name_part("2.5.4.5", of.serial_number) +
                                name_part("2.5.4.42", of.patronymic);
    const std::string usage = der_element(
        kSequence, der_oid("2.5.29.15") +
                       der_element(kOctets, der_element(kBits, std::string("\x06\xc0", 2))));
    const std::string key = algorithm(wish.key_algorithm) +
                            der_element(kBits, std::string(1, '\0') + std::string(128, 'k'));
    const std::string to_be_signed =
        der_element(kContext0, der_element(kInteger, "\x02")) +
        der_element(kInteger, "\x01\x02\x03") + algorithm(wish.signature_algorithm) + issuer() +
        der_element(kSequence, utc_time(of.not_before) + utc_time(of.not_after)) +
        der_element(kSequence, subject) + der_element(kSequence, key) +
        der_element(kContext3, der_element(kSequence, usage));
    return der_element(kSequence,
                       der_element(kSequence, to_be_signed) + algorithm(wish.signature_algorithm) +
                           der_element(kBits, std::string(1, '\0') + std::string(128, 's')));
}

std::string attribute(const std::string& oid, const std::string& value) {
    return der_element(kSequence, der_oid(oid) + der_element(kSet, value));
}

std::string signed_attributes(const AssembledCms& wish) {
    std::string all;
    if (wish.names_content_type) {
        all += attribute("1.2.840.113549.1.9.3", der_oid(wish.content_type));
    }
    if (wish.names_digest) {
        all += attribute("1.2.840.113549.1.9.4", der_element(kOctets, wish.message_digest));
    }
    for (const platform::WallTime time : wish.signing_times) {
        all += attribute("1.2.840.113549.1.9.5", utc_time(time));
    }
    return all + wish.extra_attribute;
}

std::string signer(const AssembledCms& wish) {
    const std::string attributes =
        wish.attributes ? der_element(kContext0, signed_attributes(wish)) : std::string();
    return der_element(kSequence,
                       der_element(kInteger, "\x01") +
                           der_element(kSequence, issuer() + der_element(kInteger, wish.serial)) +
                           algorithm(wish.digest_algorithm) + attributes +
                           algorithm(wish.signature_algorithm) +
                           der_element(kOctets, std::string(64, 's')));
}

}  // namespace

std::string der_element(unsigned char tag, std::string_view contents) {
    std::string der(1, static_cast<char>(tag));
    const std::size_t size = contents.size();
    CHECK(size < 0x10000);
    if (size < 0x80) {
        der += static_cast<char>(size);
    } else {
        if (size < 0x100) der += '\x81';
        if (size >= 0x100) der.append("\x82").append(1, static_cast<char>(size >> 8U));
        der += static_cast<char>(size & 0xffU);
    }
    return der.append(contents);
}

std::string der_oid(const std::string& dotted) {
    ASN1_OBJECT* oid = OBJ_txt2obj(dotted.c_str(), 1);
    CHECK(oid != nullptr);
    const void* bytes = OBJ_get0_data(oid);
    std::string der = der_element(0x06, {static_cast<const char*>(bytes), OBJ_length(oid)});
    ASN1_OBJECT_free(oid);
    return der;
}

std::string assemble_cms(const AssembledCms& wish) {
    const std::string inside =
        wish.inside ? der_element(kContext0, der_element(kOctets, *wish.inside)) : std::string();
    const std::string signed_data =
        der_element(kInteger, "\x01") + der_element(kSet, algorithm(wish.digest_algorithm)) +
        der_element(kSequence, der_oid("1.2.840.113549.1.7.1") + inside) +
        der_element(kContext0, certificate(wish)) + der_element(kSet, signer(wish));
    return der_element(kSequence, der_oid("1.2.840.113549.1.7.2") +
                                      der_element(kContext0, der_element(kSequence, signed_data)));
}

}  // namespace tizilim::support
