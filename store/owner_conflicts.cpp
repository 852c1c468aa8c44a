#include "platform/expected.h"
#include "store/owner_session.h"
#include "store/register.h"
#include "store/register_impl.h"
#include "store/store_error.h"

#include <map>
#include <string>
#include <vector>

namespace tizilim::store {

std::vector<ConflictView> OwnerSession::conflicts() const {
    return {};
}

platform::Expected<Revised, std::vector<FieldError>> OwnerSession::resolve(
    const std::string& /*name*/, const std::map<std::string, Choice>& /*choices*/) {
    throw StoreError(StoreError::Kind::refused, "there is no conflict");
}

Revised OwnerSession::retry(const std::string& /*name*/) {
    throw StoreError(StoreError::Kind::refused, "it is not quarantined");
}

}  // namespace tizilim::store
