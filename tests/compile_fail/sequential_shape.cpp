// expect: unetpp: this Layer cannot take a tensor of shape Got, it expects Want
// expect: Layer = (unetpp::)?Conv2D<|require_same_shape<(unetpp::)?Conv2D<
// expect: Shape\{8, 8, 16\}
// expect: \{8, 8, 32\}
#include <unetpp/unet.hpp>

using namespace unetpp;

using First = Conv2D<Shape{8, 8, 3}, Conv2DConfig{.filters = 16}>;
using Net = Sequential<First, Conv2D<Shape{8, 8, 32}, Conv2DConfig{.filters = 16}>>;
constexpr Shape out = Net::out;
