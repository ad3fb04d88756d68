// Catch2 v2 needs a translation unit that makes main(); v3 has it in its own library.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
