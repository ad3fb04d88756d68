#pragma once
// What `fit` tells those who listen.
//
// A callback is anything that can be called with one or more of the events below (a lambda: [](const EpochEnd& e)
// {...}), or a type with one or more of the members on_epoch_begin, on_batch_end, on_validation_batch_end and
// on_epoch_end.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "unetpp/core/shape.hpp"
#include "unetpp/train/trainer.hpp"

namespace unetpp {

struct EpochBegin {
  int epoch;   // 1, 2, ...
  int epochs;  // how many there will be
};

struct BatchEnd {
  int epoch;
  int epochs;
  std::size_t samples;      // images trained on in this epoch
  std::size_t all_samples;  // images of a whole epoch
  double loss;              // of this batch
  double mean_loss;         // of the epoch so far
  double seconds;           // since the epoch began
};

/// A batch of the validation pass, with what the network made of it. The pointers are good during the call only.
/// Shapes  images: n×image, pixels `pixel_stride` apart.  labels, predicted: n×{output.height, output.width}, dense.
struct ValidationBatchEnd {
  int epoch;
  int epochs;
  std::size_t samples;      // images of this pass, with this batch; they come in the same order every epoch
  std::size_t all_samples;  // images of the whole pass
  Shape image;
  Shape output;  // its channels are the classes
  const float* images;
  std::size_t pixel_stride;
  std::span<const std::uint8_t> labels;
  std::span<const std::uint8_t> predicted;
  int ignore_label;  // -1: none

  std::size_t count() const { return predicted.size() / output.pixels(); }
};

struct EpochEnd {
  int epoch;
  int epochs;
  double train_loss;                     // mean over the epoch's pixels, each batch before its own step
  std::optional<Evaluation> validation;  // after the epoch's last step
  double seconds;                        // of training and validation
  double images_per_second;              // training images over the time that training took, waiting for them included
};

namespace detail {

template <class Callback>
void notify(Callback& callback, const EpochBegin& event) {
  if constexpr (requires { callback.on_epoch_begin(event); })
    callback.on_epoch_begin(event);
  else if constexpr (std::invocable<Callback&, const EpochBegin&>)
    callback(event);
}

template <class Callback>
void notify(Callback& callback, const BatchEnd& event) {
  if constexpr (requires { callback.on_batch_end(event); })
    callback.on_batch_end(event);
  else if constexpr (std::invocable<Callback&, const BatchEnd&>)
    callback(event);
}

template <class Callback>
void notify(Callback& callback, const ValidationBatchEnd& event) {
  if constexpr (requires { callback.on_validation_batch_end(event); })
    callback.on_validation_batch_end(event);
  else if constexpr (std::invocable<Callback&, const ValidationBatchEnd&>)
    callback(event);
}

template <class Callback>
void notify(Callback& callback, const EpochEnd& event) {
  if constexpr (requires { callback.on_epoch_end(event); })
    callback.on_epoch_end(event);
  else if constexpr (std::invocable<Callback&, const EpochEnd&>)
    callback(event);
}

template <class C>
concept Callback = std::invocable<C&, const EpochBegin&> || std::invocable<C&, const BatchEnd&> ||
    std::invocable<C&, const ValidationBatchEnd&> || std::invocable<C&, const EpochEnd&> ||
    requires(C& c, const EpochBegin& e) {
  c.on_epoch_begin(e);
} || requires(C& c, const BatchEnd& e) {
  c.on_batch_end(e);
} || requires(C& c, const ValidationBatchEnd& e) {
  c.on_validation_batch_end(e);
} || requires(C& c, const EpochEnd& e) {
  c.on_epoch_end(e);
};

}  // namespace detail

}  // namespace unetpp
