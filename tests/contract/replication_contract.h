#pragma once

#include "store/entry/codes.h"
#include "store/replication/replication.h"

#include <memory>
#include <string>

namespace tizilim {

/// A register as the contract of store::Replication is tried on it: the calls themselves, and what
/// its owner does beside them. Entries are named by their document ids, "entry:<uuid>".
class ContractRegister {
public:
    ContractRegister() = default;
    ContractRegister(const ContractRegister&) = delete;
    ContractRegister& operator=(const ContractRegister&) = delete;
    virtual ~ContractRegister() = default;

    virtual store::Replication& replication() = 0;
    /// Records an entry that may leave and needs no signature.
    virtual std::string record() = 0;
    virtual void amend(const std::string& document_id) = 0;
    /// Of an entry that has left.
    virtual void withdraw(const std::string& document_id) = 0;
    [[nodiscard]] virtual store::DeliveryState state(const std::string& document_id) const = 0;
    /// An entry that another installation of the lawyer made and amended once, as a peer sends it.
    virtual store::RemoteDocument made_elsewhere() = 0;
};

/// What replication_contract.cpp is tried on: each program that has these tests brings its own.
[[nodiscard]] std::unique_ptr<ContractRegister> make_contract_register();

}  // namespace tizilim
