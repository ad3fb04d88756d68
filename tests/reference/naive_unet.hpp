#pragma once
// The U-Net of the naive layers, on one flat vector of parameters.

#include <vector>

#include "naive_convolution.hpp"
#include "naive_pooling.hpp"

namespace reference {

/// Hands out the weights and biases of one layer after the other, in the order of execution.
class ParameterReader {
 public:
  explicit ParameterReader(const std::vector<double>& flat) : flat_(flat) {}

  std::vector<double> take(std::size_t count) {
    if (count > left()) throw std::out_of_range("ParameterReader: too few parameters");
    const auto first = flat_.begin() + static_cast<std::ptrdiff_t>(used_);
    used_ += count;
    return {first, first + static_cast<std::ptrdiff_t>(count)};
  }
  std::size_t left() const { return flat_.size() - used_; }

  /// 3×3 same convolution to `filters` channels.
  Array convolution(const Array& x, int filters) {
    const auto weight = take(std::size_t{9} * x.c * filters);
    const auto bias = take(filters);
    return conv2d(x, weight, bias, window_geometry(x, {3, 3}, {1, 1}, {1, 1}, Padding::same));
  }

  /// Two 3×3 same convolutions, each with ReLU.
  Array block(const Array& x, int filters) {
    const Array first = relu(convolution(x, filters));
    return relu(convolution(first, filters));
  }

  /// 2×2 transposed convolution of stride 2 to `filters` channels.
  Array upsampling(const Array& x, int filters) {
    const auto weight = take(std::size_t{4} * x.c * filters);
    const auto bias = take(filters);
    return conv2d_transpose(x, weight, bias, transpose_geometry(x, {2, 2}, {2, 2}, Padding::same));
  }

 private:
  const std::vector<double>& flat_;
  std::size_t used_ = 0;
};

inline Array naive_unet_level(ParameterReader& parameters, const Array& x, int filters, int depth) {
  const Array skip = parameters.block(x, filters);
  if (depth == 0) return skip;
  const Array pooled = max_pool(skip, window_geometry(skip, {2, 2}, {2, 2}, {1, 1}, Padding::valid));
  const Array below = naive_unet_level(parameters, pooled, 2 * filters, depth - 1);
  const Array upsampled = parameters.upsampling(below, filters);
  return parameters.block(concatenate(upsampled, skip), filters);
}

/// Logits of the U-Net.
/// Errors  std::out_of_range for too few, std::invalid_argument for too many parameters.
inline Array naive_unet(const std::vector<double>& flat, const Array& images, int base, int depth, int classes) {
  ParameterReader parameters(flat);
  Array logits = parameters.convolution(naive_unet_level(parameters, images, base, depth), classes);
  if (parameters.left() != 0) throw std::invalid_argument("naive_unet: too many parameters");
  return logits;
}

}  // namespace reference
