#include "../../catch.hpp"
#include "unetpp/io/files/onnx.hpp"
#include "unetpp/unet.hpp"

namespace bfloat16_onnx_test {

using namespace unetpp;

namespace {

constexpr UNetConfig small(Precision precision) {
  return {.height = 8,
          .width = 8,
          .base_channels = 2,
          .depth = 1,
          .block = BlockKind::residual,
          .normalisation = Normalisation::batch,
          .precision = precision};
}

std::string exported(const auto& parameters) { return to_onnx(parameters).SerializeAsString(); }

}  // namespace

TEST_CASE("a network of bfloat16s is exported to ONNX as the one of float32") {
  const Parameters<UNet<small(Precision::bfloat16)>> in_short(HeNormal{3});
  const Parameters<UNet<small(Precision::float32)>> in_float(HeNormal{3});
  CHECK(exported(in_short) == exported(in_float));
}

}  // namespace bfloat16_onnx_test
