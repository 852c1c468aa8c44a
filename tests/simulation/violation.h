#pragma once

#include <stdexcept>

namespace tizilim::simulation {

/// Something that must never be so, is so. The message says what, for whoever repeats the run.
class Violation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace tizilim::simulation
