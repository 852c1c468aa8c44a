#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "tests/contract/replication_contract.h"
#include "tests/support/replication_over_pair.h"
#include "tests/unit/store/register_contract.h"

#include <memory>
#include <string>

namespace tizilim {
namespace {

/// The register, its calls over a pair of sockets.
class RegisterOverAStream final : public ContractRegister {
public:
    store::Replication& replication() override { return over_pair_.replication(); }
    std::string record() override { return register_.record(); }
    void amend(const std::string& document_id) override { register_.amend(document_id); }
    void withdraw(const std::string& document_id) override { register_.withdraw(document_id); }
    [[nodiscard]] store::DeliveryState state(const std::string& document_id) const override {
        return register_.state(document_id);
    }
    store::RemoteDocument made_elsewhere() override { return register_.made_elsewhere(); }

private:
    RealRegister register_;
    support::ReplicationOverPair over_pair_{register_.replication()};
};

}  // namespace

std::unique_ptr<ContractRegister> make_contract_register() {
    return std::make_unique<RegisterOverAStream>();
}

}  // namespace tizilim
