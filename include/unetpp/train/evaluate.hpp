#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "unetpp/core/error.hpp"
#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/evaluator.hpp"

namespace unetpp {

namespace detail {

struct Unwatched {
  void operator()(std::size_t, std::span<const std::uint8_t>) const {}
};

}  // namespace detail

/// A pass over a loader's first epoch without training. After each batch, `watch` is called with the number of images
/// so far and the batch's predicted classes; it may return false to end the pass there.
/// Errors  NonFiniteLossError at the first batch whose loss, or the output of one of whose pixels, is NaN or infinite;
///         ArgumentError if the loader has no images.
template <Layer Net, BatchSource<Net> Data, class Watch = detail::Unwatched>
Evaluation evaluate(Evaluator<Net>& evaluator, const Parameters<Net>& parameters, Data& loader,
                    const Watch& watch = {}) {
  Evaluation evaluation = evaluator.begin();
  std::size_t samples = 0;
  for (loader.start_epoch(0); loader.next();) {
    const std::span<const std::uint8_t> predicted =
        evaluator.add(parameters, loader.images(), loader.labels(), evaluation);
    samples += loader.images().count();
    if constexpr (std::is_void_v<decltype(watch(samples, predicted))>)
      watch(samples, predicted);
    else if (!watch(samples, predicted))
      break;
  }
  if (samples == 0) throw ArgumentError("unetpp: there are no images to validate with");
  return evaluation;
}

}  // namespace unetpp
