// expect: unetpp: SkipConcat cannot concatenate Inner with Skip: height and width must be equal
// expect: SkipConcat<
// expect: Inner = (unetpp::)?Shape\{8, 8, 32\}|require_concatenable<.*\{8, 8, 32\}, \{16, 16, 32\}>
// expect: Skip = (unetpp::)?Shape\{16, 16, 32\}|require_concatenable<.*\{8, 8, 32\}, \{16, 16, 32\}>
#include <unetpp/unet.hpp>

using namespace unetpp;

// The way up is missing: the pooled image comes back at half the size.
using Skip = SkipConcat<MaxPool2D<Shape{16, 16, 32}>>;
constexpr Shape out = Skip::out;
