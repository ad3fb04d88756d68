#pragma once

#include <cstdint>

#include "unetpp/core/tensor.hpp"

namespace unetpp {

namespace detail {

template <Shape S>
struct LabelViewOf {  // a struct, since gcc 12 crashes on an alias that takes S apart
  using type = BatchView<const std::uint8_t, Shape{S.height, S.width, 1}>;
};

}  // namespace detail

/// Labels of the pixels of images of shape S: one class number each.
template <Shape S>
using LabelView = typename detail::LabelViewOf<S>::type;

}  // namespace unetpp
