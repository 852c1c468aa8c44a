#include "tests/process/real_peer.h"

#include "platform/network/http_transport.h"
#include "platform/text/json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tizilim::process {

RealPeer::RealPeer() : server_(NODE, PEER_SERVER, folder_ / "data") {
    server_.start();
    server_.make_register("register", "a register of the tests");
}

std::string RealPeer::url() const {
    return server_.origin() + "/register";
}

std::filesystem::path RealPeer::copy_data() {
    std::filesystem::path copy = folder_ / ("copy" + std::to_string(++copies_));
    std::filesystem::copy(server_.data(), copy, std::filesystem::copy_options::recursive);
    return copy;
}

void RealPeer::restore(const std::filesystem::path& copy) {
    std::filesystem::remove_all(server_.data());
    std::filesystem::copy(copy, server_.data(), std::filesystem::copy_options::recursive);
}

std::map<std::string, std::vector<std::string>> RealPeer::entries() const {
    std::map<std::string, std::vector<std::string>> held;
    const auto changes = server_.ask(platform::Method::get, "/register/_changes?style=all_docs");
    const platform::JsonValue* const rows = changes ? changes->find("results") : nullptr;
    if (rows == nullptr || rows->array() == nullptr) {
        ADD_FAILURE() << "the server does not say what it holds";
        return held;
    }
    for (const platform::JsonValue& row : *rows->array()) {
        const std::string& id = *row.find("id")->string();
        if (!id.starts_with("entry:")) continue;
        for (const platform::JsonValue& leaf : *row.find("changes")->array()) {
            held[id].push_back(*leaf.find("rev")->string());
        }
    }
    return held;
}

}  // namespace tizilim::process
