// expect: unetpp: the layer L needs a static function backward\(p, x, y, dy, to, context\)
// expect: L = Doubled<.*8, 8, 4|require_layer<Doubled<.*8, 8, 4
#include <unetpp/unet.hpp>

using namespace unetpp;

template <Shape In>
struct Doubled : LayerDefaults {
  static constexpr const char* kind = "doubled";
  static constexpr Shape in = In, out = In;
  static constexpr Footprint footprint{};
  static void forward(Tensors<Doubled>, BatchView<const float, in>, OutputTarget<out>, const Context&) {}
};

using Net = Sequential<Conv2D<Shape{8, 8, 3}, Conv2DConfig{.filters = 4}>, Doubled<Shape{8, 8, 4}>>;
constexpr Shape out = Net::out;
