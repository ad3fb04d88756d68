#pragma once
// A network whose leaves measure how long they run: the same layers, each wrapped in one that looks at the clock.

#include <unetpp/unet.hpp>
#include <utility>

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

  template <class... Args>
  static void forward(Args&&... args) {
    const double start = seconds_now();
    L::forward(std::forward<Args>(args)...);
    times_of<L>.forward += seconds_now() - start;
  }
  template <class... Args>
  static void backward(Args&&... args) {
    const double start = seconds_now();
    L::backward(std::forward<Args>(args)...);
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
