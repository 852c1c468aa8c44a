#include "agent/cli/signing/ncalayer.h"

#include "agent/documents/cms_text.h"
#include "agent/texts/words.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <Poco/Buffer.h>
#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/Timespan.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;
using Poco::Net::WebSocket;

constexpr const char* kHost = "127.0.0.1";
/// 50 signatures with their certificates take some 300 kB.
constexpr int kAnswerBytesMax = 32 << 20;
const Poco::Timespan kConnectTimeMax(5, 0);
/// A person looks for the token and types a password.
const Poco::Timespan kPersonTimeMax(600, 0);
/// By which a certificate says that its key signs.
constexpr std::string_view kSigningUsage = "1.3.6.1.5.5.7.3.4";

Poco::Net::Context::Ptr context_of(const std::filesystem::path& ca_file) {
    // Strict: else Poco believes any certificate of this computer.
    return new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", "", ca_file.string(),
                                  Poco::Net::Context::VERIFY_STRICT, 9, ca_file.empty());
}

std::string request_of(const std::vector<std::string>& documents, UserLanguage language) {
    JsonArray data;
    for (const std::string& document : documents) data.emplace_back(platform::to_base64(document));
    return platform::to_json(JsonObject{
        {"module", "kz.gov.pki.knca.basics"},
        {"method", "sign"},
        {"args",
         JsonObject{
             {"allowedStorages", JsonValue(nullptr)},
             {"format", "cms"},
             {"data", std::move(data)},
             {"signingParams",
              JsonObject{{"decode", true}, {"encapsulate", false}, {"digested", false}}},
             {"signerParams", JsonObject{{"extKeyUsageOids", JsonArray{JsonValue(kSigningUsage)}}}},
             {"locale", code_of(language)}}}});
}

NcaLayerError odd_answer() {
    return NcaLayerError(Message{"ncalayer.odd_answer"});
}

/// "code" or "message" of a failure, whichever says something.
std::string said_by(const JsonValue& answer) {
    for (const char* const name : {"code", "errorCode", "message", "details"}) {
        const JsonValue* const said = answer.find(name);
        if (said != nullptr && said->string() != nullptr && !said->string()->empty())
            return *said->string();
    }
    return {};
}

void expect_success(const JsonValue& answer) {
    const JsonValue* const status = answer.find("status");
    if (status != nullptr && status->boolean() != nullptr && *status->boolean()) return;
    const std::string code = said_by(answer);
    if (code == "MODULE_NOT_FOUND") throw NcaLayerError(Message{"ncalayer.no_module"});
    if (code.empty()) throw odd_answer();
    throw NcaLayerError(Message{"ncalayer.failed", {{"why", code}}});
}

/// In any of the shapes that its versions give: one text, several, or an object with them.
std::vector<std::string> signatures_in(const JsonValue& result) {
    const JsonValue* made = result.find("signatures");
    if (made == nullptr) made = result.find("signature");
    if (made == nullptr) made = &result;
    if (made->string() != nullptr) return {*made->string()};
    if (made->array() == nullptr) throw odd_answer();
    std::vector<std::string> signatures;
    for (const JsonValue& one : *made->array()) {
        const JsonValue* const inner = one.find("signature");
        const std::string* const text = inner != nullptr ? inner->string() : one.string();
        if (text == nullptr) throw odd_answer();
        signatures.push_back(*text);
    }
    return signatures;
}

std::vector<std::string> cms_in(const std::string& text, std::size_t count) {
    const auto answer = platform::read_json(text);
    if (!answer) throw odd_answer();
    expect_success(*answer);
    const JsonValue* const body = answer->find("body");
    const JsonValue* const result = body == nullptr ? nullptr : body->find("result");
    // What it answers when its window is closed.
    if (result == nullptr || *result == JsonValue(nullptr))
        throw NcaLayerError(Message{"ncalayer.cancelled"});
    std::vector<std::string> made = signatures_in(*result);
    if (made.size() != count) throw odd_answer();
    for (std::string& signature : made) {
        auto cms = cms_of(signature);
        if (!cms) throw NcaLayerError(cms.error());
        signature = *std::move(cms);
    }
    return made;
}

}  // namespace

struct NcaLayer::Socket {
    explicit Socket(const At& at)
        : session(kHost, at.port, context_of(at.ca_file)), socket(open(session)) {
        socket.setReceiveTimeout(kPersonTimeMax);
        socket.setMaxPayloadSize(kAnswerBytesMax);
    }

    static WebSocket open(Poco::Net::HTTPSClientSession& session) {
        session.setTimeout(kConnectTimeMax);
        Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, "/",
                                       Poco::Net::HTTPMessage::HTTP_1_1);
        Poco::Net::HTTPResponse response;
        return {session, request, response};
    }

    /// The next message that a person's program says: a text, of one frame or of several.
    std::string receive() {
        Poco::Buffer<char> message(0);
        while (true) {
            int flags = 0;
            const int taken = socket.receiveFrame(message, flags);
            const int kind = flags & WebSocket::FRAME_OP_BITMASK;
            if (kind == WebSocket::FRAME_OP_PING || kind == WebSocket::FRAME_OP_PONG) {
                const std::size_t before = message.size() - static_cast<std::size_t>(taken);
                // Who is not answered closes the connection before a person has typed a password.
                if (kind == WebSocket::FRAME_OP_PING)
                    socket.sendFrame(
                        message.begin() + before, taken,
                        int{WebSocket::FRAME_FLAG_FIN} | int{WebSocket::FRAME_OP_PONG});
                message.resize(before);
                continue;
            }
            const bool is_over = (taken == 0 && flags == 0) || kind == WebSocket::FRAME_OP_CLOSE ||
                                 message.size() > static_cast<std::size_t>(kAnswerBytesMax);
            if (is_over) throw NcaLayerError(Message{"ncalayer.closed"});
            if ((flags & WebSocket::FRAME_FLAG_FIN) != 0) return {message.begin(), message.size()};
        }
    }

    Poco::Net::HTTPSClientSession session;
    WebSocket socket;
};

NcaLayer::NcaLayer(const At& at) {
    const JsonObject port{{"port", at.port}};
    try {
        socket_ = std::make_unique<Socket>(at);
        // It says its version first.
        static_cast<void>(socket_->receive());
    } catch (const Poco::Net::SSLException&) {
        throw NcaLayerError(Message{"ncalayer.not_trusted", port});
    } catch (const Poco::Net::ConnectionRefusedException&) {
        throw NcaLayerError(Message{"ncalayer.not_running", port});
    } catch (const Poco::Exception&) {
        throw NcaLayerError(Message{"ncalayer.no_answer", port});
    }
}

NcaLayer::~NcaLayer() = default;

std::vector<std::string> NcaLayer::sign(const std::vector<std::string>& documents,
                                        UserLanguage language) {
    try {
        const std::string request = request_of(documents, language);
        socket_->socket.sendFrame(request.data(), static_cast<int>(request.size()),
                                  WebSocket::FRAME_TEXT);
        return cms_in(socket_->receive(), documents.size());
    } catch (const Poco::TimeoutException&) {
        throw NcaLayerError(Message{"ncalayer.nobody_answered"});
    } catch (const Poco::Exception&) {
        throw NcaLayerError(Message{"ncalayer.closed"});
    }
}

}  // namespace tizilim::agent
