#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/process/standard_files.h"
#include "tests/support/test_certificates.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

namespace tizilim::support {
namespace {

int run(int argc, char** argv) {
    CLI::App app("Makes a key file (PKCS #12) for tests, with a certificate valid today.");
    std::string kind;
    std::filesystem::path out;
    KeyFileWish file;
    CertificateWish wish;
    std::string iin = "850101300017";
    std::filesystem::path authority_out;
    bool expired = false;
    bool legacy = false;
    app.add_option("kind", kind, "rsa or ecdsa")
        ->required()
        ->check(CLI::IsMember({"rsa", "ecdsa"}));
    app.add_option("out", out, "The .p12 file to write")->required();
    app.add_option("password", file.password, "Its password")->required();
    app.add_option("--iin", iin, "12 digits");
    app.add_option("--name", wish.name, "Surname and name");
    app.add_option("--patronymic", wish.patronymic, "Patronymic; may be empty");
    app.add_option("--ca", authority_out, "Writes the issuer's certificate there, PEM");
    app.add_flag("--expired", expired, "The certificate ended yesterday");
    app.add_flag("--legacy", legacy, "RC2 of 40 bits, as old key files have");
    CLI11_PARSE(app, argc, argv);

    constexpr std::chrono::hours kDay{24};
    const platform::WallTime now = platform::SystemClock().wall_now();
    wish.serial_number = "IIN" + iin;
    wish.not_before = now - 30 * kDay;
    wish.not_after = expired ? now - kDay : now + 365 * kDay;
    if (legacy) file.kind = KeyFileKind::legacy;
    // Two authorities of one name are told apart by nothing that these certificates hold.
    const bool rsa = kind == "rsa";
    const TestAuthority authority(
        std::string("ТЕСТТІК КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ") + (rsa ? "(RSA)" : "(ECDSA)"),
        now - 365 * kDay);
    const TestSigner signer = authority.issue(rsa ? KeyKind::rsa : KeyKind::ecdsa, wish);
    platform::write_file_atomically(out, make_p12(signer, file));
    if (!authority_out.empty()) platform::write_file_atomically(authority_out, authority.pem());
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
