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

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using ConstMatrixMap = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

/// Largest piece given to Eigen at once: its packed panels are gemm_depth·gemm_rows and gemm_depth·gemm_columns floats,
/// 128 KiB at most, Eigen's own limit for the stack (EIGEN_STACK_ALLOCATION_LIMIT).
inline constexpr int gemm_rows = 128;
inline constexpr int gemm_depth = 256;
inline constexpr int gemm_columns = 128;

/// Pixels as the rows of a matrix.
inline MatrixMap matrix(Pixels p, int rows, int columns) {
  return {p.data, rows, columns, Eigen::OuterStride<>(p.stride)};
}
inline ConstMatrixMap matrix(ConstPixels p, int rows, int columns) {
  return {p.data, rows, columns, Eigen::OuterStride<>(p.stride)};
}

/// C += A·B.
/// Shapes  a: rows×depth, b: depth×columns, c: rows×columns; none larger than the piece above.
inline void gemm_piece(int rows, int columns, int depth, ConstPixels a, ConstPixels b, Pixels c) {
  matrix(c, rows, columns).noalias() += matrix(a, rows, depth) * matrix(b, depth, columns);
}

/// C += Aᵀ·B.
/// Shapes  a: depth×rows, b: depth×columns, c: rows×columns; none larger than the piece above.
inline void gemm_piece_transposed(int rows, int columns, int depth, ConstPixels a, ConstPixels b, Pixels c) {
  matrix(c, rows, columns).noalias() += matrix(a, depth, rows).transpose() * matrix(b, depth, columns);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
