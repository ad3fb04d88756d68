// Every convolution of the default U-Net against direct sums in float64.

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../layers/check_layer.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/unet.hpp"

namespace unet_accuracy_test {

using namespace unetpp;

namespace {

using Values = Buffer<float>;

Values random_values(std::size_t count, std::uint64_t stream, float scale = 1) {
  Values values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = scale * Random(5, stream).normal(i);
  return values;
}

/// Single elements of a convolution from `large` to `small` images and of its gradients, summed directly.
struct DirectSum {
  kernels::ConvGeometry g;

  int large_pixel(int small, int tap) const {
    const int row = small / g.out.width * g.stride.height + tap / g.kernel.width * g.dilation.height - g.pad_top;
    const int column = small % g.out.width * g.stride.width + tap % g.kernel.width * g.dilation.width - g.pad_left;
    return row >= 0 && row < g.in.height && column >= 0 && column < g.in.width ? row * g.in.width + column : -1;
  }
  int small_pixel(int large, int tap) const {
    const int row = (large / g.in.width + g.pad_top - tap / g.kernel.width * g.dilation.height) / g.stride.height;
    const int column = (large % g.in.width + g.pad_left - tap % g.kernel.width * g.dilation.width) / g.stride.width;
    const bool inside = row >= 0 && row < g.out.height && column >= 0 && column < g.out.width;
    const int small = row * g.out.width + column;
    return inside && large_pixel(small, tap) == large ? small : -1;
  }
  int taps() const { return static_cast<int>(g.taps()); }
  std::size_t weight(int tap, int channel, int filter) const {
    return (std::size_t{1} * tap * g.in.channels + channel) * g.out.channels + filter;
  }

  double of_small(std::size_t i, const Values& large, const Values& w) const {
    const int pixel = static_cast<int>(i / g.out.channels), filter = static_cast<int>(i % g.out.channels);
    double sum = 0;
    for (int tap = 0; tap < taps(); ++tap)
      if (const int other = large_pixel(pixel, tap); other >= 0)
        for (int c = 0; c < g.in.channels; ++c)
          sum += double{large[std::size_t{1} * other * g.in.channels + c]} * w[weight(tap, c, filter)];
    return sum;
  }
  double of_large(std::size_t i, const Values& small, const Values& w) const {
    const int pixel = static_cast<int>(i / g.in.channels), channel = static_cast<int>(i % g.in.channels);
    double sum = 0;
    for (int tap = 0; tap < taps(); ++tap)
      if (const int other = small_pixel(pixel, tap); other >= 0)
        for (int f = 0; f < g.out.channels; ++f)
          sum += double{small[std::size_t{1} * other * g.out.channels + f]} * w[weight(tap, channel, f)];
    return sum;
  }
  double of_weight(std::size_t i, const Values& large, const Values& small) const {
    const std::size_t filters = g.out.channels, channels = g.in.channels;
    const std::size_t filter = i % filters, channel = i / filters % channels;
    double sum = 0;
    for (int pixel = 0; pixel < static_cast<int>(g.out.pixels()); ++pixel)
      if (const int other = large_pixel(pixel, static_cast<int>(i / filters / channels)); other >= 0)
        sum += double{large[other * channels + channel]} * small[pixel * filters + filter];
    return sum;
  }
};

/// The largest error of a sample of values, its first and last ones included, relative to the largest value wanted.
template <class Wanted>
double error_of_sample(std::span<const float> got, const Wanted& wanted) {
  constexpr std::size_t most = 1000;
  const std::size_t count = std::min(got.size(), most);
  double worst = 0, largest = 0;
  for (std::size_t s = 0; s < count; ++s) {
    const std::size_t last = got.size() - 1;
    const bool drawn = count < got.size() && s > 1;
    const std::size_t i = drawn ? Random(6).below(static_cast<std::uint32_t>(got.size()), s) : s == 1 ? last : s;
    const double want = wanted(i);
    worst = std::max(worst, std::isfinite(got[i]) ? std::abs(got[i] - want) : INFINITY);
    largest = std::max(largest, std::abs(want));
  }
  return worst / largest;
}

struct Errors {
  double forward, input_gradient, weight_gradient, bias_gradient;
};

/// The errors of a layer's passes at random values, with He-normal weights, on one image in a workspace for more.
template <class L>
Errors errors_of_layer(std::size_t capacity) {
  constexpr bool transposed = std::string_view(L::kind) == "conv2d_transpose";
  const float deviation = std::sqrt(2.0f / static_cast<float>(L::tensors[0].fan_in));
  const Values weight = random_values(L::geometry.weights(), 0, deviation),
               bias = random_values(std::size_t{L::out.channels}, 1);
  const Values x = random_values(L::in.size(), 2);
  Values dy = random_values(L::out.size(), 3);
  Values p(weight), dp(parameter_count<L>), dx(x.size()), y(dy.size());
  p.insert(p.end(), bias.begin(), bias.end());
  const Tensors<L> parameters(p.data(), nullptr);
  check::Alone<L> memory(capacity, max_threads());
  const BatchView<const float, L::in> images(x.data(), 1);
  const BatchView<float, L::out> output(y.data(), 1);
  unetpp::forward_pass<L, float>(parameters, images, output, memory.context());
  unetpp::backward_pass<L, float>(parameters, images, output, {dy.data(), 1},
                                  Gradients<L>{TensorView<L, float>(dp.data(), nullptr), {.view = {dx.data(), 1}}},
                                  memory.context());

  const DirectSum direct{L::geometry};
  const std::size_t filters = L::out.channels;
  const std::span<const float> gradients(dp);
  return {
      error_of_sample(y,
                      [&](std::size_t i) {
                        const double sum = transposed ? direct.of_large(i, x, weight) : direct.of_small(i, x, weight);
                        const double value = sum + bias[i % filters];
                        return L::rectified && value < 0 ? 0 : value;
                      }),
      error_of_sample(
          dx,
          [&](std::size_t i) { return transposed ? direct.of_small(i, dy, weight) : direct.of_large(i, dy, weight); }),
      error_of_sample(
          gradients.first(L::geometry.weights()),
          [&](std::size_t i) { return transposed ? direct.of_weight(i, dy, x) : direct.of_weight(i, x, dy); }),
      error_of_sample(gradients.last(std::size_t{L::out.channels}), [&](std::size_t i) {
        double sum = 0;
        for (std::size_t at = i; at < dy.size(); at += filters) sum += dy[at];
        return sum;
      })};
}

}  // namespace

TEST_CASE("each pass of each convolution of the default U-Net is within 2e-5 of its largest value of direct sums") {
  const std::vector<std::string> names = layer_names<UNet<>>();
  std::size_t leaf = 0, checked = 0;
  for_each_leaf<UNet<>>([&]<class L>(const Place&) {
    const std::string& layer = names[leaf++];
    if constexpr (requires { L::geometry.weights(); }) {
      for (const std::size_t capacity : {1, 8}) {  // their tiles may differ
        const Errors error = errors_of_layer<L>(capacity);
        INFO(layer << " from " << to_string(L::in) << " to " << to_string(L::out) << ", room for " << capacity);
        CHECK(error.forward <= 2e-5);
        CHECK(error.input_gradient <= 2e-5);
        CHECK(error.weight_gradient <= 2e-5);
        CHECK(error.bias_gradient <= 2e-5);
      }
      ++checked;
    }
  });
  CHECK(checked == 23);
}

}  // namespace unet_accuracy_test
