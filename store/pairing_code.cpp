#include "store/pairing_code.h"

#include "platform/expected.h"
#include "store/seal.h"

#include <string>
#include <string_view>

namespace tizilim::store {

PairingCode::~PairingCode() {
    wipe(key_);
}

std::string PairingCode::text() const {
    return {};
}

platform::Expected<PairingCode, std::string> PairingCode::parse(std::string_view /*text*/) {
    return platform::Unexpected{std::string("this is no pairing code")};
}

}  // namespace tizilim::store
