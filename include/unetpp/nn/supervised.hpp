#pragma once
// Deep supervision: heads that judge features inside of a network while it is trained.

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/require_layer.hpp"
#include "unetpp/layers/supervision.hpp"
#include "unetpp/layers/walk.hpp"
#include "unetpp/nn/planner.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

/// A convolution from features to logits that only training computes. Its kind keeps it out of the numbers in the names of
/// the other convolutions.
template <Shape In, Conv2DConfig C>
struct ConvHead : Conv2D<In, C> {
  static constexpr const char* kind = "head";
  static constexpr std::size_t multiply_adds = 0;  // of a forward pass, which leaves it out
};

/// y = Next(x). In training, Head(x) are logits too: the gradient of their loss joins that of x.
///
/// A forward pass is Next's. A backward pass computes Head(x), asks the Supervision of its Context for the gradient of
/// these logits, and adds up both gradients of x; so nothing of a head is kept between the passes, and inference has none
/// of its work or memory. The parameters are Head's, then Next's.
/// Shapes  x: n×Next::in.  y: n×Next::out.  Head: from Next::in to logits of any size.
/// Extent  Level: 1 for the head nearest to the network's own output, 2 for the next one, ..., each once in a network
///         (head_shapes).
/// Errors  A Head that does not take what Next takes, or that ends in a fused ReLU, does not compile.
/// Source  Lee et al., "Deeply-Supervised Nets", AISTATS 2015.
template <class Next, class Head, int Level>
struct Supervised {
  using Children = std::tuple<Head, Next>;
  static_assert(!Head::rectified, "unetpp: Supervised's Head ends in a fused ReLU; it must put out logits");

  static constexpr Shape in =
      (require_layer<Next>(), require_layer<Head>(), require_same_shape<Head, Next::in, Head::in>(), Next::in);
  static constexpr Shape out = Next::out;
  static constexpr int level = Level;
  static constexpr Shape head_shape = Head::out;
  static constexpr std::size_t multiply_adds = Next::multiply_adds;
  static constexpr bool rectified = Next::rectified;
  static constexpr bool reads_output = Next::reads_output;
  /// Slots: the logits and their gradient, then those of the children.
  static constexpr int slots = 2 + slot_count<Head> + slot_count<Next>;

  static constexpr std::size_t scratch(std::size_t batch, int threads) {
    return std::max(Head::scratch(batch, threads), Next::scratch(batch, threads));
  }

  template <class T>
  static void forward(Tensors<Supervised> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    unetpp::forward_pass<Next, T>(p.template child<Next>(places[1]), x, y, context.child(places[1]));
  }

  template <class T>
  static void backward(Tensors<Supervised> p, BatchView<const T, in> x, BatchView<const T, out> y, BatchView<T, out> dy,
                       Gradients<Supervised, T> to, const Context& context) {
    if (context.supervision()) {
      head_backward(p, x, to, context);
      to.dx.accumulate = true;
    }
    unetpp::backward_pass<Next, T>(p.template child<Next>(places[1]), x, y, dy,
                                   Gradients<Next, T>{to.dp.template child<Next>(places[1]), to.dx},
                                   context.child(places[1]));
  }

  template <class Visitor, class Value>
  static constexpr Value walk(Visitor& visitor, Value x) {
    visitor.template head<Head>(x);
    return unetpp::walk<Next>(visitor, x);
  }

  template <template <class> class F>
  using MapLeaves = Supervised<typename F<Next>::type, typename F<Head>::type, Level>;

  static constexpr Interval inputs(FootprintAxis axis, Interval outputs) {
    return detail::inputs_of<Next>(axis, outputs);
  }
  static constexpr Shift shift(FootprintAxis axis) { return detail::shift_of<Next>(axis); }

  template <class P>
  static constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
    unetpp::plan_forward<Next>(planner, first_slot + places[1].slot, purpose);
  }
  template <class P>
  static constexpr void plan_backward(P& planner, int first_slot) {
    planner.take_floats(first_slot, Head::out.size());
    unetpp::plan_forward<Head>(planner, first_slot + places[0].slot, Purpose::training);
    planner.take_floats(first_slot + 1, Head::out.size());
    unetpp::plan_backward<Head>(planner, first_slot + places[0].slot);
    planner.release(first_slot + 1);
    planner.release(first_slot);
    unetpp::plan_backward<Next>(planner, first_slot + places[1].slot);
  }

 private:
  static constexpr std::array<Place, 2> places = detail::places_of_children<Head, Next>(2);

  /// A view as one of what T takes of the same memory.
  template <class T>
  static BatchView<T, head_shape> stored(BatchView<float, head_shape> view) {
    return {reinterpret_cast<T*>(view.data()), view.count()};
  }

  template <class T>
  static void head_backward(Tensors<Supervised> p, BatchView<const T, in> x, Gradients<Supervised, T> to,
                            const Context& context) {
    const Tensors<Head> own = p.template child<Head>(places[0]);
    const Context inside = context.child(places[0]);
    const auto logits = context.slot<float, head_shape>(0, x.count());
    const auto gradient = context.slot<float, head_shape>(1, x.count());
    const HeadLogits head{Level, x.count(), head_shape, pixels_of(logits), pixels_of(gradient)};
    // What is stored as another type takes the memory of the floats that are not needed then.
    const BatchView<T, head_shape> y = stored<T>(std::is_same_v<T, float> ? logits : gradient);
    const BatchView<T, head_shape> dy = stored<T>(std::is_same_v<T, float> ? gradient : logits);
    unetpp::forward_pass<Head, T>(own, x, y, inside);
    if constexpr (!std::is_same_v<T, float>) {
      static_assert(!Head::reads_output, "unetpp: a head of bfloat16 must not read its output in its backward pass");
      kernels::convert(x.count() * head_shape.size(), y.data(), logits.data(), context.threads());
    }
    context.supervision()->supervise(head, context.scratch());
    if constexpr (!std::is_same_v<T, float>)
      kernels::convert(x.count() * head_shape.size(), gradient.data(), dy.data(), context.threads());
    unetpp::backward_pass<Head, T>(own, x, y, dy, Gradients<Head, T>{to.dp.template child<Head>(places[0]), to.dx},
                                   inside);
  }
};

namespace detail {

/// Calls f(level, shape) for every head of a network.
template <class L, class F>
constexpr void for_each_head(const F& f) {
  if constexpr (Combinator<L>) {
    if constexpr (requires { L::head_shape; }) f(L::level, L::head_shape);
    [&]<class... Ls>(std::type_identity<std::tuple<Ls...>>) {
      (for_each_head<Ls>(f), ...);
    }(std::type_identity<typename L::Children>{});
  }
}

/// Does not compile unless all heads of a network have levels of their own, from 1 on.
template <class Net, bool Numbered>
consteval void require_numbered_heads() {
  static_assert(
      Numbered,
      "unetpp: the Supervised layers of Net need the Levels 1, 2, ... and no other, each once, and at most 7");
}

}  // namespace detail

template <class Net>
inline constexpr int head_count = [] {
  int count = 0;
  detail::for_each_head<Net>([&](int, Shape) { ++count; });
  return count;
}();

/// Shapes of the logits of a network's heads: of level 1, 2, ...
template <class Net>
inline constexpr std::array<Shape, head_count<Net>> head_shapes = [] {
  constexpr int most = std::min(head_count<Net>, most_supervised_levels);
  constexpr bool numbered = [] {
    std::array<int, 1 + most> heads{};  // of each level; at 0, of those that are none
    detail::for_each_head<Net>([&](int level, Shape) { ++heads[level > 0 && level <= most ? level : 0]; });
    return heads[0] == 0 && *std::max_element(heads.begin(), heads.end()) <= 1;
  }();
  detail::require_numbered_heads<Net, numbered>();
  std::array<Shape, head_count<Net>> shapes{};
  if constexpr (numbered) detail::for_each_head<Net>([&](int level, Shape shape) { shapes[level - 1] = shape; });
  return shapes;
}();

}  // namespace unetpp

#pragma GCC diagnostic pop
