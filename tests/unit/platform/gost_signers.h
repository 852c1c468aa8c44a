#pragma once

#include "tests/support/test_gost.h"

namespace tizilim {

// Made once for a whole test program.

inline const support::GostCertificate& gost_root() {
    static const auto made =
        support::make_gost_certificate(support::gost_authority("ТЕСТТІК ТҮБІР (GOST)"));
    return made;
}
inline const support::GostCertificate& gost_issuer() {
    static const auto made = support::make_gost_certificate(
        support::gost_authority("ТЕСТТІК ОРТАЛЫҚ (GOST)"), &gost_root());
    return made;
}
/// A lawyer's.
inline const support::GostCertificate& gost_signer() {
    static const auto made = support::make_gost_certificate({}, &gost_issuer());
    return made;
}

}  // namespace tizilim
