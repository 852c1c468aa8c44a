#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "tests/contract/replication_contract.h"
#include "tests/unit/sync/fake_register.h"

#include <memory>
#include <string>

namespace tizilim {
namespace {

class FakeContractRegister final : public ContractRegister {
public:
    store::Replication& replication() override { return register_; }
    std::string record() override {
        ++entries_;
        register_.add(entries_, "entry " + std::to_string(entries_));
        return entry_id(entries_);
    }
    void amend(const std::string& document_id) override {
        register_.amend(number_of(document_id), "amended");
    }
    void withdraw(const std::string& document_id) override {
        register_.withdraw(number_of(document_id));
    }
    [[nodiscard]] store::DeliveryState state(const std::string& document_id) const override {
        return register_.state(number_of(document_id));
    }
    store::RemoteDocument made_elsewhere() override {
        store::RemoteDocument document;
        document.id = entry_id(kElsewhere);
        document.revision = {2, std::string(32, 'e')};
        document.ancestors = {std::string(32, 'd')};
        register_.true_ancestors[document.id + ' ' + document.revision.to_string()] =
            document.ancestors;
        return document;
    }

private:
    static constexpr unsigned kElsewhere = 900;
    [[nodiscard]] unsigned number_of(const std::string& document_id) const {
        unsigned number = 1;
        while (entry_id(number) != document_id) ++number;
        return number;
    }

    FakeRegister register_;
    unsigned entries_ = 0;
};

}  // namespace

std::unique_ptr<ContractRegister> make_contract_register() {
    return std::make_unique<FakeContractRegister>();
}

}  // namespace tizilim
