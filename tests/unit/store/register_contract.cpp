#include "tests/unit/store/register_contract.h"

#include "tests/contract/replication_contract.h"

#include <memory>

namespace tizilim {

std::unique_ptr<ContractRegister> make_contract_register() {
    return std::make_unique<RealRegister>();
}

}  // namespace tizilim
