#pragma once
// What `fit` tells those who listen, and how they can end it.
//
// A callback is anything that can be called with one or more of the events below (a lambda: [](const EpochEnd& e)
// {...}), or a type with one or more of the members on_fit_begin, on_epoch_begin, on_batch_end,
// on_validation_batch_end, on_epoch_end, on_resume_point and on_fit_end. If it has a member stop() that returns true,
// fit ends after the batch (also one of validation) or the epoch that it is at.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include "unetpp/core/shape.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

/// Where a line of warning goes unless told otherwise: to standard error.
inline void print_warning(const std::string& line) {
  std::fprintf(stderr, "warning: %s\n", detail::one_line(line).c_str());
}

/// The first event.
struct FitBegin {
  int epoch;                   // that is the first to be trained, perhaps in part
  int epochs;                  // how many there will be
  const TrainingState& start;  // of what was trained before
};

struct EpochBegin {
  int epoch;   // 1, 2, ...
  int epochs;  // how many there will be
};

/// A batch that was trained on. The pointers are good during the call only.
/// Shapes  images: n×image, pixels `pixel_stride` apart.  labels: n×{output.height, output.width}, dense.
struct BatchEnd {
  int epoch;
  int epochs;
  std::size_t samples;      // images trained on in this epoch
  std::size_t all_samples;  // images of a whole epoch
  double loss;              // of this batch
  double mean_loss;         // of the epoch so far
  double seconds;           // since the epoch began
  Shape image;
  Shape output;  // its channels are the classes
  const float* images;
  std::size_t pixel_stride;
  std::span<const std::uint8_t> labels;
  int ignore_label;  // -1: none

  std::size_t count() const { return labels.size() / output.pixels(); }
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
  int ignore_label;         // -1: none
  int class_left_out = -1;  // that means leave out; -1: none
  // Where these images are among all that the validation source was given, and which of those are skipped; both empty where
  // it does not know.
  std::span<const std::size_t> positions = {};
  std::span<const std::size_t> skipped = {};

  std::size_t count() const { return predicted.size() / output.pixels(); }
};

/// After each batch and after each epoch, when all were told of it: training can go on from here, by FitConfig::start.
struct ResumePoint {
  int epoch;
  int epochs;
  const TrainingState& state;
  bool stopping;  // whether fit ends here since a callback's stop() was true; the epoch is then perhaps not over
};

/// The last event, unless something was thrown.
struct FitEnd {
  int epoch;
  int epochs;
  const TrainingState& state;
};

namespace detail {

/// Calls the member for an event.
template <class C>
auto call_member(C& c, const FitBegin& e) -> decltype(c.on_fit_begin(e)) {
  return c.on_fit_begin(e);
}
template <class C>
auto call_member(C& c, const EpochBegin& e) -> decltype(c.on_epoch_begin(e)) {
  return c.on_epoch_begin(e);
}
template <class C>
auto call_member(C& c, const BatchEnd& e) -> decltype(c.on_batch_end(e)) {
  return c.on_batch_end(e);
}
template <class C>
auto call_member(C& c, const ValidationBatchEnd& e) -> decltype(c.on_validation_batch_end(e)) {
  return c.on_validation_batch_end(e);
}
template <class C>
auto call_member(C& c, const EpochEnd& e) -> decltype(c.on_epoch_end(e)) {
  return c.on_epoch_end(e);
}
template <class C>
auto call_member(C& c, const ResumePoint& e) -> decltype(c.on_resume_point(e)) {
  return c.on_resume_point(e);
}
template <class C>
auto call_member(C& c, const FitEnd& e) -> decltype(c.on_fit_end(e)) {
  return c.on_fit_end(e);
}

template <class C, class Event>
concept HasMember = requires(C& callback, const Event& event) {
  detail::call_member(callback, event);
};
template <class C>
concept CanStop = requires(C& callback) {
  { callback.stop() } -> std::convertible_to<bool>;
};
template <class C, class... Events>
concept HearsAny = ((HasMember<C, Events> || std::invocable<C&, const Events&>) || ...);
template <class C>
concept Callback =
    CanStop<C> || HearsAny<C, FitBegin, EpochBegin, BatchEnd, ValidationBatchEnd, EpochEnd, ResumePoint, FitEnd>;

template <class C, class Event>
void notify(C& callback, const Event& event) {
  if constexpr (HasMember<C, Event>)
    detail::call_member(callback, event);
  else if constexpr (std::invocable<C&, const Event&>)
    callback(event);
}

template <class C>
bool wants_stop(C& callback) {
  if constexpr (CanStop<C>)
    return callback.stop();
  else
    return false;
}

}  // namespace detail

}  // namespace unetpp
