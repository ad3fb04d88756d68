// A note that does not end a build with -Werror. clang shows none of a system header, as ours are in an installed
// package, and takes what is behind a line marker for none.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"
# 8 "unetpp/core/unoptimised.inc.hpp"
#endif
#pragma message( \
    "unetpp is not optimised and takes ten times as long: say -O2 (CMake: CMAKE_BUILD_TYPE=Release), or -DUNETPP_UNOPTIMISED if that is meant")
#ifdef __clang__
#pragma clang diagnostic pop
#endif
