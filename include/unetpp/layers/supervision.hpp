#pragma once
// How the heads of a network (nn/supervised.hpp), which know no loss, come by the gradients of theirs.

#include <cstddef>

#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/operands.hpp"

namespace unetpp {

/// Heads that a network can have.
inline constexpr int most_supervised_levels = 7;

/// What a head put out for a batch.
/// Shapes  logits, gradient: images×shape.
struct HeadLogits {
  int level;  // of the head: 1 is the one below the network's own output
  std::size_t images;
  Shape shape;
  kernels::ConstPixels<float> logits;
  kernels::Pixels<float> gradient;  // to be written
};

/// Who has a loss and labels for the heads of a network; asked in a backward pass, once for each of them.
class Supervision {
 public:
  /// Writes the gradient of a head's logits.
  virtual void supervise(const HeadLogits& head, kernels::Scratch scratch) = 0;

 protected:
  Supervision() = default;
  Supervision(const Supervision&) = default;
  Supervision& operator=(const Supervision&) = default;
  ~Supervision() = default;
};

}  // namespace unetpp
