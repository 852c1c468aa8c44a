#pragma once

#include "platform/text/json.h"

#include <optional>
#include <regex>
#include <string>
#include <variant>
#include <vector>

namespace tizilim::support {

/// A selector of CouchDB's Mango, of its operators those that are sent here: members that are equal
/// to a text, a number or a truth value, `$regex`, and `$nor` of such. Several are a conjunction.
class CouchSelector {
public:
    /// Nothing: CouchDB refuses it, or it is not modelled.
    [[nodiscard]] static std::optional<CouchSelector> read(const platform::JsonValue& selector);

    /// `document` has its `_id` and `_rev`.
    [[nodiscard]] bool matches(const platform::JsonValue& document) const;

private:
    struct Condition {
        std::string member;
        std::variant<platform::JsonValue, std::regex> wanted;
    };
    using Conditions = std::vector<Condition>;

    [[nodiscard]] static bool add_condition(Conditions& conditions,
                                            const platform::JsonMember& member);
    [[nodiscard]] static bool holds(const Condition& condition,
                                    const platform::JsonValue& document);

    Conditions all_of_;
    std::vector<Conditions> none_of_;
};

}  // namespace tizilim::support
