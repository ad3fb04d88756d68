// expect: unetpp: Conv2D's algorithm cannot compute this kernel, stride, dilation and padding
#include <unetpp/unet.hpp>

using namespace unetpp;

int main() {
  using Layer =
      Conv2D<Shape{64, 64, 3}, Conv2DConfig{.filters = 8, .stride = 2, .algorithm = ConvAlgorithm::winograd4}>;
  return Layer::out.height;
}
