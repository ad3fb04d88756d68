#pragma once

#include <cstddef>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// Where what belongs to a layer begins within its network, or within the combinator that it is a child of.
struct Place {
  int slot = 0;                // of the plan
  int leaf = 0;                // in the order of execution
  std::size_t trained = 0;     // floats of the parameters
  std::size_t statistics = 0;  // floats of the statistics
  std::size_t kept = 0;        // floats kept once
};

}  // namespace unetpp
