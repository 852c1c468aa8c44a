#pragma once

#include "store/entry/codes.h"
#include "store/owner/owner_session.h"
#include "store/replication/replication.h"
#include "tests/contract/replication_contract.h"
#include "tests/unit/store/paired_registers.h"
#include "tests/unit/store/register_fixture.h"

#include <string>
#include <utility>

namespace tizilim {

/// The register itself, with another PC of the lawyer beside it. Its fixture is no test here.
class RealRegister final : public ContractRegister, private PairedRegisters {
public:
    store::Replication& replication() override { return register_->replication(); }
    std::string record() override { return document(add_of_class("partial")); }
    void amend(const std::string& document_id) override {
        PairedRegisters::amend(*register_, name_of(document_id), {{"minutes", "75"}});
    }
    void withdraw(const std::string& document_id) override {
        (void)store::OwnerSession(*register_)
            .classify(name_of(document_id), store::DisclosureClass::withdrawn, "asked to");
    }
    [[nodiscard]] store::DeliveryState state(const std::string& document_id) const override {
        const auto view = store::OwnerSession(*register_).show(name_of(document_id));
        return *store::delivery_state_of(view.delivery);
    }
    store::RemoteDocument made_elsewhere() override {
        const auto recorded = store::OwnerSession(*other_).add(input_of_class("partial"));
        (void)database_.push(*other_);
        PairedRegisters::amend(*other_, recorded->id, {{"minutes", "75"}});
        (void)database_.push(*other_);
        return database_.document(document(recorded->id));
    }

private:
    void TestBody() override {}
    static std::string name_of(const std::string& document_id) {
        return document_id.substr(document_id.find(':') + 1);
    }
};

}  // namespace tizilim
