#pragma once

#include "platform/text/message.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tizilim::agent {

/// What a person says of himself and of the unified system, by the names of setup.h. A text that is
/// empty takes back what was said.
using SetupFields = std::map<std::string, std::string, std::less<>>;

/// What is wrong with one of them; without a name: with all.
struct FieldProblem {
    std::string field;
    platform::Message message;

    bool operator==(const FieldProblem&) const = default;
};
using FieldProblems = std::vector<FieldProblem>;

}  // namespace tizilim::agent
