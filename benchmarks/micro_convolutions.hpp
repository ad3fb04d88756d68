#pragma once
// The passes of a convolution on random operands, by any algorithm.

#include <algorithm>
#include <cstddef>
#include <string>
#include <unetpp/core/buffer.hpp>
#include <unetpp/core/random.hpp>
#include <unetpp/kernels/convolution/convolution.hpp>
#include <utility>
#include <vector>

#include "network.hpp"

namespace bench {

using unetpp::kernels::BiasGradient;
using unetpp::kernels::ConvAlgorithm;
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
  ConvAlgorithm algorithm;
  unetpp::Buffer<float> x, y, weight, bias, mask, dweight, dbias, scratch;

  ConvolutionOperands(const ConvGeometry& geometry, ConvAlgorithm a, std::size_t images, int n)
      : g(geometry),
        batch(images),
        threads(n),
        algorithm(a),
        x(random_floats(batch * g.in.size())),
        y(random_floats(batch * g.out.size())),
        weight(random_floats(g.weights())),
        bias(random_floats(std::max(g.in.channels, g.out.channels))),
        mask(random_floats(std::max(x.size(), y.size()))),
        dweight(g.weights()),
        dbias(std::max(g.in.channels, g.out.channels)),
        scratch(scratch_floats()) {}

  Pixels<float> in() { return {x.data(), static_cast<std::size_t>(g.in.channels)}; }
  Pixels<float> out() { return {y.data(), static_cast<std::size_t>(g.out.channels)}; }
  Scratch memory() { return {scratch.data(), threads}; }
  std::size_t scratch_floats() const {
    return call([&]<ConvAlgorithm A>() { return unetpp::kernels::convolution_scratch<A>(g, batch, threads); });
  }

  /// Calls work<algorithm>().
  template <class Work>
  decltype(std::declval<Work>().template operator()<ConvAlgorithm::im2col>()) call(const Work& work) const {
    if (algorithm == ConvAlgorithm::im2col) return work.template operator()<ConvAlgorithm::im2col>();
    if (algorithm == ConvAlgorithm::disjoint) return work.template operator()<ConvAlgorithm::disjoint>();
    if (algorithm == ConvAlgorithm::few_channels) return work.template operator()<ConvAlgorithm::few_channels>();
    return work.template operator()<ConvAlgorithm::winograd4>();
  }
  void convolve(const Epilogue<float>& end) {
    call([&]<ConvAlgorithm A>() {
      unetpp::kernels::convolve<A>({g, batch, in(), weight.data(), out(), end}, memory());
    });
  }
  void convolve_transposed(const Epilogue<float>& end) {
    call([&]<ConvAlgorithm A>() {
      unetpp::kernels::convolve_transposed<A>({g, batch, out(), weight.data(), in(), end}, memory());
    });
  }
  void weight_gradient(const BiasGradient& to) {
    call([&]<ConvAlgorithm A>() {
      unetpp::kernels::convolve_weight_gradient<A>({g, batch, in(), out(), dweight.data(), to}, memory());
    });
  }
};

/// The three passes of a layer with the ends that they have in the network: bias and ReLU, or the ReLU's mask.
inline void forward(const ConvolutionLayer& layer, ConvolutionOperands& o) {
  layer.transposed ? o.convolve_transposed({.bias = o.bias.data()}) : o.convolve({.bias = o.bias.data(), .relu = true});
}
inline void input_gradient(const ConvolutionLayer& layer, ConvolutionOperands& o) {
  const std::size_t stride = layer.transposed ? o.g.out.channels : o.g.in.channels;
  const Epilogue<float> end{.mask = o.mask.data(), .mask_stride = stride};
  layer.transposed ? o.convolve(end) : o.convolve_transposed(end);
}
inline void weight_gradient(const ConvolutionLayer& layer, ConvolutionOperands& o) {
  layer.transposed ? o.weight_gradient({.channels = o.dbias.data()}) : o.weight_gradient({.filters = o.dbias.data()});
}

/// The distinct convolutions and transposed convolutions of a network.
template <class Net>
std::vector<ConvolutionLayer> convolution_layers() {
  std::vector<ConvolutionLayer> layers;
  unetpp::for_each_leaf<Net>([&]<class L>(const unetpp::Place&) {
    if constexpr (requires { L::geometry.kernel; }) {
      const ConvolutionLayer layer{layer_name<L>(), L::geometry, L::geometry.in != L::in, L::in != Net::in};
      if (std::find(layers.begin(), layers.end(), layer) == layers.end()) layers.push_back(layer);
    }
  });
  return layers;
}

}  // namespace bench
