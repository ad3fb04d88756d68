#pragma once
// The passes of a convolution, as the library computes them and by im2col + Eigen, on random operands.

#include <algorithm>
#include <cstddef>
#include <string>
#include <unetpp/core/buffer.hpp>
#include <unetpp/core/random.hpp>
#include <unetpp/kernels/convolution.hpp>
#include <vector>

#include "network.hpp"

namespace bench {

using unetpp::kernels::ConvGeometry;
using unetpp::kernels::Epilogue;
using unetpp::kernels::Pixels;
using unetpp::kernels::Scratch;

inline unetpp::Buffer<float> random_floats(std::size_t count) {
  unetpp::Buffer<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = unetpp::Random(1).uniform(i) - 0.5f;
  return values;
}

/// A layer's convolution: in a transposed one, forward and input gradient change places.
struct ConvolutionLayer {
  std::string name;
  ConvGeometry geometry;
  bool transposed;
  bool needs_input_gradient;

  bool operator==(const ConvolutionLayer& other) const { return name == other.name; }
};

/// All that the three passes of a layer read and write.
struct ConvolutionOperands {
  ConvGeometry g;
  std::size_t batch;
  int threads;
  unetpp::Buffer<float> x, y, weight, bias, mask, dweight, dbias, scratch;

  ConvolutionOperands(const ConvGeometry& geometry, std::size_t images, std::size_t scratch_floats, int n)
      : g(geometry),
        batch(images),
        threads(n),
        x(random_floats(batch * g.in.size())),
        y(random_floats(batch * g.out.size())),
        weight(random_floats(g.weights())),
        bias(random_floats(std::max(g.in.channels, g.out.channels))),
        mask(random_floats(std::max(x.size(), y.size()))),
        dweight(g.weights()),
        dbias(g.out.channels),
        scratch(scratch_floats) {}

  Pixels in() { return {x.data(), static_cast<std::size_t>(g.in.channels)}; }
  Pixels out() { return {y.data(), static_cast<std::size_t>(g.out.channels)}; }
  Scratch memory() { return {scratch.data(), threads}; }
};

/// The library's own choice.
struct Chosen {
  static constexpr const char* name = "unetpp";

  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return unetpp::kernels::convolution_scratch(g, batch, threads);
  }
  static void convolve(ConvolutionOperands& o, const Epilogue& end) {
    unetpp::kernels::convolve(o.g, o.batch, o.in(), o.weight.data(), o.out(), end, o.memory());
  }
  static void convolve_transposed(ConvolutionOperands& o, const Epilogue& end) {
    unetpp::kernels::convolve_transposed(o.g, o.batch, o.out(), o.weight.data(), o.in(), end, o.memory());
  }
  static void weight_gradient(ConvolutionOperands& o, float* dbias) {
    unetpp::kernels::convolve_weight_gradient(o.g, o.batch, o.in(), o.out(), o.dweight.data(), dbias, o.memory());
  }
};

/// The general path.
struct Im2col {
  static constexpr const char* name = "im2col";

  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return std::max(unetpp::kernels::im2col_scratch(g, batch, threads),
                    unetpp::kernels::bias_gradient_scratch(batch * g.out.pixels(), g.out.channels));
  }
  static void convolve(ConvolutionOperands& o, const Epilogue& end) {
    unetpp::kernels::im2col_convolve(o.g, o.batch, o.in(), o.weight.data(), o.out(), end, o.memory());
  }
  static void convolve_transposed(ConvolutionOperands& o, const Epilogue& end) {
    unetpp::kernels::im2col_convolve_transposed(o.g, o.batch, o.out(), o.weight.data(), o.in(), end, o.memory());
  }
  static void weight_gradient(ConvolutionOperands& o, float* dbias) {
    unetpp::kernels::im2col_weight_gradient(o.g, o.batch, o.in(), o.out(), o.dweight.data(), o.memory());
    if (dbias) unetpp::kernels::bias_gradient(o.batch * o.g.out.pixels(), o.g.out.channels, o.out(), dbias, o.memory());
  }
};

/// The three passes of a layer with the ends that they have in the network: bias and ReLU, or the ReLU's mask.
template <class Algorithm>
struct Passes {
  static void forward(const ConvolutionLayer& layer, ConvolutionOperands& o) {
    if (layer.transposed)
      Algorithm::convolve_transposed(o, {.bias = o.bias.data()});
    else
      Algorithm::convolve(o, {.bias = o.bias.data(), .relu = true});
  }
  static void input_gradient(const ConvolutionLayer& layer, ConvolutionOperands& o) {
    const std::size_t stride = layer.transposed ? o.g.out.channels : o.g.in.channels;
    const Epilogue end{.mask = o.mask.data(), .mask_stride = stride};
    layer.transposed ? Algorithm::convolve(o, end) : Algorithm::convolve_transposed(o, end);
  }
  static void weight_gradient(const ConvolutionLayer& layer, ConvolutionOperands& o) {
    Algorithm::weight_gradient(o, layer.transposed ? nullptr : o.dbias.data());
  }
};

/// The distinct convolutions and transposed convolutions of a network.
template <class Net>
std::vector<ConvolutionLayer> convolution_layers() {
  std::vector<ConvolutionLayer> layers;
  unetpp::for_each_leaf<Net>([&]<class L>(std::size_t) {
    if constexpr (requires { L::geometry.kernel; }) {
      const ConvolutionLayer layer{layer_name<L>(), L::geometry, L::geometry.in != L::in, L::in != Net::in};
      if (std::find(layers.begin(), layers.end(), layer) == layers.end()) layers.push_back(layer);
    }
  });
  return layers;
}

}  // namespace bench
