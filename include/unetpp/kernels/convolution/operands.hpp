#pragma once
// What convolutions work on.

#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/operands.hpp"

namespace unetpp::kernels {

/// What a convolution, or a transposed one, reads and writes. Where weights stay as they are, a kernel that packs all of
/// them keeps them in `packed`, which is empty at first and only this convolution's.
/// Shapes  weight: g's.  x: batch×g.in, y: batch×g.out; of a transposed one x: batch×g.out, y: batch×g.in.
template <class T>
struct ConvOperands {
  const ConvGeometry& g;
  std::size_t batch;
  ConstPixels<T> x;
  const float* weight;
  Pixels<T> y;
  Epilogue<T> end = {};
  Buffer<float>* packed = nullptr;
};

/// What the weight gradient of a convolution reads and adds to.
/// Shapes  x: batch×g.in, dy: batch×g.out, dweight: g's weight.
template <class T>
struct WeightGradientOperands {
  const ConvGeometry& g;
  std::size_t batch;
  ConstPixels<T> x;
  ConstPixels<T> dy;
  float* dweight;
  BiasGradient dbias = {};
};

}  // namespace unetpp::kernels
