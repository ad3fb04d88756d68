#include "unetpp/nn/receptive_field.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace receptive_field_test {

using namespace unetpp;

namespace {

/// Every path adds to the output: all weights are positive.
constexpr auto means = [](const NamedTensor& t, std::uint64_t, std::span<float> values) {
  if (t.fan_in > 0) std::fill(values.begin(), values.end(), 1.0f / static_cast<float>(t.fan_in));
};

/// So large that it can be seen at the end of the longest path.
constexpr float huge = 1e20f;

/// The greatest distance between two inputs of one axis that change the same output, plus 1; outputs that see a border
/// are left out. Inputs change along a diagonal, one at a time.
template <class Net>
int measured_extent(bool columns) {
  const Parameters<Net> parameters(means);
  Predictor<Net> predictor(parameters, {.threads = 1});
  Tensor<Net::in> x;
  x.fill(1);
  const BatchView<const float, Net::out> y = predictor.logits(x);
  const std::vector<float> before(y.data(), y.data() + Net::out.size());
  const int in = columns ? Net::in.width : Net::in.height, out = columns ? Net::out.width : Net::out.height;
  std::vector<Interval> seen(static_cast<std::size_t>(out), {in, -1});
  for (int i = 0; i < in; ++i) {
    const int other = columns ? Net::in.height / 2 : Net::in.width / 2;
    float& pixel = columns ? x(other, i, 0) : x(i, other, 0);
    pixel = huge;
    predictor.logits(x);
    pixel = 1;
    for (std::size_t k = 0; k < before.size(); ++k) {
      if (y.data()[k] == before[k]) continue;
      const std::size_t p = k / Net::out.channels, at = columns ? p % Net::out.width : p / Net::out.width;
      seen[at] = {std::min(seen[at].first, i), std::max(seen[at].last, i)};
    }
  }
  int extent = 0;
  for (const Interval& s : seen)
    if (s.first > 0 && s.last < in - 1) extent = std::max(extent, s.last - s.first + 1);
  return extent;
}

/// How many rows of Cut's output, which is as high as its input and ends there, change when Whole's goes on below.
template <class Whole, class Cut>
int measured_margin() {
  const Parameters<Cut> parameters(means);
  Tensor<Whole::in> whole;
  Tensor<Cut::in> cut;
  whole.fill(huge);
  cut.fill(1);
  std::copy(cut.span().begin(), cut.span().end(), whole.span().begin());
  InferenceWorkspace<Whole> w(1);
  InferenceWorkspace<Cut> c(1);
  const BatchView<float, Whole::out> a = w.forward(parameters.span(), whole);
  const BatchView<float, Cut::out> b = c.forward(parameters.span(), cut);
  int same = 0;
  while (same < Cut::out.height && std::abs(a(0, same, 20, 0) / b(0, same, 20, 0) - 1) < 1e-5f) ++same;
  return Cut::out.height - same;
}

template <int Height, int Width, int Depth>
using Small = UNet<UNetConfig{.height = Height,
                              .width = Width,
                              .channels = 1,
                              .classes = 1,
                              .base_channels = 1,
                              .depth = Depth,
                              .algorithm = ConvAlgorithm::im2col}>;

// Windows, strides and dilations that differ between the axes, and a skip that sees less than its way around.
using First = Conv2D<Shape{24, 30, 1}, Conv2DConfig{.filters = 1, .kernel = {3, 5}, .dilation = {2, 1}}>;
using Pool = MaxPool2D<First::out, MaxPool2DConfig{.window = {3, 2}, .stride = {1, 2}, .padding = Padding::same}>;
using Up = ConvTranspose2D<Pool::out, ConvTranspose2DConfig{.filters = 1, .kernel = 3, .stride = {1, 2}}>;
using Skip = SkipConcat<Sequential<Pool, Up>>;
using Mixed = Sequential<First, Skip, Conv2D<Skip::out, Conv2DConfig{.filters = 1, .kernel = 1}>>;

using Convolution = Conv2D<Shape{16, 16, 1}, Conv2DConfig{.filters = 1}>;
using Halved = MaxPool2D<Convolution::out>;
using Encoder = Sequential<Convolution, Convolution, Halved, Conv2D<Halved::out, Conv2DConfig{.filters = 1}>>;

}  // namespace

TEST_CASE("receptive fields are those worked out by hand") {
  STATIC_REQUIRE(receptive_field<Convolution>.rows.extent == 3);
  STATIC_REQUIRE(receptive_field<Convolution>.rows.margin == 1);
  STATIC_REQUIRE(receptive_field<Encoder>.rows.extent == 1 + 2 + 2 + 1 + 2 * 2);
  STATIC_REQUIRE(receptive_field<Encoder>.rows.alignment == 2);
  STATIC_REQUIRE(receptive_field<ReLU<Shape{4, 4, 1}>>.columns.extent == 1);
  STATIC_REQUIRE(receptive_field<Mixed>.rows.extent == 5 + 2 + 2);
  STATIC_REQUIRE(receptive_field<Mixed>.rows.alignment == 1);
  STATIC_REQUIRE(receptive_field<Mixed>.columns.alignment == 2);
}

TEST_CASE("the default U-Net sees 204 pixels, and a cut at a multiple of 16 changes 95 outputs along it") {
  STATIC_REQUIRE(receptive_field<UNet<>>.rows.extent == 204);
  STATIC_REQUIRE(receptive_field<UNet<>>.columns.margin == 95);
  STATIC_REQUIRE(receptive_field<UNet<>>.rows.alignment == 16);
  CHECK(summary<UNet<>>().find("receptive field: 204x204 pixels; a cut at multiples of 16x16 changes 95x95") !=
        std::string::npos);
}

TEST_CASE("no output changes with an input outside its receptive field, and some do at its ends") {
  CHECK(measured_extent<Small<40, 40, 1>>(false) == receptive_field<Small<40, 40, 1>>.rows.extent);
  CHECK(measured_extent<Small<40, 40, 1>>(true) == receptive_field<Small<40, 40, 1>>.columns.extent);
  CHECK(measured_extent<Small<72, 48, 2>>(false) == receptive_field<Small<72, 48, 2>>.rows.extent);
  CHECK(measured_extent<Mixed>(false) == receptive_field<Mixed>.rows.extent);
  CHECK(measured_extent<Mixed>(true) == receptive_field<Mixed>.columns.extent);
}

TEST_CASE("a cut at a multiple of the alignment changes as many outputs along it as the margin says") {
  CHECK(measured_margin<Small<64, 40, 1>, Small<32, 40, 1>>() == receptive_field<Small<32, 40, 1>>.rows.margin);
  CHECK(measured_margin<Small<96, 40, 2>, Small<48, 40, 2>>() == receptive_field<Small<48, 40, 2>>.rows.margin);
}

}  // namespace receptive_field_test
