#pragma once

#include "platform/text/message.h"
#include "store/register/register.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// A stored signature of which the lawyer should know.
struct DoubtfulSignature {
    std::string entry;  ///< its number, or, of another book, its id
    std::uint32_t version = 0;
    platform::Message why;
};

/// What came of examining again the stored signatures that are not verified up to a trusted issuer.
struct SignatureExamination {
    static constexpr std::size_t kShownMax = 100;

    std::uint64_t lifted = 0;  ///< now verified, or verified further than before
    /// They don't hold, or their issuer is not trusted; the first kShownMax are shown.
    std::uint64_t doubtful = 0;
    std::vector<DoubtfulSignature> shown;
};

struct RegisterCheck {
    VerifyReport report;
    SignatureExamination signatures;
    std::optional<HeadTimestamp> timestamp;  ///< what the last one proves
};

/// Register::verify(), and where that finds nothing wrong, the signatures whose algorithm could not
/// be computed, or whose issuer could not be checked, when they were attached. What has changed is
/// stored, each as an act; where the register takes no acts now, at a later call. `progress` counts
/// rows, and each signature once more.
[[nodiscard]] RegisterCheck verify_and_examine(const Register& registry, const Progress& progress);

}  // namespace tizilim::store
