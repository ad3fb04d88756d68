// Catch2 v2's main(); v3 has it in a library of its own.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
