// Model files of one precision in networks of the other: parameters are float32 in both.
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/files/weights.hpp"
#include "unetpp/unet.hpp"

namespace bfloat16_weights_test {

using namespace unetpp;

namespace {

constexpr UNetConfig small(Precision precision) {
  return {.height = 8,
          .width = 8,
          .base_channels = 2,
          .depth = 1,
          .normalisation = Normalisation::batch,
          .precision = precision};
}
using Float = UNet<small(Precision::float32)>;
using Short = UNet<small(Precision::bfloat16)>;

std::vector<float> values_of(const auto& parameters) {
  std::vector<float> all{parameters.span().begin(), parameters.span().end()};
  all.insert(all.end(), parameters.statistics().begin(), parameters.statistics().end());
  return all;
}

}  // namespace

TEST_CASE("weights of a network of bfloat16s are the same file as those of float32, and load into the other") {
  const io_tests::TemporaryFolder folder;
  const auto short_path = folder.path() / "short.safetensors", float_path = folder.path() / "float.safetensors";
  const Parameters<Short> in_short(GlorotUniform{5});
  const Parameters<Float> in_float(GlorotUniform{5});
  save_weights(short_path, in_short);
  save_weights(float_path, in_float);
  CHECK(read_file(short_path) == read_file(float_path));

  Parameters<Float> from_short(GlorotUniform{6});
  load_weights(short_path, from_short);
  CHECK(values_of(from_short) == values_of(in_short));
  Parameters<Short> from_float(GlorotUniform{6});
  load_weights(float_path, from_float);
  CHECK(values_of(from_float) == values_of(in_float));
}

}  // namespace bfloat16_weights_test
