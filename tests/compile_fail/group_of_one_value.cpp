// expect: unetpp: GroupNorm needs groups of more than one value; use fewer groups or larger images
// expect: GroupNorm<
#include <unetpp/unet.hpp>

using namespace unetpp;

constexpr Shape out = GroupNorm<Shape{1, 1, 64}, GroupNormConfig{.groups = 64}>::out;
