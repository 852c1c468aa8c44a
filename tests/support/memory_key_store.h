#pragma once

#include "platform/check.h"
#include "platform/files/key_store.h"

#include <map>
#include <optional>
#include <string>

namespace tizilim::support {

/// Keys for as long as a test lasts.
class MemoryKeyStore final : public platform::KeyStore {
public:
    [[nodiscard]] std::optional<platform::MasterKey> load(const std::string& name) const override {
        const auto found = keys_.find(name);
        if (found == keys_.end()) return {};
        return found->second;
    }
    void create(const std::string& name, const platform::MasterKey& key) override {
        CHECK(keys_.emplace(name, key).second);
    }

private:
    std::map<std::string, platform::MasterKey> keys_;
};

}  // namespace tizilim::support
