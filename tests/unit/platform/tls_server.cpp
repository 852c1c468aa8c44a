#include "tests/unit/platform/tls_server.h"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

std::vector<std::string> serving(const std::filesystem::path& certificate,
                                 const std::filesystem::path& key,
                                 const std::vector<std::string>& more) {
    std::vector<std::string> all{"s_server",           "-accept", "127.0.0.1:0", "-www", "-cert",
                                 certificate.string(), "-key",    key.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

OpenSsl::OpenSsl(std::vector<std::string> arguments) {
    std::array<int, 2> in{-1, -1};
    std::array<int, 2> out{-1, -1};
    EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    arguments.insert(arguments.begin(), "openssl");
    std::vector<char*> words;
    words.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    EXPECT_EQ(::posix_spawnp(&child_, "openssl", &actions, nullptr, words.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
}

OpenSsl::~OpenSsl() {
    ::close(to_);
    ::close(from_);
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
}

std::string OpenSsl::line_with(std::string_view words) {
    std::string line;
    for (char c = 0; ::read(from_, &c, 1) == 1;) {
        if (c != '\n') {
            line += c;
            continue;
        }
        if (line.find(words) != std::string::npos) return line;
        line.clear();
    }
    return {};
}

int OpenSsl::wait() {
    int status = -1;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return status;
}

void make_certificate(const std::filesystem::path& pem, const std::filesystem::path& key,
                      const std::string& subject) {
    OpenSsl program({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", "2", "-subj", "/CN=" + pem.stem().string(), "-addext",
                     "subjectAltName=" + subject, "-keyout", key.string(), "-out", pem.string()});
    ASSERT_EQ(program.wait(), 0) << "openssl req failed";
}

TlsServer::TlsServer(const std::filesystem::path& certificate, const std::filesystem::path& key,
                     const std::vector<std::string>& more)
    : program_(serving(certificate, key, more)) {
    const std::string line = program_.line_with("ACCEPT ");
    port_ = line.substr(line.rfind(':') + 1);
    EXPECT_FALSE(port_.empty()) << "openssl s_server did not start";
}

}  // namespace tizilim::support
