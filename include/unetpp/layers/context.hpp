#pragma once
// What a layer gets to compute with, beside its operands.

#include <cstddef>
#include <cstdint>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/layers/gradient_watch.hpp"
#include "unetpp/layers/place.hpp"
#include "unetpp/layers/supervision.hpp"

namespace unetpp {

/// Which pass of a network this is.
struct Pass {
  bool training = false;
  std::uint64_t seed = 0;       // of what layers draw
  std::uint64_t step = 0;       // of training: 0, 1, ...
  std::size_t first_image = 0;  // of this batch within all that the step takes, in several batches or processes
  double share = 1;             // of the step's images that are in this batch
};

/// Floats that a layer keeps from forward to backward, `for_all` of them once and `an_image` more for each image.
struct Kept {
  std::size_t for_all = 0;
  std::size_t an_image = 0;
};

/// The memory that a network's plan gives a layer, its scratch memory and threads, and the pass.
class Context {
 public:
  Context(float* slots, const std::size_t* offsets, float* kept, std::size_t capacity, kernels::Scratch scratch,
          const Pass& pass)
      : slots_(slots), offsets_(offsets), kept_(kept), capacity_(capacity), scratch_(scratch), pass_(pass) {}

  /// The context of a child that begins at `place` of this layer.
  Context child(const Place& place) const {
    Context c = child_in_turn(place);
    c.watch_ = nullptr;  // the gradients of others may still come
    return c;
  }

  /// The same of a child whose backward pass comes behind those of all children whose tensors are behind its own.
  Context child_in_turn(const Place& place) const {
    Context c = *this;
    c.offsets_ += place.slot;
    c.kept_ += place.kept;
    c.leaf_ += place.leaf;
    return c;
  }

  /// The same for a backward pass in which this one is asked for the gradients of the network's heads.
  Context supervised_by(Supervision* supervision) const {
    Context c = *this;
    c.supervision_ = supervision;
    return c;
  }

  /// The same for one that is watched.
  Context watched_by(GradientWatch* watch) const {
    Context c = *this;
    c.watch_ = watch;
    return c;
  }
  /// The same for passes that all have the same parameters; `leaves` has a buffer for each leaf.
  Context with_packed(Buffer<float>* leaves) const {
    Context c = *this;
    c.packed_ = leaves;
    return c;
  }
  /// Says in a backward pass that the parameters' gradients from `first` on are complete.
  void complete_from(const float* first) const {
    if (watch_) watch_->complete_from(first);
  }

  const Pass& pass() const { return pass_; }
  bool training() const { return pass_.training; }
  /// Numbers that this layer draws in this step, the same in forward and backward. Image i of the batch draws by its
  /// place in the step, first_image + i, so that the numbers do not depend on how the step is cut into batches.
  Random random() const {
    return Random(pass_.seed, random_stream(RandomUse::layer, static_cast<std::uint64_t>(leaf_) << 44 | pass_.step));
  }

  std::size_t capacity() const { return capacity_; }  // images
  kernels::Scratch scratch() const { return scratch_; }
  int threads() const { return scratch_.threads; }
  /// Null where the heads are left out.
  Supervision* supervision() const { return supervision_; }

  /// Where a leaf may keep its weights as its kernel reads them: empty in the first pass. Null where parameters may change
  /// from pass to pass.
  Buffer<float>* packed() const { return packed_ ? packed_ + leaf_ : nullptr; }

  /// What a leaf keeps in training (Kept): once, and for each of `count` images.
  float* kept_for_all() const { return kept_; }
  float* kept_of_images() const { return slots_ + offsets_[0] * capacity_; }

  /// A combinator's value between its children.
  template <class T, Shape S>
  BatchView<T, S> slot(int index, std::size_t count) const {
    return {reinterpret_cast<T*>(slots_ + offsets_[index] * capacity_), count};
  }

 private:
  float* slots_;
  const std::size_t* offsets_;  // of slots, floats an image
  float* kept_;
  std::size_t capacity_;
  kernels::Scratch scratch_;
  Pass pass_;
  int leaf_ = 0;
  Supervision* supervision_ = nullptr;
  GradientWatch* watch_ = nullptr;
  Buffer<float>* packed_ = nullptr;  // of the network's leaves
};

}  // namespace unetpp
