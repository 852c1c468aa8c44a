#include "agent/http/endpoint.h"

#include "agent/http/connection.h"
#include "platform/network/local_listener.h"
#include "platform/process/process_memory.h"

#include <mutex>
#include <optional>
#include <utility>

namespace tizilim::agent {

Endpoint::Endpoint(platform::LocalListener listener, EndpointContext context, unsigned threads)
    : context_(std::move(context)), listener_(std::move(listener)) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

void Endpoint::serve() {
    while (true) {
        std::optional<platform::LocalRequest> request;
        {
            const std::lock_guard lock(listening_);
            request = listener_.next();
        }
        if (!request) return;
        Connection(*std::move(request), context_).run();
        platform::give_memory_back();
    }
}

}  // namespace tizilim::agent
