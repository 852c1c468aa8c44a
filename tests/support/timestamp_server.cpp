#include "tests/support/timestamp_server.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/StreamCopier.h>

#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::support {

class TimestampServer::Impl {
public:
    explicit Impl(std::function<std::string(const std::string&)> answer)
        : answer_(std::move(answer)),
          socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
          server_(new Factory(*this), socket_, new Poco::Net::HTTPServerParams) {
        server_.start();
    }
    ~Impl() { server_.stopAll(true); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] std::string url() const { return "http://" + socket_.address().toString() + "/"; }
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }
    std::string answer(const std::string& request) {
        {
            const std::scoped_lock lock(mutex_);
            requests_.push_back(request);
        }
        return answer_(request);
    }

private:
    class Handler final : public Poco::Net::HTTPRequestHandler {
    public:
        explicit Handler(Impl& server) : server_(server) {}
        void handleRequest(Poco::Net::HTTPServerRequest& request,
                           Poco::Net::HTTPServerResponse& response) override {
            std::string body;
            Poco::StreamCopier::copyToString(request.stream(), body);
            const bool is_question = request.getMethod() == "POST" &&
                                     request.getContentType() == "application/timestamp-query";
            if (!is_question) {
                response.setStatus(Poco::Net::HTTPResponse::HTTP_BAD_REQUEST);
                response.setContentLength(0);
                response.send();
                return;
            }
            const std::string answer = server_.answer(body);
            response.setContentType("application/timestamp-reply");
            response.setContentLength64(static_cast<Poco::Int64>(answer.size()));
            response.send() << answer;
        }

    private:
        Impl& server_;
    };
    class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
    public:
        explicit Factory(Impl& server) : server_(server) {}
        Poco::Net::HTTPRequestHandler* createRequestHandler(
            const Poco::Net::HTTPServerRequest& /*request*/) override {
            return std::make_unique<Handler>(server_).release();
        }

    private:
        Impl& server_;
    };

    const std::function<std::string(const std::string&)> answer_;
    mutable std::mutex mutex_;  ///< guards requests_
    std::vector<std::string> requests_;
    Poco::Net::ServerSocket socket_;
    Poco::Net::HTTPServer server_;
};

TimestampServer::TimestampServer(std::function<std::string(const std::string&)> answer)
    : impl_(std::make_unique<Impl>(std::move(answer))) {}

TimestampServer::~TimestampServer() = default;

std::string TimestampServer::url() const {
    return impl_->url();
}

std::vector<std::string> TimestampServer::requests() const {
    return impl_->requests();
}

}  // namespace tizilim::support
