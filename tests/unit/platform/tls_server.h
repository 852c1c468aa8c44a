#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tizilim::support {

/// The openssl program as a child, killed with this object.
class OpenSsl {
public:
    explicit OpenSsl(std::vector<std::string> arguments);
    ~OpenSsl();
    OpenSsl(const OpenSsl&) = delete;
    OpenSsl& operator=(const OpenSsl&) = delete;

    /// What it wrote up to the end of the line that holds `words`; empty when it ended before.
    [[nodiscard]] std::string line_with(std::string_view words);
    /// As waitpid() tells it.
    [[nodiscard]] int wait();

private:
    pid_t child_ = -1;
    int to_ = -1;
    int from_ = -1;
};

/// A key, and a certificate for `subject` ("IP:127.0.0.1") that is signed by it: its own CA.
void make_certificate(const std::filesystem::path& pem, const std::filesystem::path& key,
                      const std::string& subject);

/// A TLS server of the openssl program on a free port, which answers any GET with a page.
class TlsServer {
public:
    TlsServer(const std::filesystem::path& certificate, const std::filesystem::path& key,
              const std::vector<std::string>& more = {});
    [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
        return "https://" + host + ":" + port_ + "/";
    }

private:
    OpenSsl program_;
    std::string port_;
};

}  // namespace tizilim::support
