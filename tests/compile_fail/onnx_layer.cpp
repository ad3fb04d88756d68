// expect: unetpp: to_onnx does not know the layer L; specialise OnnxExport<L> for it
// expect: Unknown
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <unetpp/io/files/onnx.hpp>
#include <unetpp/unet.hpp>

using namespace unetpp;

struct Unknown : ReLU<Shape{8, 8, 2}> {};

void write(const Parameters<Unknown>& parameters) { save_onnx("model.onnx", parameters); }
