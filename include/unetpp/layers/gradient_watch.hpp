#pragma once

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// Who wants to know, while a backward pass goes on, which of the parameters' gradients are complete: those from `first` on,
/// since the last layers' come first. Told in the thread that runs the pass, between layers.
class GradientWatch {
 public:
  virtual void complete_from(const float* first) = 0;

 protected:
  GradientWatch() = default;
  GradientWatch(const GradientWatch&) = default;
  GradientWatch& operator=(const GradientWatch&) = default;
  ~GradientWatch() = default;
};

}  // namespace unetpp
