#include "platform/network/http_transport.h"

#include "platform/check.h"

#include <string>
#include <string_view>

namespace tizilim::platform {

std::string_view method_name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::put:
            return "PUT";
        case Method::post:
            return "POST";
        case Method::del:
            return "DELETE";
    }
    check_failed("is_known(method)", __FILE__, __LINE__);
}

const std::string* HttpResponse::header(std::string_view name) const {
    for (const HttpHeader& candidate : headers) {
        if (candidate.name == name) return &candidate.value;
    }
    return nullptr;
}

}  // namespace tizilim::platform
