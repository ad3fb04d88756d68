#pragma once
// A network whose leaves measure how long they run: the same layers, each wrapped in one that looks at the clock.

#include <unetpp/unet.hpp>

#include "measure.hpp"

namespace bench {

/// Seconds that a layer has run.
struct Times {
  double forward = 0;
  double backward = 0;
};

/// Those of all layers of type L together.
template <class L>
inline Times times_of;

template <unetpp::Layer L>
struct Timed : L {
  using Untimed = L;

  template <class T>
  static void forward(unetpp::Tensors<Timed> p, unetpp::BatchView<const T, L::in> x, unetpp::OutputTarget<L::out, T> y,
                      const unetpp::Context& context) {
    const double start = seconds_now();
    unetpp::forward_pass<L, T>(p, x, y, context);
    times_of<L>.forward += seconds_now() - start;
  }
  template <class T>
  static void backward(unetpp::Tensors<Timed> p, unetpp::BatchView<const T, L::in> x,
                       unetpp::BatchView<const T, L::out> y, unetpp::BatchView<T, L::out> dy,
                       unetpp::Gradients<Timed, T> to, const unetpp::Context& context) {
    const double start = seconds_now();
    unetpp::backward_pass<L, T>(p, x, y, dy, to, context);
    times_of<L>.backward += seconds_now() - start;
  }
};

template <class L>
struct TimedLeaf {
  using type = Timed<L>;
};
template <unetpp::Combinator L>
struct TimedLeaf<L> {
  using type = typename L::template MapLeaves<TimedLeaf>;
};

template <class Net>
using TimedNet = typename TimedLeaf<Net>::type;

}  // namespace bench
