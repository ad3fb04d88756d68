#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <tuple>

#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/require_layer.hpp"
#include "unetpp/layers/walk.hpp"
#include "unetpp/nn/planner.hpp"

namespace unetpp {

/// Does not compile unless what comes back from the inner network has the height and width of the skip connection.
template <class Layer, Shape Inner, Shape Skip>
consteval void require_concatenable() {
  static_assert(Inner.height == Skip.height && Inner.width == Skip.width,
                "unetpp: SkipConcat cannot concatenate Inner with Skip: height and width must be equal");
}

/// y = concatenation along the channels of Inner(x) and x.
///
/// Inside a Sequential it costs nothing: the layer before writes x where y will be read, Inner writes beside it.
/// Shapes  x: n×Inner::in.  y: n×{height, width, Inner::out.channels + Inner::in.channels}.
/// Errors  An Inner that changes height or width, or that ends in a fused ReLU (end it in a ReLU layer instead), does
///         not compile.
template <class Inner>
struct SkipConcat {
  using Children = std::tuple<Inner>;
  static_assert(!Inner::rectified, "unetpp: SkipConcat's Inner ends in a fused ReLU; let a ReLU layer end it instead");

  static constexpr Shape in = (require_layer<Inner>(), Inner::in);
  static constexpr Shape out = (require_concatenable<SkipConcat, Inner::out, Inner::in>(),
                                Shape{in.height, in.width, Inner::out.channels + in.channels});
  static constexpr std::size_t multiply_adds = Inner::multiply_adds;
  static constexpr bool rectified = false;    // its input's gradient is zeroed when it is complete
  static constexpr bool reads_output = true;  // what Inner left in it
  static constexpr int slots = slot_count<Inner>;

  static constexpr std::size_t scratch(std::size_t batch, int threads) { return Inner::scratch(batch, threads); }

  /// Where in y (or in dy) the input (or its gradient) lies.
  template <class T>
  static BatchView<T, in> input_slice(BatchView<T, out> y) {
    return y.template channels<Inner::out.channels, in.channels>();
  }

  template <class T>
  static void forward(Tensors<SkipConcat> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    assert(!y.accumulate);  // since it reads its output
    if (x.data() != input_slice(y.view).data())
      kernels::transfer<T>(x.pixels(), in.channels, {pixels_of(x), pixels_of(input_slice(y.view))}, context.threads());
    unetpp::forward_pass<Inner, T>(p.template child<Inner>({}), x, OutputTarget<Inner::out, T>(inner_slice(y.view)),
                                   context);
  }

  template <class T>
  static void backward(Tensors<SkipConcat> p, BatchView<const T, in> x, BatchView<const T, out> y, BatchView<T, out> dy,
                       Gradients<SkipConcat, T> to, const Context& context) {
    if (to.dx.wanted() && to.dx.view.data() != input_slice(dy).data())
      kernels::transfer<T>(x.pixels(), in.channels,
                           {pixels_of(input_slice(dy)), pixels_of(to.dx.view), {.accumulate = to.dx.accumulate}},
                           context.threads());
    to.dx.accumulate = true;
    unetpp::backward_pass<Inner, T>(p.template child<Inner>({}), x, inner_slice(y), inner_slice(dy),
                                    Gradients<Inner, T>{to.dp.template child<Inner>({}), to.dx}, context);
  }

  template <class Visitor, class Value>
  static constexpr Value walk(Visitor& visitor, Value x) {
    return visitor.concatenate(unetpp::walk<Inner>(visitor, x), x);
  }

  template <template <class> class F>
  using MapLeaves = SkipConcat<typename F<Inner>::type>;

  static constexpr Interval inputs(FootprintAxis axis, Interval outputs) {
    const Interval inner = detail::inputs_of<Inner>(axis, outputs);
    return {std::min(inner.first, outputs.first), std::max(inner.last, outputs.last)};
  }
  static constexpr Shift shift(FootprintAxis axis) { return detail::shift_of<Inner>(axis); }

  template <class P>
  static constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
    unetpp::plan_forward<Inner>(planner, first_slot, purpose);
  }
  template <class P>
  static constexpr void plan_backward(P& planner, int first_slot) {
    unetpp::plan_backward<Inner>(planner, first_slot);
  }

 private:
  template <class T>
  static BatchView<T, Inner::out> inner_slice(BatchView<T, out> y) {
    return y.template channels<0, Inner::out.channels>();
  }
};

}  // namespace unetpp
