#pragma once

#include <cstdint>
#include <functional>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// A learning rate for each step, 0, 1, ...: of the step alone, so that training that goes on needs nothing else.
using Schedule = std::function<double(std::uint64_t)>;

}  // namespace unetpp
