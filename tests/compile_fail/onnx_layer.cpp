// expect: unetpp: to_onnx does not know the layer L; specialise OnnxExport<L> for it
// expect: Scale<
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <unetpp/io/files/onnx.hpp>
#include <unetpp/unet.hpp>

using namespace unetpp;

template <Shape S>
struct Scale : LayerDefaults {
  static constexpr const char* kind = "scale";
  static constexpr Shape in = S, out = S;
  static constexpr Footprint footprint{};
  static void forward(Tensors<Scale>, BatchView<const float, S>, OutputTarget<S>, const Context&);
  static void backward(Tensors<Scale>, BatchView<const float, S>, BatchView<const float, S>, BatchView<float, S>,
                       Gradients<Scale>, const Context&);
};

using Net = Sequential<Conv2D<Shape{8, 8, 3}, Conv2DConfig{.filters = 2}>, Scale<Shape{8, 8, 2}>>;
void write(const Parameters<Net>& parameters) { save_onnx("model.onnx", parameters); }
