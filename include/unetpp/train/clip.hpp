#pragma once

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/optimizer.hpp"
#include "unetpp/train/trainer.hpp"

namespace unetpp {

/// Makes gradients shorter whose global norm, the root of the sum of all squares, is larger than `most`: times most / norm,
/// as Keras's global_clipnorm. PyTorch's clip_grad_norm_ divides by norm + 1e-6 instead. For FitConfig::clip.
/// Errors  ArgumentError for a norm that is not positive, or not finite. The function throws NonFiniteLossError where the
///         gradients' norm is no finite number; the step then ends before parameters are changed.
/// Source  Pascanu et al., ICML 2013.
inline GradientFunction clip_by_global_norm(double most, int threads = max_threads()) {
  if (!(most > 0) || !std::isfinite(most))
    throw ArgumentError("unetpp: clip_by_global_norm: expected a norm above 0 that is finite, found " +
                        std::to_string(most));
  require_threads(threads, "unetpp: clip_by_global_norm");
  return [most, threads, sums = std::vector<double>()](std::span<float> gradients) mutable {
    sums.resize(kernels::sum_of_squares_scratch(gradients.size()));
    const double norm = std::sqrt(kernels::sum_of_squares(gradients.size(), gradients.data(), sums.data(), threads));
    if (!std::isfinite(norm))
      throw NonFiniteLossError("unetpp: the norm of the gradients became " + std::to_string(norm) +
                               "; lower the learning rate or look for bad values in the images");
    if (norm > most) kernels::scale(gradients.size(), static_cast<float>(most / norm), gradients.data(), threads);
  };
}

}  // namespace unetpp
