#pragma once
// The memory of one network at work, planned when it is compiled and allocated once.

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/supervision.hpp"
#include "unetpp/layers/walk.hpp"
#include "unetpp/nn/planner.hpp"
#include "unetpp/nn/precision.hpp"

namespace unetpp {

namespace detail {

/// The view of a Batch or a Tensor, or a view itself.
template <class Images>
auto view_of(const Images& images) {
  if constexpr (requires { images.view(); })
    return images.view();
  else
    return images;
}

/// Errors  ArgumentError for no images, or more than fit.
inline void require_fits(std::size_t images, std::size_t capacity) {
  if (images == 0 || images > capacity)
    throw ArgumentError("unetpp: expected a batch of 1 to " + std::to_string(capacity) + " images, found " +
                        std::to_string(images) +
                        "; PredictorConfig::batch, or a workspace's capacity, is how many fit");
}

}  // namespace detail

/// Memory for a network's values, for up to `capacity` images at once; one per thread that uses the network.
///
/// With Purpose::training the activations stay for `backward`, which reuses their memory for gradients as it goes: call
/// it once after each `forward`. With Purpose::inference a value's memory is reused as soon as it has been read.
/// Subnormal numbers are zero in both (FlushSubnormals).
///
/// What goes in and comes out is float whatever the values between layers are stored as (precision_of).
template <Layer Net, Purpose P>
class BasicWorkspace {
 public:
  static constexpr Shape in = Net::in;
  static constexpr Shape out = Net::out;
  static constexpr Precision precision = precision_of<Net>;

  /// Bytes that a workspace for `batch` images and `threads` threads takes; the plan's own share grows with the batch.
  /// `loss_scratch` is what a loss asks for (train/loss.hpp), in floats: scratch memory is for both.
  static constexpr std::size_t bytes(std::size_t batch, int threads = 1, std::size_t loss_scratch = 0) {
    const std::size_t scratch = aligned_floats(std::max(Net::scratch(batch, threads), loss_scratch));
    return (plan.size() * batch + kept + scratch) * sizeof(float);
  }

  /// Units   capacity: images.  loss_scratch: floats.
  /// Errors  ArgumentError for a capacity of 0 and for numbers of threads out of 1 to most_threads.
  explicit BasicWorkspace(std::size_t capacity, int threads = max_threads(), std::size_t loss_scratch = 0)
      : capacity_(capacity), threads_(threads) {
    if (capacity == 0) throw ArgumentError("unetpp: a workspace: expected room for at least 1 image, found 0");
    require_threads(threads, "unetpp: a workspace");
    memory_.resize(bytes(capacity, threads, loss_scratch) / sizeof(float));
  }

  std::size_t capacity() const { return capacity_; }
  int threads() const { return threads_; }

  /// Runs the network; the result stays valid until the next call.
  /// Shapes  x: n×Net::in with n ≤ capacity.  result: n×Net::out.
  /// Errors  A batch of another shape does not compile; ArgumentError if n is 0 or above the capacity.
  template <class Images>
  BatchView<float, out> forward(Tensors<Net> p, const Images& x, const Pass& pass = {.training = trains}) {
    require_same_shape<Net, Images::shape, in>();
    if constexpr (Images::shape == in) run(p, detail::view_of(x), pass);  // else one message is enough
    return output();
  }

  /// From here on all passes are with p, which does not change any more: kernels that pack weights, those for a matrix unit,
  /// keep them packed. That takes as much memory as p, or half as much for bfloat16s.
  void fix(Tensors<Net> p) requires(P == Purpose::inference) {
    fixed_ = p.trained();
    packed_.assign(static_cast<std::size_t>(leaf_count<Net>), {});
    forward(p, Batch<in>(1));
  }

  /// The result of the last forward pass.
  BatchView<float, out> output() { return slot<float, out>(output_slot); }

  /// Where the gradient of the output is to be written before `backward`.
  BatchView<float, out> output_gradient() requires(P == Purpose::training) { return slot<float, out>(gradient_slot); }

  /// Adds the parameters' gradients to dp, and what the batch showed of the statistics, for the batch x and the parameters
  /// p of the last forward pass and the gradient in `output_gradient()`, which it may overwrite. Writes the gradient of x
  /// if dx has memory. Heads (nn/supervised.hpp) add their gradients where `supervision` has a loss for them; without it
  /// they are left out. `watch` is told which gradients are complete.
  void backward(Tensors<Net> p, TensorView<Net, float> dp, BatchView<const float, in> x, BatchView<float, in> dx = {},
                Supervision* supervision = nullptr, GradientWatch* watch = nullptr) requires(P == Purpose::training) {
    if (x.count() != count_ || (dx.data() != nullptr && dx.count() != count_))
      throw ArgumentError("unetpp: a backward pass of " + std::to_string(x.count()) + " images, with room for " +
                          std::to_string(dx.count()) + " input gradients, after a forward pass of " +
                          std::to_string(count_));
    if (!pass_.training)
      throw ArgumentError("unetpp: a backward pass: expected a training pass before it, found one of inference");
    const FlushSubnormals flush;
    const kernels::Pixels<float> dy = pixels_of(output_gradient());
    if (Net::rectified)
      kernels::relu_gradient(count_ * out.pixels(), out.channels, {pixels_of(output()), dy, dy}, threads_);
    const Context here = context().supervised_by(supervision).watched_by(watch);
    if constexpr (stores_floats) {
      backward_pass<Net, float>(p, x, output(), output_gradient(), Gradients<Net>{dp, {.view = dx}}, here);
    } else {
      const BatchView<Value, out> stored_dy = slot<Value, out>(stored_gradient_slot);
      kernels::convert(count_ * out.size(), output_gradient().data(), stored_dy.data(), threads_);
      const BatchView<Value, in> stored_dx = dx.data() ? slot<Value, in>(input_gradient_slot) : BatchView<Value, in>{};
      backward_pass<Net, Value>(p, slot<Value, in>(input_slot), slot<Value, out>(stored_output_slot), stored_dy,
                                Gradients<Net, Value>{dp, {.view = stored_dx}}, here);
      if (dx.data()) kernels::convert(count_ * in.size(), stored_dx.data(), dx.data(), threads_);
    }
  }

  /// Scratch memory that is free between calls of forward and backward.
  kernels::Scratch scratch() { return {memory_.data() + plan.size() * capacity_ + kept, threads_}; }

 private:
  static constexpr bool trains = P == Purpose::training;
  static constexpr std::size_t kept = trains ? kept_count<Net> : 0;
  using Value = StoredValue<precision>;
  static constexpr bool stores_floats = std::is_same_v<Value, float>;
  // Slots behind those of the network: its output and the gradient of it in floats; then, if values are not stored as
  // floats, both as they are stored, the input and its gradient.
  static constexpr int output_slot = slot_count<Net>, gradient_slot = output_slot + 1,
                       stored_output_slot = stores_floats ? output_slot : output_slot + 2,
                       stored_gradient_slot = output_slot + 3, input_slot = output_slot + 4,
                       input_gradient_slot = output_slot + 5;

  static constexpr auto plan = [] {
    Planner<slot_count<Net> + (stores_floats ? 2 : 6), Value> planner;
    planner.take_floats(output_slot, out.size());
    if constexpr (!stores_floats) {
      planner.take(stored_output_slot, out.size());
      planner.take(input_slot, in.size());
    }
    unetpp::plan_forward<Net>(planner, 0, P);
    if constexpr (P == Purpose::training) {
      planner.take_floats(gradient_slot, out.size());
      if constexpr (!stores_floats) {
        planner.take(stored_gradient_slot, out.size());
        planner.take(input_gradient_slot, in.size());
      }
      unetpp::plan_backward<Net>(planner, 0);
    }
    return planner;
  }();

  void run(Tensors<Net> p, BatchView<const float, in> x, const Pass& pass) {
    detail::require_fits(x.count(), capacity_);
    if (fixed_ && fixed_ != p.trained())
      throw ArgumentError("unetpp: a forward pass: expected the parameters that were fixed, found others");
    if (pass.training && !trains)
      throw ArgumentError("unetpp: a training pass: expected a TrainingWorkspace, found one for inference");
    const FlushSubnormals flush;
    count_ = x.count();
    pass_ = pass;
    if constexpr (stores_floats) {
      forward_pass<Net, float>(p, x, output(), context());
    } else {
      const BatchView<Value, in> stored_x = slot<Value, in>(input_slot);
      const BatchView<Value, out> y = slot<Value, out>(stored_output_slot);
      store(x, stored_x);
      forward_pass<Net, Value>(p, stored_x, y, context());
      kernels::convert(count_ * out.size(), y.data(), output().data(), threads_);
    }
  }

  /// Stores a batch, whose pixels may lie apart, as Value.
  void store(BatchView<const float, in> x, BatchView<Value, in> to) {
    if (x.dense()) return kernels::convert(x.pixels() * in.channels, x.data(), to.data(), threads_);
    kernels::parallel_blocks(threads_, x.pixels(), kernels::pixel_block, [&](std::size_t first, std::size_t last) {
      for (; first < last; ++first) std::copy_n(x.pixel(first), in.channels, to.pixel(first));
    });
  }

  template <class T, Shape S>
  BatchView<T, S> slot(int index) {
    return context().template slot<T, S>(index, count_);
  }
  Context context() {
    const Context all(memory_.data(), plan.offsets().data(), memory_.data() + plan.size() * capacity_, capacity_,
                      scratch(), pass_);
    return packed_.empty() ? all : all.with_packed(packed_.data());
  }

  std::size_t capacity_;
  std::size_t count_ = 0;
  int threads_;
  Pass pass_;
  Buffer<float> memory_;               // the plan's slots, what is kept once, scratch
  std::vector<Buffer<float>> packed_;  // weights of fixed parameters, of each leaf
  const float* fixed_ = nullptr;
};

template <Layer Net>
using TrainingWorkspace = BasicWorkspace<Net, Purpose::training>;
template <Layer Net>
using InferenceWorkspace = BasicWorkspace<Net, Purpose::inference>;

}  // namespace unetpp
