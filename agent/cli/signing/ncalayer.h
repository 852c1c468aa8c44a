#pragma once

#include "agent/texts/words.h"
#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::agent {

/// NCALayer could not be asked, or signed nothing; says which and what to do.
class NcaLayerError : public platform::MessageError {
public:
    using MessageError::MessageError;
};

/// NCALayer of the National Certification Authority on this computer, over its web socket (module
/// kz.gov.pki.knca.basics). It asks for key and password in a window of its own; keys in files, on
/// ID cards and on tokens alike.
class NcaLayer {
public:
    struct At {
        std::uint16_t port = 13579;
        /// Whom its certificate may lead to, PEM; empty: whom the system trusts.
        std::filesystem::path ca_file{};
    };
    /// Nothing is said to a program whose certificate for 127.0.0.1 does not lead where it must: it
    /// would read what is to be signed. \throws NcaLayerError
    explicit NcaLayer(const At& at);
    ~NcaLayer();
    NcaLayer(const NcaLayer&) = delete;
    NcaLayer& operator=(const NcaLayer&) = delete;

    /// A detached CMS (DER) of each, in their order, on one password. Waits for the person, up to
    /// ten minutes. \throws NcaLayerError
    [[nodiscard]] std::vector<std::string> sign(const std::vector<std::string>& documents,
                                                UserLanguage language);

private:
    struct Socket;
    std::unique_ptr<Socket> socket_;
};

}  // namespace tizilim::agent
