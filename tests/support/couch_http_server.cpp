#include "tests/support/couch_http_server.h"

#include "platform/network/http_transport.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/couch_request.h"
#include "tests/support/model_transport.h"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timespan.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <istream>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace tizilim::support {
namespace {

constexpr int kThreadsMin = 2;
constexpr int kThreadsMax = 32;
constexpr int kBacklog = 64;

/// Nothing when the body is longer than `bytes_max`.
std::optional<std::string> read_all(std::istream& stream, std::size_t bytes_max) {
    std::string body;
    std::array<char, 65536> chunk{};
    while (stream.good()) {
        stream.read(chunk.data(), chunk.size());
        body.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
        if (body.size() > bytes_max) return {};
    }
    return body;
}

std::optional<platform::Method> method_of(const std::string& name) {
    if (name == "GET" || name == "HEAD") return platform::Method::get;
    if (name == "PUT") return platform::Method::put;
    if (name == "POST") return platform::Method::post;
    if (name == "DELETE") return platform::Method::del;
    return {};
}

/// The model and the record of requests, shared by the server's threads.
class Shared {
public:
    Shared(CouchModel& model, const std::filesystem::path& record) : model_(model) {
        if (!record.empty()) record_.open(record, std::ios::binary | std::ios::app);
    }

    platform::HttpResponse answer(const CapturedRequest& captured) {
        const std::lock_guard lock(mutex_);
        if (record_.is_open()) record_ << captured.bytes() << "\r\n" << std::flush;
        return model_.handle(captured.request);
    }
    [[nodiscard]] std::size_t request_bytes_max() const {
        return model_.limits().request_bytes_max;
    }

private:
    CouchModel& model_;
    std::ofstream record_;
    std::mutex mutex_;  ///< guards model_ and record_
};

class Handler final : public Poco::Net::HTTPRequestHandler {
public:
    explicit Handler(Shared& shared) : shared_(shared) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override {
        const auto method = method_of(request.getMethod());
        auto body = read_all(request.stream(), shared_.request_bytes_max());
        if (!method || !body) {
            response.setStatusAndReason(method
                                            ? Poco::Net::HTTPResponse::HTTP_REQUEST_ENTITY_TOO_LARGE
                                            : Poco::Net::HTTPResponse::HTTP_METHOD_NOT_ALLOWED);
            response.setKeepAlive(false);
            response.setContentLength(0);
            response.send();
            return;
        }
        CapturedRequest captured{{.method = *method,
                                  .url = "http://" + request.getHost() + request.getURI(),
                                  .headers = {},
                                  .body = *std::move(body)}};
        for (const auto& [name, value] : request) captured.request.headers.push_back({name, value});
        const platform::HttpResponse answer = shared_.answer(captured);
        if (answer.status == kNoAnswer) {
            auto& connection = dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request);
            connection.detachSocket().close();
            return;
        }
        write(answer, request.getMethod() == "HEAD", response);
    }

private:
    static void write(const platform::HttpResponse& answer, bool head_only,
                      Poco::Net::HTTPServerResponse& response) {
        response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
        response.setReason(Poco::Net::HTTPResponse::getReasonForStatus(response.getStatus()));
        for (const auto& header : answer.headers) response.add(header.name, header.value);
        response.setContentLength64(static_cast<Poco::Int64>(answer.body.size()));
        std::ostream& out = response.send();
        if (!head_only) out << answer.body;
    }

    Shared& shared_;
};

class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit Factory(Shared& shared) : shared_(shared) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest& /*request*/) override {
        return std::make_unique<Handler>(shared_).release();
    }

private:
    Shared& shared_;
};

Poco::Net::HTTPServerParams::Ptr parameters(PeerKind kind) {
    Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
    params->setKeepAlive(true);
    // CouchDB drops an idle connection after 300 s, PouchDB after 5.
    params->setKeepAliveTimeout(Poco::Timespan(kind == PeerKind::couchdb ? 300 : 5, 0));
    params->setMaxThreads(kThreadsMax);
    params->setMaxQueued(kBacklog);
    return params;
}

}  // namespace

class CouchHttpServer::Impl {
public:
    Impl(CouchModel& model, const CouchHttpOptions& options)
        : shared_(model, options.record),
          pool_(kThreadsMin, kThreadsMax),
          socket_(Poco::Net::SocketAddress("127.0.0.1", options.port), kBacklog),
          server_(new Factory(shared_), pool_, socket_, parameters(model.kind())) {
        server_.start();
    }
    ~Impl() { stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void stop() {
        server_.stopAll(true);
        pool_.joinAll();
    }
    [[nodiscard]] std::string origin() const {
        return "http://127.0.0.1:" + std::to_string(socket_.address().port());
    }

private:
    Shared shared_;
    Poco::ThreadPool pool_;
    Poco::Net::ServerSocket socket_;
    Poco::Net::HTTPServer server_;
};

CouchHttpServer::CouchHttpServer(CouchModel& model, const CouchHttpOptions& options)
    : impl_(std::make_unique<Impl>(model, options)) {}
CouchHttpServer::~CouchHttpServer() = default;
std::string CouchHttpServer::origin() const {
    return impl_->origin();
}
void CouchHttpServer::stop() {
    impl_->stop();
}

}  // namespace tizilim::support
