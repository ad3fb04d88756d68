#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <tuple>

#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/identity.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/require_layer.hpp"
#include "unetpp/layers/walk.hpp"
#include "unetpp/nn/planner.hpp"
#include "unetpp/nn/sequential.hpp"

namespace unetpp {

namespace detail {

/// Whether a layer's backward pass leaves dy as it is: it takes it as one that is only read.
template <class L>
inline constexpr bool keeps_gradient = requires(Tensors<L> p, BatchView<const float, L::in> x,
                                                BatchView<const float, L::out> y, Gradients<L> to,
                                                const Context& context) {
  L::template backward<float>(p, x, y, y, to, context);
}
|| requires(Tensors<L> p, BatchView<const float, L::in> x, BatchView<const float, L::out> y, Gradients<L> to,
            const Context& context) {
  L::backward(p, x, y, y, to, context);
};
template <class... Ls>
inline constexpr bool keeps_gradient<Sequential<Ls...>> =
    keeps_gradient<std::tuple_element_t<sizeof...(Ls) - 1, std::tuple<Ls...>>>;

/// Does not compile unless both paths take and put out the same shapes, and stride as far.
template <class Layer, class Inner, class Shortcut>
consteval void require_addable() {
  static_assert(Inner::out == Shortcut::out && Inner::in == Shortcut::in,
                "unetpp: Residual cannot add Inner and Shortcut: both must take the same shape and put out the same. "
                "Where Inner changes it, give it a Shortcut that does, such as a Conv2D with a kernel of 1");
  constexpr auto in_step = [](FootprintAxis axis) {
    const Shift a = shift_of<Inner>(axis), b = shift_of<Shortcut>(axis);
    return a.out * b.in == b.out * a.in;
  };
  static_assert(in_step(&Footprint::rows) && in_step(&Footprint::columns),
                "unetpp: Residual cannot add Inner and Shortcut: one has more strides than the other");
}

}  // namespace detail

/// y = Inner(x) + Shortcut(x); without a Shortcut, Inner(x) + x. A fused ReLU at the end of Inner is that of the sum:
/// y = relu(Inner(x) + x).
///
/// The sum takes no pass of its own: the shortcut is written to y, and Inner's last layer adds to it.
/// Shapes  x: n×Inner::in.  y: n×Inner::out.
/// Errors  Paths of different shapes do not compile, nor does a path whose last layer reads its output (end it in another
///         one), nor a Shortcut that ends in a fused ReLU or in a layer that overwrites its output's gradient.
/// Source  He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; its shortcuts A (none) and B.
template <class Inner, class Shortcut = Identity<Inner::in>>
struct Residual {
  using Children = std::tuple<Shortcut, Inner>;
  static_assert(
      !Inner::reads_output && !Shortcut::reads_output,
      "unetpp: Residual's Inner or Shortcut ends in a layer that reads its output, which is not kept: the sum is");
  static_assert(!Shortcut::rectified,
                "unetpp: Residual's Shortcut ends in a fused ReLU; let a ReLU layer end it instead");
  static_assert(detail::keeps_gradient<Shortcut>,
                "unetpp: Residual's Shortcut ends in a layer that may overwrite dy, which Inner reads after it");

  static constexpr Shape in = (require_layer<Inner>(), require_layer<Shortcut>(),
                               detail::require_addable<Residual, Inner, Shortcut>(), Inner::in);
  static constexpr Shape out = Inner::out;
  static constexpr std::size_t multiply_adds = Inner::multiply_adds + Shortcut::multiply_adds;
  static constexpr bool rectified = Inner::rectified;
  static constexpr bool reads_output = false;
  static constexpr int slots = slot_count<Shortcut> + slot_count<Inner>;

  static constexpr std::size_t scratch(std::size_t batch, int threads) {
    return std::max(Inner::scratch(batch, threads), Shortcut::scratch(batch, threads));
  }

  template <class T>
  static void forward(Tensors<Residual> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    unetpp::forward_pass<Shortcut, T>(p.template child<Shortcut>(places[0]), x, y, context.child(places[0]));
    y.accumulate = true;
    unetpp::forward_pass<Inner, T>(p.template child<Inner>(places[1]), x, y, context.child(places[1]));
  }

  template <class T>
  static void backward(Tensors<Residual> p, BatchView<const T, in> x, BatchView<const T, out> y, BatchView<T, out> dy,
                       Gradients<Residual, T> to, const Context& context) {
    InputGradient<in, T> dx = to.dx;
    dx.rectified = false;  // once is enough: the sum is
    unetpp::backward_pass<Shortcut, T>(p.template child<Shortcut>(places[0]), x, y, dy,
                                       Gradients<Shortcut, T>{to.dp.template child<Shortcut>(places[0]), dx},
                                       context.child(places[0]));
    to.dx.accumulate = true;
    unetpp::backward_pass<Inner, T>(p.template child<Inner>(places[1]), x, y, dy,
                                    Gradients<Inner, T>{to.dp.template child<Inner>(places[1]), to.dx},
                                    context.child(places[1]));
  }

  template <class Visitor, class Value>
  static constexpr Value walk(Visitor& visitor, Value x) {
    const Value shortcut = unetpp::walk<Shortcut>(visitor, x);
    return visitor.template add<rectified>(unetpp::walk<Inner>(visitor, x), shortcut);
  }

  template <template <class> class F>
  using MapLeaves = Residual<typename F<Inner>::type, typename F<Shortcut>::type>;

  static constexpr Interval inputs(FootprintAxis axis, Interval outputs) {
    const Interval a = detail::inputs_of<Inner>(axis, outputs), b = detail::inputs_of<Shortcut>(axis, outputs);
    return {std::min(a.first, b.first), std::max(a.last, b.last)};
  }
  /// The smallest one that both paths follow.
  static constexpr Shift shift(FootprintAxis axis) {
    const Shift a = detail::shift_of<Inner>(axis), b = detail::shift_of<Shortcut>(axis);
    const int both = std::lcm(a.in, b.in);
    return {both, a.out * (both / a.in)};
  }

  template <class P>
  static constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
    unetpp::plan_forward<Shortcut>(planner, first_slot + places[0].slot, purpose);
    unetpp::plan_forward<Inner>(planner, first_slot + places[1].slot, purpose);
  }
  template <class P>
  static constexpr void plan_backward(P& planner, int first_slot) {
    unetpp::plan_backward<Shortcut>(planner, first_slot + places[0].slot);
    unetpp::plan_backward<Inner>(planner, first_slot + places[1].slot);
  }

 private:
  static constexpr std::array<Place, 2> places = detail::places_of_children<Shortcut, Inner>(0);
};

}  // namespace unetpp
