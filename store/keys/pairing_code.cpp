#include "store/keys/pairing_code.h"

#include "platform/expected.h"
#include "store/keys/seal.h"
#include "store/keys/written_code.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

/// 260 bits: the last four are zero. One code word would be longer than GF(32) allows.
constexpr CodeShape kShape{.name = "pairing code", .data_signs = 52, .words = 2};

}  // namespace

PairingCode::~PairingCode() {
    wipe(key_);
}

std::string PairingCode::text() const {
    return write_signs(key_, kShape);
}

platform::Expected<PairingCode, std::string> PairingCode::parse(std::string_view text) {
    PairingCode code(std::string(kKeyBytes, '\0'));
    std::optional<std::string> problem = read_signs(text, kShape, code.key_);
    if (problem) return platform::Unexpected{*std::move(problem)};
    return code;
}

}  // namespace tizilim::store
