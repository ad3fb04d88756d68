#pragma once
// Catch2 of either generation: v3, or the v2.13 that Debian 12 ships.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
