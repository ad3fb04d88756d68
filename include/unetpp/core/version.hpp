#pragma once

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// Version of the library: major.minor.patch, semantic versioning.
inline constexpr const char* version = "0.1.0";

}  // namespace unetpp
