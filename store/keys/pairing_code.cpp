#include "store/keys/pairing_code.h"

#include "platform/expected.h"
#include "platform/text/message.h"
#include "store/keys/seal.h"
#include "store/keys/written_code.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

/// 260 bits: the last four are zero. One code word would be longer than GF(32) allows.
constexpr CodeShape kShape{.data_signs = 52,
                           .words = 2,
                           .problems = {.too_long = "key.pairing_code_too_long",
                                        .count = "key.pairing_code_length",
                                        .sign = "key.pairing_code_sign",
                                        .check = "key.pairing_code_mistaken",
                                        .check_one = "key.pairing_code_mistaken_in_group",
                                        .check_several = "key.pairing_code_mistaken_in_groups"}};

}  // namespace

PairingCode::~PairingCode() {
    wipe(key_);
}

std::string PairingCode::text() const {
    return write_signs(key_, kShape);
}

platform::Expected<PairingCode, platform::Message> PairingCode::parse(std::string_view text) {
    PairingCode code(std::string(kKeyBytes, '\0'));
    std::optional<platform::Message> problem = read_signs(text, kShape, code.key_);
    if (problem) return platform::Unexpected{*std::move(problem)};
    return code;
}

}  // namespace tizilim::store
