#include "platform/curl/curl_transport.h"
#include "platform/files/file.h"
#include "platform/process/standard_files.h"
#include "platform/random.h"
#include "tests/support/provision.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stop_token>
#include <string>

namespace tizilim::support {
namespace {

constexpr std::size_t kPasswordBytesMax = 4096;

int run(int argc, char** argv) {
    CLI::App app("Provisions a database for a register: identity and validation function.");
    ProvisionTarget target;
    std::string user;
    std::filesystem::path password_file;
    std::filesystem::path ca_file;
    app.add_option("url", target.database_url, "The database, as http://host:port/name")
        ->required();
    CLI::Option* user_option = app.add_option("--user", user, "An administrator of the server");
    app.add_option("--password-file", password_file, "File with that user's password")
        ->check(CLI::ExistingFile)
        ->needs(user_option);
    app.add_option("--ca-file", ca_file, "Certificates to trust, PEM")->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);
    if (!user.empty()) {
        std::string password = platform::read_file(password_file, kPasswordBytesMax);
        while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
        target.authorization = basic_authorization(user, password);
    }
    while (target.database_url.ends_with('/')) target.database_url.pop_back();
    platform::CurlTransport transport({.ca_file = ca_file, .client_certificate = {}, .proxy = {}},
                                      std::stop_token{});
    platform::SystemRandom random;
    std::cout << "identity " << provision(transport, target, random) << '\n';
    return 0;
}

}  // namespace
}  // namespace tizilim::support

int main(int argc, char** argv) {
    tizilim::platform::open_standard_files();
    try {
        return tizilim::support::run(argc, argv);
    } catch (const std::exception& failure) {
        std::cerr << "unified_provision: " << failure.what() << '\n';
        return 1;
    }
}
