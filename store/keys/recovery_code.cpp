#include "store/keys/recovery_code.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/keys/seal.h"
#include "store/keys/written_code.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

/// 130 bits: the last two are zero.
constexpr CodeShape kShape{.data_signs = 26,
                           .words = 1,
                           .problems = {.too_long = "key.recovery_code_too_long",
                                        .count = "key.recovery_code_length",
                                        .sign = "key.recovery_code_sign",
                                        .check = "key.recovery_code_mistaken",
                                        .check_one = "key.recovery_code_mistaken_in_group",
                                        .check_several = "key.recovery_code_mistaken_in_groups"}};

}  // namespace

RecoveryCode RecoveryCode::make(platform::Random& random) {
    RecoveryCode code;
    random.fill(std::as_writable_bytes(std::span(code.bytes_)));
    return code;
}

RecoveryCode::~RecoveryCode() {
    wipe(bytes_);
}

std::string RecoveryCode::text() const {
    return write_signs(bytes(), kShape);
}

platform::Expected<RecoveryCode, platform::Message> RecoveryCode::parse(std::string_view text) {
    RecoveryCode code;
    std::optional<platform::Message> problem = read_signs(text, kShape, code.bytes_);
    if (problem) return platform::Unexpected{*std::move(problem)};
    return code;
}

}  // namespace tizilim::store
