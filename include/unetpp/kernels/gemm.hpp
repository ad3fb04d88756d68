#pragma once
// Matrix products through Eigen, in pieces whose packing buffers fit Eigen's stack limit, so that nothing is allocated.

#include <Eigen/Core>
#include <cstddef>

#include "unetpp/core/compiler.hpp"

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

/// C += A·B, row-major, lda, ldb and ldc elements between rows.
/// Shapes  a: rows×depth, b: depth×columns, c: rows×columns; none larger than the piece above.
inline void gemm_piece(int rows, int columns, int depth, const float* a, std::size_t lda, const float* b,
                       std::size_t ldb, float* c, std::size_t ldc) {
  using Stride = Eigen::OuterStride<>;
  MatrixMap(c, rows, columns, Stride(ldc)).noalias() +=
      ConstMatrixMap(a, rows, depth, Stride(lda)) * ConstMatrixMap(b, depth, columns, Stride(ldb));
}

/// C += Aᵀ·B, row-major.
/// Shapes  a: depth×rows, b: depth×columns, c: rows×columns; none larger than the piece above.
inline void gemm_piece_transposed(int rows, int columns, int depth, const float* a, std::size_t lda, const float* b,
                                  std::size_t ldb, float* c, std::size_t ldc) {
  using Stride = Eigen::OuterStride<>;
  MatrixMap(c, rows, columns, Stride(ldc)).noalias() +=
      ConstMatrixMap(a, depth, rows, Stride(lda)).transpose() * ConstMatrixMap(b, depth, columns, Stride(ldb));
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
