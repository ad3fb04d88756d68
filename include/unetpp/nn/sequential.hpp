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
    std::size_t most = 0;
    ((most = std::max(most, Ls::scratch(batch, threads))), ...);
    return most;
  }

  template <class T>
  static void forward(Tensors<Sequential> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    const Values<const T> from{x, y.view, 0, context};
    const Values<T> to{{}, y.view, 0, context};
    [&]<int... I>(std::integer_sequence<int, I...>) {  // here and below no function of its own for each child
      (unetpp::forward_pass<Child<I>, T>(p.template child<Child<I>>(place(I)), from.template value<I - 1>(),
                                         {to.template value<I>(), I == count - 1 && y.accumulate},
                                         context.child(place(I))),
       ...);
    }
    (Forwards());
  }

  template <class T>
  static void backward(Tensors<Sequential> p, BatchView<const T, in> x, BatchView<const T, out> y, BatchView<T, out> dy,
                       Gradients<Sequential, T> to, const Context& context) {
    const Values<const T> values{x, y, 0, context};
    const Values<T> gradients{to.dx.view, dy, count - 1, context};
    [&]<int... I>(std::integer_sequence<int, I...>) {
      ((unetpp::backward_pass<Child<I>, T>(
            p.template child<Child<I>>(place(I)), values.template value<I - 1>(), values.template value<I>(),
            gradients.template value<I>(),
            {to.dp.template child<Child<I>>(place(I)),
             {gradients.template value<I - 1>(), I == 0 && to.dx.accumulate, rectified_before(I, to.dx.rectified)}},
            context.child_in_turn(place(I))),
        context.complete_from(to.dp.trained() + place(I).trained)),
       ...);
    }
    (Backwards());
  }

  template <class Visitor, class Value>
  static constexpr Value walk(Visitor& visitor, Value x) {
    ((x = unetpp::walk<Ls>(visitor, x)), ...);
    return x;
  }

  template <template <class> class F>
  using MapLeaves = Sequential<typename F<Ls>::type...>;

  static constexpr Interval inputs(FootprintAxis axis, Interval outputs) {
    for_each_child(Backwards(), [&]<int I>() { outputs = detail::inputs_of<Child<I>>(axis, outputs); });
    return outputs;
  }

  static constexpr Shift shift(FootprintAxis axis) {
    Shift all;
    for_each_child(Forwards(), [&]<int I>() {
      const Shift next = detail::shift_of<Child<I>>(axis);
      const int between = std::lcm(all.out, next.in);  // so many pixels that both can follow
      all = {all.in * (between / all.out), next.out * (between / next.in)};
    });
    return all;
  }

  template <class P>
  static constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
    for_each_child(Forwards(), [&]<int I>() {
      if (first_user(I)) take<I>(planner, first_slot);
      unetpp::plan_forward<Child<I>>(planner, first_slot + place(I).slot, purpose);
      if (purpose == Purpose::inference && I > 0 && owner(I - 1) == I - 1) planner.release(first_slot + I - 1);
    });
  }

  template <class P>
  static constexpr void plan_backward(P& planner, int first_slot) {
    constexpr int gradients = count - 1;
    for_each_child(Backwards(), [&]<int I>() {
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
  template <int... I>
  static std::integer_sequence<int, count - 1 - I...> backwards(std::integer_sequence<int, I...>);
  using Forwards = std::make_integer_sequence<int, count>;  // the numbers of the children
  using Backwards = decltype(backwards(Forwards()));

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

  /// Whether what child i reads went through a fused ReLU; of the first one that is given.
  static constexpr bool rectified_before(int i, bool input) {
    constexpr std::array<bool, count> rectified{Ls::rectified...};
    return i == 0 ? input : rectified[static_cast<std::size_t>(i) - 1];
  }

  template <int... I, class F>
  static constexpr void for_each_child(std::integer_sequence<int, I...>, F&& f) {
    (f.template operator()<I>(), ...);
  }

  /// The values from the input, number -1, to the output, or their gradients.
  template <class T>
  struct Values {
    BatchView<T, in> input;
    BatchView<T, out> output;
    int first_slot;
    const Context& context;

    template <int I>
    auto value() const {
      if constexpr (I == -1)
        return input;
      else if constexpr (I == count - 1)
        return output;
      else if constexpr (owner(I) != I)
        return Child<I + 1>::input_slice(value<I + 1>());
      else
        return context.template slot<T, Child<I>::out>(first_slot + I, output.count());
    }
  };
};

}  // namespace unetpp
