#pragma once

#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/unit/store/paired_registers.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace tizilim {

/// Two PCs that change the same entries.
class Conflict : public PairedRegisters {
protected:
    /// An entry that both have.
    std::string shared(const std::string& disclosure = "partial") {
        std::string id = add_of_class(disclosure);
        meet();
        return id;
    }
    /// Both change the minutes, and meet.
    std::string disputed() {
        std::string id = shared();
        amend(*register_, id, {{"minutes", "60"}});
        amend(*other_, id, {{"minutes", "90"}});
        meet();
        return id;
    }
    store::Revised resolve(store::Register& by, const std::string& id,
                           const std::map<std::string, store::Choice>& choices) {
        const auto revised = store::OwnerSession(by).resolve(id, choices);
        EXPECT_TRUE(revised.has_value());
        return *revised;
    }
};

}  // namespace tizilim
