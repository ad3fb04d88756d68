// expect: unetpp: the layer L is written for floats, and this network stores its values as bfloat16; make its forward and backward templates of the stored type T
// expect: L = Doubled<.*8, 8, 4|require_stored_as<Doubled<.*8, 8, 4
#include <unetpp/unet.hpp>

using namespace unetpp;

template <Shape In>
struct Doubled : LayerDefaults {
  static constexpr const char* kind = "doubled";
  static constexpr Shape in = In, out = In;
  static constexpr Footprint footprint{};
  static void forward(Tensors<Doubled>, BatchView<const float, in>, OutputTarget<out>, const Context&) {}
  static void backward(Tensors<Doubled>, BatchView<const float, in>, BatchView<const float, out>,
                       BatchView<const float, out>, Gradients<Doubled>, const Context&) {}
};

using First = Conv2D<Shape{8, 8, 3}, Conv2DConfig{.filters = 4, .precision = Precision::bfloat16}>;
using Net = Sequential<First, Doubled<First::out>>;

void train(TrainingWorkspace<Net>& workspace, const Parameters<Net>& parameters, TensorView<Net, float> gradients,
           const Batch<Net::in>& x) {
  workspace.forward(parameters, x);
  workspace.backward(parameters, gradients, x.view());
}
