#pragma once
// The network of all benchmarks, and random batches for it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unetpp/unet.hpp>

namespace bench {

template <unetpp::Precision P>
using NetOf = unetpp::UNet<unetpp::UNetConfig{.precision = P}>;
using Net = NetOf<unetpp::Precision::float32>;

/// A layer's kind and shapes.
template <class L>
std::string layer_name() {
  return std::string(L::kind) + " " + unetpp::to_string(L::in) + " -> " + unetpp::to_string(L::out);
}

/// Random images and labels; batches of the same size are alike.
struct RandomBatch {
  static constexpr unetpp::Shape label_shape{Net::out.height, Net::out.width, 1};

  unetpp::Batch<Net::in> images;
  unetpp::Batch<label_shape, std::uint8_t> labels;

  explicit RandomBatch(std::size_t count) : images(count), labels(count) {
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = unetpp::Random(1).uniform(i);
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels.span()[i] = static_cast<std::uint8_t>(unetpp::Random(2).below(Net::out.channels, i));
  }
};

}  // namespace bench
