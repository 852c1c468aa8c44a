#include "platform/files/file.h"
#include "platform/process/signals.h"
#include "platform/process/standard_files.h"
#include "platform/random.h"
#include "tests/support/couch_archive.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_http_server.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/provision.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <string>

namespace tizilim::support {
namespace {

constexpr std::size_t kArchiveBytesMax = 2'000'000'000;
constexpr std::size_t kPasswordBytesMax = 4096;

struct Options {
    std::uint16_t port = 0;
    std::string database = "register";
    std::string user;
    std::filesystem::path password_file;
    std::filesystem::path data;
    std::filesystem::path record;
    PeerKind kind = PeerKind::couchdb;
};

void add_options(CLI::App& app, Options& options) {
    app.add_option("--port", options.port, "Port of 127.0.0.1; 0 takes a free one");
    app.add_option("--database", options.database, "Database that is provisioned at start")
        ->capture_default_str();
    CLI::Option* user = app.add_option("--user", options.user, "Only this user may come in");
    app.add_option("--password-file", options.password_file, "File with the user's password")
        ->check(CLI::ExistingFile)
        ->needs(user);
    app.add_option("--data", options.data, "Where the state is kept from one run to the next");
    app.add_option("--record", options.record, "Every request is appended to this file as it came");
    const std::map<std::string, PeerKind> kinds{{"couchdb", PeerKind::couchdb},
                                                {"pouchdb", PeerKind::pouchdb}};
    app.add_option("--mode", options.kind, "Whose answers to give: couchdb or pouchdb")
        ->transform(CLI::CheckedTransformer(kinds));
}

std::string read_password(const std::filesystem::path& file) {
    std::string password = platform::read_file(file, kPasswordBytesMax);
    while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
    return password;
}

void prepare(CouchModel& model, const Options& options) {
    if (!options.data.empty() && std::filesystem::exists(options.data)) {
        model.restore(
            CouchArchive::read(options.kind, platform::read_file(options.data, kArchiveBytesMax)));
    }
    ModelTransport transport(model);
    platform::SystemRandom random;
    provision(transport, {.database_url = "http://model/" + options.database}, random);
    if (!options.user.empty()) {
        model.accounts().add_user(
            {.name = options.user, .password = read_password(options.password_file), .roles = {}});
    }
}

int run(int argc, char** argv) {
    CLI::App app("A stand-in for the unified system: a CouchDB-protocol server in memory.");
    Options options;
    add_options(app, options);
    CLI11_PARSE(app, argc, argv);
    platform::hold_signals();
    platform::SystemRandom random;
    CouchModel model(options.kind, random.below(std::numeric_limits<std::uint64_t>::max()));
    prepare(model, options);
    CouchHttpServer server(model, {.port = options.port, .record = options.record});
    std::cout << "listening " << server.origin() << '/' << options.database << '\n' << std::flush;
    while (platform::wait_for_signal() != platform::Signal::terminate) {
    }
    server.stop();
    if (!options.data.empty()) {
        platform::write_file_atomically(options.data, CouchArchive::write(model.snapshot()));
    }
    return 0;
}

}  // namespace
}  // namespace tizilim::support

int main(int argc, char** argv) {
    tizilim::platform::open_standard_files();
    try {
        return tizilim::support::run(argc, argv);
    } catch (const std::exception& failure) {
        std::cerr << "unified_stand_in: " << failure.what() << '\n';
        return 1;
    }
}
