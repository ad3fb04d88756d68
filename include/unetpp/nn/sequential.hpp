#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/require_layer.hpp"
#include "unetpp/layers/walk.hpp"
#include "unetpp/nn/planner.hpp"

namespace unetpp {

namespace detail {

/// Whether a layer reads its input from a slice of its own output (SkipConcat).
template <class L>
inline constexpr bool input_in_output = requires {
  L::template input_slice<float>;
};

}  // namespace detail

/// Layers one after the other.
///
/// Value i is what child i puts out; the last one is the caller's y. A value lives in a slot of its own, unless the
/// next child wants its input inside its output: then it is written there at once. Gradients live likewise.
/// Shapes  x: n×(the first child's in).  y: n×(the last child's out).
/// Errors  A child whose `in` differs from the `out` before it does not compile.
template <class... Ls>
struct Sequential {
  using Children = std::tuple<Ls...>;
  template <int I>
  using Child = std::tuple_element_t<I, Children>;

  static constexpr int count = sizeof...(Ls);
  static_assert(count > 0, "unetpp: an empty Sequential");

  /// Compiles only if the children are layers and each takes what the one before puts out.
  static constexpr bool connected = []<int... I>(std::integer_sequence<int, I...>) {
    (require_layer<Ls>(), ...);
    (require_same_shape<Child<I + 1>, Child<I>::out, Child<I + 1>::in>(), ...);
    return true;
  }
  (std::make_integer_sequence<int, count - 1>{});

  static constexpr Shape in = connected ? Child<0>::in : Shape{};
  static constexpr Shape out = Child<count - 1>::out;
  static constexpr std::size_t multiply_adds = (Ls::multiply_adds + ...);
  static constexpr bool rectified = Child<count - 1>::rectified;
  static constexpr bool reads_output = Child<count - 1>::reads_output;
  /// Slots: the values but the last, their gradients, then those of the children.
  static constexpr int slots = 2 * (count - 1) + (slot_count<Ls> + ...);

  static constexpr std::size_t scratch(std::size_t batch, int threads) {
    return std::max({Ls::scratch(batch, threads)...});
  }

  template <class T>
  static void forward(Tensors<Sequential> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    for_each_child([&]<int I>() {
      OutputTarget<Child<I>::out, T> target(value<I>(y.view, context));
      if constexpr (I == count - 1) target.accumulate = y.accumulate;
      unetpp::forward_pass<Child<I>, T>(p.template child<Child<I>>(place(I)),
                                        input<I, T>(x, BatchView<const T, out>(y.view), context), target,
                                        context.child(place(I)));
    });
  }

  template <class T>
  static void backward(Tensors<Sequential> p, BatchView<const T, in> x, BatchView<const T, out> y, BatchView<T, out> dy,
                       Gradients<Sequential, T> to, const Context& context) {
    for_each_child([&]<int J>() {
      constexpr int I = count - 1 - J;
      InputGradient<Child<I>::in, T> dx;
      if constexpr (I == 0)
        dx = to.dx;
      else
        dx = {.view = gradient<I - 1>(dy, context), .rectified = Child<I - 1>::rectified};
      unetpp::backward_pass<Child<I>, T>(p.template child<Child<I>>(place(I)), input<I, T>(x, y, context),
                                         value<I>(y, context), gradient<I>(dy, context),
                                         Gradients<Child<I>, T>{to.dp.template child<Child<I>>(place(I)), dx},
                                         context.child_in_turn(place(I)));
      context.complete_from(to.dp.template child<Child<I>>(place(I)).trained());
    });
  }

  template <class Visitor, class Value>
  static constexpr Value walk(Visitor& visitor, Value x) {
    ((x = unetpp::walk<Ls>(visitor, x)), ...);
    return x;
  }

  template <template <class> class F>
  using MapLeaves = Sequential<typename F<Ls>::type...>;

  static constexpr Interval inputs(FootprintAxis axis, Interval outputs) {
    for_each_child([&]<int J>() { outputs = detail::inputs_of<Child<count - 1 - J>>(axis, outputs); });
    return outputs;
  }

  static constexpr Shift shift(FootprintAxis axis) {
    Shift all;
    for_each_child([&]<int I>() {
      const Shift next = detail::shift_of<Child<I>>(axis);
      const int between = std::lcm(all.out, next.in);  // so many pixels that both can follow
      all = {all.in * (between / all.out), next.out * (between / next.in)};
    });
    return all;
  }

  template <class P>
  static constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
    for_each_child([&]<int I>() {
      if (first_user(I)) take<I>(planner, first_slot);
      unetpp::plan_forward<Child<I>>(planner, first_slot + place(I).slot, purpose);
      if (purpose == Purpose::inference && I > 0 && owner(I - 1) == I - 1) planner.release(first_slot + I - 1);
    });
  }

  template <class P>
  static constexpr void plan_backward(P& planner, int first_slot) {
    constexpr int gradients = count - 1;
    for_each_child([&]<int J>() {
      constexpr int I = count - 1 - J;
      if constexpr (I > 0)
        if (owner(I - 1) == I - 1) planner.take(first_slot + gradients + I - 1, Child<I - 1>::out.size());
      unetpp::plan_backward<Child<I>>(planner, first_slot + place(I).slot);
      if (first_user(I)) planner.release(first_slot + gradients + owner(I));
      if (first_user(I) && Child<I>::reads_output) planner.release(first_slot + owner(I));
      if constexpr (I > 0)
        if (first_user(I - 1) && !Child<I - 1>::reads_output) planner.release(first_slot + owner(I - 1));
    });
  }

 private:
  static constexpr std::array<Place, count> places = detail::places_of_children<Ls...>(2 * (count - 1));
  static constexpr const Place& place(int child) { return places[static_cast<std::size_t>(child)]; }

  /// The value in whose memory value i lies.
  static constexpr int owner(int i) {
    constexpr std::array<bool, count> in_output{detail::input_in_output<Ls>...};
    while (i + 1 < count && in_output[static_cast<std::size_t>(i) + 1]) ++i;
    return i;
  }
  /// Whether value i is the first written in the memory that it lies in, and that memory is a slot.
  static constexpr bool first_user(int i) { return owner(i) != count - 1 && (i == 0 || owner(i - 1) != owner(i)); }

  template <int I, class P>
  static constexpr void take(P& planner, int first_slot) {
    constexpr int o = owner(I);
    planner.take(first_slot + o, Child<o>::out.size());
  }

  template <class F>
  static constexpr void for_each_child(F&& f) {
    [&]<int... I>(std::integer_sequence<int, I...>) { (f.template operator()<I>(), ...); }
    (std::make_integer_sequence<int, count>{});
  }

  template <int I, class T>
  static BatchView<T, Child<I>::out> slot_view(int first_slot, BatchView<T, out> last, const Context& context) {
    if constexpr (I == count - 1)
      return last;
    else if constexpr (owner(I) != I)
      return Child<I + 1>::input_slice(slot_view<I + 1>(first_slot, last, context));
    else
      return context.template slot<T, Child<I>::out>(first_slot + I, last.count());
  }
  template <int I, class T>
  static auto value(BatchView<T, out> y, const Context& context) {
    return slot_view<I>(0, y, context);
  }
  template <int I, class T>
  static auto gradient(BatchView<T, out> dy, const Context& context) {
    return slot_view<I>(count - 1, dy, context);
  }
  template <int I, class T>
  static BatchView<const T, Child<I>::in> input(BatchView<const T, in> x, BatchView<const T, out> y,
                                                const Context& context) {
    if constexpr (I == 0)
      return x;
    else
      return value<I - 1>(y, context);
  }
};

}  // namespace unetpp
