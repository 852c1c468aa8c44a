#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/process/standard_files.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

namespace tizilim::support {
namespace {

constexpr std::chrono::hours kDay{24};

struct MadeKey {
    std::string p12;
    std::string authority;  ///< PEM
};

MadeKey make_openssl_key(KeyKind kind, const CertificateWish& wish, const KeyFileWish& file,
                         platform::WallTime now) {
    // Two authorities of one name are told apart by nothing that these certificates hold.
    const TestAuthority authority(
        std::string("ТЕСТТІК КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ") + (kind == KeyKind::rsa ? "(RSA)" : "(ECDSA)"),
        now - 365 * kDay);
    return {.p12 = make_p12(authority.issue(kind, wish), file), .authority = authority.pem()};
}

/// Of a chain of three, as the authority's keys are.
MadeKey make_gost_key(const CertificateWish& wish, const std::string& password) {
    const auto root = make_gost_certificate(gost_authority("ТЕСТТІК ТҮБІР (GOST)"));
    const auto issuer = make_gost_certificate(gost_authority("ТЕСТТІК ОРТАЛЫҚ (GOST)"), &root);
    GostWish own;
    own.certificate = wish;
    return {.p12 = make_gost_p12(make_gost_certificate(own, &issuer),
                                 {.password = password, .others = {issuer}}),
            .authority = root.pem()};
}

int run(int argc, char** argv) {
    CLI::App app("Makes a key file (PKCS #12) for tests, with a certificate valid today.");
    std::string kind;
    std::filesystem::path out;
    KeyFileWish file;
    CertificateWish wish;
    std::string iin = "850101300017";
    std::filesystem::path authority_out;
    bool expired = false;
    int days = 365;
    bool legacy = false;
    app.add_option("kind", kind, "rsa, ecdsa or gost")
        ->required()
        ->check(CLI::IsMember({"rsa", "ecdsa", "gost"}));
    app.add_option("out", out, "The .p12 file to write")->required();
    app.add_option("password", file.password, "Its password")->required();
    app.add_option("--iin", iin, "12 digits");
    app.add_option("--name", wish.name, "Surname and name");
    app.add_option("--patronymic", wish.patronymic, "Patronymic; may be empty");
    app.add_option("--ca", authority_out, "Writes the issuer's certificate there, PEM");
    app.add_flag("--expired", expired, "The certificate ended yesterday");
    app.add_option("--days", days, "The certificate ends so many days from now");
    app.add_flag("--legacy", legacy, "RC2 of 40 bits, as old key files have");
    CLI11_PARSE(app, argc, argv);

    const platform::WallTime now = platform::SystemClock().wall_now();
    wish.serial_number = "IIN" + iin;
    wish.not_before = now - 30 * kDay;
    wish.not_after = expired ? now - kDay : now + days * kDay;
    if (legacy) file.kind = KeyFileKind::legacy;
    const KeyKind openssl_kind = kind == "rsa" ? KeyKind::rsa : KeyKind::ecdsa;
    const MadeKey made = kind == "gost" ? make_gost_key(wish, file.password)
                                        : make_openssl_key(openssl_kind, wish, file, now);
    platform::write_file_atomically(out, made.p12);
    if (!authority_out.empty()) platform::write_file_atomically(authority_out, made.authority);
    return 0;
}

}  // namespace
}  // namespace tizilim::support

int main(int argc, char** argv) {
    tizilim::platform::open_standard_files();
    try {
        return tizilim::support::run(argc, argv);
    } catch (const std::exception& failure) {
        std::cerr << "make_test_key: " << failure.what() << '\n';
        return 1;
    }
}
