#pragma once

#include <string_view>

namespace tizilim::fuzz {

// Certificates of Kazakh GOST, made once by tests/support/test_gost.h: DER in base64. Nobody trusts
// the keys.

/// Signed by itself.
inline constexpr std::string_view kGostRoot =
    "MIICBjCCAW6gAwIBAgIJAc8MWdmbe3AtMA4GCiqDDgMKAQECAwIFADArMSkwJwYDVQQDDCDQotCV0KHQotCi0IbQmiDQ"
    "otKu0JHQhtCgIChHT1NUKTAeFw0yNDExMDMxMjAwMDBaFw0zNTExMDExMjAwMDBaMCsxKTAnBgNVBAMMINCi0JXQodCi"
    "0KLQhtCaINCi0q7QkdCG0KAgKEdPU1QpMIGsMCMGCSqDDgMKAQECAjAWBgoqgw4DCgEBAgIBBggqgw4DCgEDAwOBhAAE"
    "gYB7D2PYnukPVHmPVwicDLVupZOCxE0oxU+0V9cVQ65s8o7QA422hkEP19sc6a3r6QVH3LUE25HhwcoyHJhnqxpW7/9S"
    "wKlJjjYU/edlkEOBKpE+vIqsk45iV1XZ6A59nknagqfcFA+vwnAFu+uRdhvHcTQvZHMsszOJ3FzTbBDtJ6MjMCEwDwYD"
    "VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwDgYKKoMOAwoBAQIDAgUAA4GBAKsa6ZZkqtl6R4/aUhVkRc0xhJOZ"
    "8EnYAVuisQjOxtypsaNgrDayk9lGWQcY1dJVrS1mHnjgujGTjco3EMuTsaBZ2Qna3WWYZA6fPD6cuFFDQ8jlQiMHCOha"
    "t8KbGTYD18kgwBWFWCvIXHzyp+cjZxkwc6nlnaCU5Mri0dAts/1h";

/// Of another key, with the name of that.
inline constexpr std::string_view kGostNamesake =
    "MIICBjCCAW6gAwIBAgIJAY0bP2Tc4yhVMA4GCiqDDgMKAQECAwIFADArMSkwJwYDVQQDDCDQotCV0KHQotCi0IbQmiDQ"
    "otKu0JHQhtCgIChHT1NUKTAeFw0yNDExMDMxMjAwMDBaFw0zNTExMDExMjAwMDBaMCsxKTAnBgNVBAMMINCi0JXQodCi"
    "0KLQhtCaINCi0q7QkdCG0KAgKEdPU1QpMIGsMCMGCSqDDgMKAQECAjAWBgoqgw4DCgEBAgIBBggqgw4DCgEDAwOBhAAE"
    "gYBH5EI8x8J0fVEvMCu1k9rDyHQuS1go/iGD+kEXTKaaJX5rzoc5qN/RRaVZAfNQsI8F1D0OQShgdmfoFEwVnRkIrYR6"
    "UXy65UG6puyw6WLLkR/qEoroAR8dItTiQP8/R1BPsgn9qOybbP2KU5Ig0zlBInngUZ5YZs4+D1zH4dmgOKMjMCEwDwYD"
    "VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwDgYKKoMOAwoBAQIDAgUAA4GBAFFP8pO7WXTLFXjeXo8tvnSpHyVx"
    "R47pl6WzzHMnNdtuT6nErMiajp8AXXe10wj4hcyXN/C4nxRaVI/xP/oZFrW3NfJfeR3jhFHMhXwRy0GixR0QqP5RivzB"
    "f9wt32IEi+KZCJJg+m/TCA7XLN6smeb2WfMa0keJ0gPFtvmeR8CA";

/// Signed by the root.
inline constexpr std::string_view kGostIssuer =
    "MIICCjCCAXKgAwIBAgIJAbCFqTlf1wppMA4GCiqDDgMKAQECAwIFADArMSkwJwYDVQQDDCDQotCV0KHQotCi0IbQmiDQ"
    "otKu0JHQhtCgIChHT1NUKTAeFw0yNDExMDMxMjAwMDBaFw0zNTExMDExMjAwMDBaMC8xLTArBgNVBAMMJNCi0JXQodCi"
    "0KLQhtCaINCe0KDQotCQ0JvQq9KaIChHT1NUKTCBrDAjBgkqgw4DCgEBAgIwFgYKKoMOAwoBAQICAQYIKoMOAwoBAwMD"
    "gYQABIGA0AxtYN/Vb94UB1YR6IVGFvcOvK9iiQoMYm7iSg3pSieOM5cHGaIzv4gA6HpV0btvTLN7DcC3wMU2KX/3ZaCH"
    "ty1EMBSWiPk4tedeBMvPm1WVh5aq5hgyJhTMhwfbQpfbSaS5V4QuDaJUeni6/wLAOFNu9P7cc82jvomWIYLxqEijIzAh"
    "MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMA4GCiqDDgMKAQECAwIFAAOBgQCGpccCXfmmOxzclzvf1w5r"
    "WL+UOUbTKX6uvYvtZjXQEDOnuvhBEZx6t8A3R42vBZNSM3/OSIh6qi+oUBcCP23j3JaMYpGoTJohZjC5chrdfdFvK/pP"
    "51nZyhVFta27uDhoPaCrSJchvqqNj4Na+xPPq+croLSjA7/BGmo6kBoh/Q==";

/// Signed by the issuer: a lawyer's.
inline constexpr std::string_view kGostSigner =
    "MIICPDCCAaSgAwIBAgIJAbm0HJnTPjwjMA4GCiqDDgMKAQECAwIFADAvMS0wKwYDVQQDDCTQotCV0KHQotCi0IbQmiDQ"
    "ntCg0KLQkNCb0KvSmiAoR09TVCkwHhcNMjUxMDA0MTIwMDAwWhcNMjYxMDA0MTIwMDAwWjBZMSIwIAYDVQQDDBnQntCc"
    "0JDQoNCe0JIg0JTQkNCj0JvQldCiMRgwFgYDVQQFDA9JSU44NTAxMDEzMDAwMTcxGTAXBgNVBCoMENCR0JXQoNCG0JrS"
    "sNCb0KswgawwIwYJKoMOAwoBAQICMBYGCiqDDgMKAQECAgEGCCqDDgMKAQMDA4GEAASBgJ5ieP0vL92DCeAb1ytRRs3v"
    "wYe3v1rmuxf99wh683mRELY9lKOwmt13SoNNRu1CIcP0qUfYzgnBXPibokYOUbTwmzilUXBF+An9DSeh5gScw8SXLkFz"
    "5bQHK3gcp76I02nMxWJryjX4DRupWONUO5uzAT0fCFyo12n+Lj0QZ/0LoycwJTAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0l"
    "BAwwCgYIKwYBBQUHAwQwDgYKKoMOAwoBAQIDAgUAA4GBAC8oz/2/yGor1VUkkjcObpT3V/VMH+wXSWjoBoqiLzg8lfKO"
    "gSJGFh83powQOvgGxESyasruDP+lwaREf9LIRfhOm0TNZMKLlh5BUw3SyW3FJQuQ9+bmpQT4BS+DGFOWHAuFklB3jmIJ"
    "DapQbdT0/UxOKWK24NLUzUkxcIJQOh3l";

/// What the lawyer signed.
inline constexpr std::string_view kSigned = R"({"essence":"Кеңес берілді","number":17})";
/// Of the SignerInfo of that, what follows the name of the certificate.
inline constexpr std::string_view kGostSignature =
    "MAwGCCqDDgMKAQMDBQCggYkwGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjUxMTAzMTIw"
    "MDAwWjBPBgkqhkiG9w0BCQQxQgRABcBWFeDbj6zUXAly8nqEfUL4Lt3WCHZhKTWyfDilaMBGhGChk/xb3GeENitkTCVb"
    "rPmCgu6rWDcIlJ5RfyCPvDAOBgoqgw4DCgEBAgMCBQAEgYA7FL2hs8cF5yIuIW4rZFgkocadxiVZKJaI15MRpRhO39wA"
    "gQSMpPZg0vWHezAK+rfvYAaADnNMjNhaRPO9LGblS65F1Z0r9U5wXucpJk4MAR59Fg0qjNk22/o6584Osgd6//bzbM1V"
    "K24KXqWT9ADY1KiMloR3fnJfgXWkffQplg==";

}  // namespace tizilim::fuzz
