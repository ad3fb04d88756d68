#pragma once
// Matrix products through Eigen, in pieces whose packing buffers fit Eigen's stack limit, so that nothing is allocated.

#include <Eigen/Core>
#include <cstddef>

#include "unetpp/core/compiler.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Largest piece given to Eigen at once: its packed panels are gemm_depth·gemm_rows and gemm_depth·gemm_columns floats,
/// 128 KiB at most, Eigen's own limit for the stack (EIGEN_STACK_ALLOCATION_LIMIT).
inline constexpr int gemm_rows = 128;
inline constexpr int gemm_depth = 256;
inline constexpr int gemm_columns = 128;

/// C += A·B, or Aᵀ·B if `order_of_a` is Eigen's ColMajor: what its `C.noalias() += A * B` comes to for matrices of this
/// size, with the same bits. The expression itself also compiles Eigen's products of vectors and of small matrices: over a
/// quarter of the time for unet.hpp (gcc 12). These are names of Eigen's inside, the same in 3.3.9, 3.4.0 and 5.0.1. As a
/// template it is compiled where something calls it.
/// Shapes  a: rows×depth, or depth×rows; b: depth×columns, c: rows×columns; none larger than the piece above.
template <int order_of_a = Eigen::RowMajor>
void gemm_piece(int rows, int columns, int depth, ConstPixels<float> a, ConstPixels<float> b, Pixels<float> c) {
  namespace eigen = Eigen::internal;
  using Eigen::Dynamic, Eigen::RowMajor;
  eigen::gemm_blocking_space<RowMajor, float, float, Dynamic, Dynamic, Dynamic> blocking(rows, columns, depth, 1, true);
  eigen::general_matrix_matrix_product<Eigen::Index, float, order_of_a, false, float, RowMajor, false, RowMajor,
                                       1>::run(rows, columns, depth, a.data, a.stride, b.data, b.stride, c.data, 1,
                                               c.stride, 1.0f, blocking);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
