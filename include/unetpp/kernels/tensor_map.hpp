#pragma once
// Tensors as Eigen matrices.

#include <Eigen/Core>

#include "unetpp/core/tensor.hpp"

namespace unetpp {

/// A view as a row-major matrix with a row for each pixel and a column for each channel; nothing is copied.
/// Shapes  view: n×S.  result: (n·S.pixels())×S.channels.
template <class T, Shape S>
auto as_matrix(BatchView<T, S> view) {
  using Matrix = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, S.channels,
                               S.channels == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
  using Map = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Matrix, Matrix>, 0,
                         Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  const Eigen::Index stride = static_cast<Eigen::Index>(view.pixel_stride());
  const Eigen::Index rows = static_cast<Eigen::Index>(view.pixels());
  if constexpr (S.channels == 1)
    return Map(view.data(), rows, 1, {rows * stride, stride});
  else
    return Map(view.data(), rows, S.channels, {stride, 1});
}

}  // namespace unetpp
