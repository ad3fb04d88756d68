#pragma once
// What every layer is: the whole contract. To write a layer, read this file and copy layers/relu.hpp.
//
// A layer is a type without objects, derived from LayerDefaults: constexpr facts and two static functions.
//
//   kind                 its name in tables and files, such as "conv2d"
//   in, out              shapes of one image before and after
//   footprint            the window of inputs that an output depends on (layers/footprint.hpp)
//   forward<T>(p, x, y, context)
//   backward<T>(p, x, y, dy, to, context)
//                        of values that are stored as T: float, or BFloat16 (core/bfloat16.hpp). A layer that is for
//                        floats alone may have functions that are no templates
//
// and, where LayerDefaults does not say what is true of it:
//
//   tensors              its trained tensors and statistics, by role (layers/tensors.hpp): p[i] is tensor i
//   multiply_adds        multiplications of one image's forward pass
//   rectified            whether the output went through a fused ReLU. Whoever computes the gradient of that output
//                        zeroes it where the output is not positive (InputGradient::rectified asks for it)
//   reads_output         whether backward reads y; if not, y's memory may be another's by then. A layer that does is never
//                        asked to accumulate its output
//   kept                 floats that it keeps from forward to backward in training
//   scratch(n, t)        floats of scratch memory that a pass of n images or less needs on t threads
//
// forward writes y as its OutputTarget says, backward writes to.dx as its InputGradient says and adds to to.dp; both in
// layers/targets.hpp. Backward may overwrite dy unless it takes it as const, which a Residual's Shortcut must. Parameters
// and statistics are float and change between steps only: what a batch shows of a statistic goes the way of gradients,
// times Pass::share, into to.dp. The context (layers/context.hpp) says whether
// this is training, draws the step's random numbers, and has the memory. Pieces of work are cut by their own size, never
// by the number of threads (core/parallel.hpp), so that results have the same bits on any number.
//
// A combinator is a layer that is made of layers, whose passes it runs by forward_pass and backward_pass (below);
// nn/skip_concat.hpp is one. Instead of kind, footprint, tensors and kept
// it has
//
//   Children             a std::tuple of them, in the order of execution; its parameters are theirs, one after the other
//   slots                how many values it places in the plan's memory, those of its children included
//   plan_forward(planner, first slot, purpose), plan_backward(planner, first slot)   when each lives (nn/planner.hpp)
//   inputs(axis, outputs), shift(axis)       what its outputs depend on, as AxisFootprint's
//   walk(visitor, x)     how values run through its children (layers/walk.hpp)
//   MapLeaves<F>         the same with F<leaf>::type for every leaf

#include <array>
#include <concepts>
#include <cstddef>

#include "unetpp/core/tensor.hpp"
#include "unetpp/layers/context.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/targets.hpp"
#include "unetpp/layers/tensors.hpp"

namespace unetpp {

/// What is true of a layer unless it says otherwise: no tensors, no arithmetic, nothing fused, nothing kept.
struct LayerDefaults {
  static constexpr std::array<LayerTensor, 0> tensors{};
  static constexpr std::size_t multiply_adds = 0;
  static constexpr bool rectified = false;
  static constexpr bool reads_output = false;
  static constexpr Kept kept{};
  static constexpr std::size_t scratch(std::size_t, int) { return 0; }
};

namespace detail {

template <class L>
concept HasShapes = requires {
  { L::in } -> std::convertible_to<Shape>;
  { L::out } -> std::convertible_to<Shape>;
};
template <class L>
concept HasFacts = requires {
  { L::multiply_adds } -> std::convertible_to<std::size_t>;
  { L::rectified } -> std::convertible_to<bool>;
  { L::reads_output } -> std::convertible_to<bool>;
  { L::scratch(std::size_t{1}, 1) } -> std::convertible_to<std::size_t>;
};
/// Whether a layer's passes are templates of what values are stored as, and whether they are functions of floats.
template <class L, class T>
concept HasForwardOf = requires(Tensors<L> p, BatchView<const T, L::in> x, BatchView<T, L::out> y,
                                const Context& context) {
  L::template forward<T>(p, x, OutputTarget<L::out, T>(y), context);
};
template <class L, class T>
concept HasBackwardOf = requires(Tensors<L> p, BatchView<const T, L::in> x, BatchView<const T, L::out> y,
                                 BatchView<T, L::out> dy, Gradients<L, T> to, const Context& context) {
  L::template backward<T>(p, x, y, dy, to, context);
};
template <class L>
concept HasForward = HasForwardOf<L, float> ||
    requires(Tensors<L> p, BatchView<const float, L::in> x, BatchView<float, L::out> y, const Context& context) {
  L::forward(p, x, OutputTarget<L::out>(y), context);
};
template <class L>
concept HasBackward = HasBackwardOf<L, float> ||
    requires(Tensors<L> p, BatchView<const float, L::in> x, BatchView<const float, L::out> y,
             BatchView<float, L::out> dy, Gradients<L> to, const Context& context) {
  L::backward(p, x, y, dy, to, context);
};

/// Does not compile unless the layer L can be computed of values that are stored as T.
template <class L, class T, bool Written>
consteval void require_stored_as() {
  static_assert(Written,
                "unetpp: the layer L is written for floats, and this network stores its values as bfloat16; make its "
                "forward and backward templates of the stored type T, as those in layers/relu.hpp are");
}

}  // namespace detail

template <class L>
concept Layer = detail::HasShapes<L> && detail::HasFacts<L> && detail::HasForward<L> && detail::HasBackward<L>;

/// A layer's passes, of values that are stored as T.
template <class L, class T>
void forward_pass(Tensors<L> p, BatchView<const T, L::in> x, OutputTarget<L::out, T> y, const Context& context) {
  if constexpr (detail::HasForwardOf<L, T>)
    L::template forward<T>(p, x, y, context);
  else if constexpr (std::is_same_v<T, float>)
    L::forward(p, x, y, context);
  else
    detail::require_stored_as<L, T, false>();
}
template <class L, class T>
void backward_pass(Tensors<L> p, BatchView<const T, L::in> x, BatchView<const T, L::out> y, BatchView<T, L::out> dy,
                   Gradients<L, T> to, const Context& context) {
  if constexpr (detail::HasBackwardOf<L, T>)
    L::template backward<T>(p, x, y, dy, to, context);
  else if constexpr (std::is_same_v<T, float>)
    L::backward(p, x, y, dy, to, context);
  else
    detail::require_stored_as<L, T, false>();
}

template <class L>
concept Combinator = requires {
  typename L::Children;
};

}  // namespace unetpp
