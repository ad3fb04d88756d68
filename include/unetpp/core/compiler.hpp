#pragma once
// What every other header needs of the compiler and its flags, so that all include it, first or through others.

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) <= 201703L
#error "unetpp needs C++20: compile with -std=c++20 (CMake: target_link_libraries to unetpp::unetpp asks for it)"
#include "unetpp stops here, for the reason above"
#endif

// Training without optimisation takes about ten times as long. UNETPP_UNOPTIMISED says that this is meant.
#if defined(__GNUC__) && !defined(__OPTIMIZE__) && !defined(UNETPP_UNOPTIMISED)
#include "unetpp/core/unoptimised.inc.hpp"
#endif

// Functions that run once in a while, and whose code is mostly text put together, are [[gnu::cold]]: compiled for size, to
// about a third of the code (gcc 12).
