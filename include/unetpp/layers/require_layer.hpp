#pragma once

#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// Does not compile unless L is a layer; the message says what it lacks first.
template <class L>
consteval void require_layer() {
  static_assert(detail::HasShapes<L>, "unetpp: the layer L needs members `in` and `out` of type Shape");
  if constexpr (detail::HasShapes<L>) {
    static_assert(detail::HasFacts<L>, "unetpp: the layer L needs the facts of LayerDefaults: derive it from that");
    static_assert(
        Combinator<L> ||
            requires {
              L::kind;
              L::footprint;
              L::tensors;
              L::kept;
            },
        "unetpp: the layer L needs members `kind` and `footprint`, and those of LayerDefaults");
    static_assert(detail::HasForward<L>,
                  "unetpp: the layer L needs a static function forward(p, x, y, context) as in layers/layer.hpp");
    static_assert(
        detail::HasBackward<L>,
        "unetpp: the layer L needs a static function backward(p, x, y, dy, to, context) as in layers/layer.hpp");
  }
}

}  // namespace unetpp
