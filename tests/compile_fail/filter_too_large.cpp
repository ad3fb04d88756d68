// expect: unetpp: the Window of this Layer is larger than its Input; use Padding::same or a smaller kernel
// expect: Layer = (unetpp::)?Conv2D<|require_window_fits<(unetpp::)?Conv2D<
// expect: Shape\{4, 9, 3\}
// expect: Extent\{5, 5\}|\{5, 5\}
#include <unetpp/unet.hpp>

using namespace unetpp;

constexpr Shape out = Conv2D<Shape{4, 9, 3}, Conv2DConfig{.filters = 8, .kernel = 5, .padding = Padding::valid}>::out;
