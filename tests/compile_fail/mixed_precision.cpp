// expect: unetpp: all convolutions of Net must have the same Precision: values are stored in one way
// expect: Float32 = 1|1UL == 0 \|\| 1UL == 0
#include <unetpp/unet.hpp>

using namespace unetpp;

using First = Conv2D<Shape{8, 8, 3}, Conv2DConfig{.filters = 4, .precision = Precision::bfloat16}>;
using Net = Sequential<First, Conv2D<First::out, Conv2DConfig{.filters = 2}>>;

InferenceWorkspace<Net> workspace(1);
