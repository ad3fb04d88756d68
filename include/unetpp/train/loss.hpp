#pragma once
// What every loss is.
//
// A loss is a type with these const members; one of several terms is the sum that weighted_losses.hpp makes.
//
//   scratch(images, shape)     floats of scratch memory that a batch of that many images or less needs
//   weigh(batch, scratch)      what the batch weighs, a LossWeight: what its mean divides by. Only labels are there, no
//                              logits; labels that cannot be are an error
//   evaluate(batch, share, gradient, scratch)
//                              the batch's LossSum, for its own weight and that of the whole step (LossShare); writes the
//                              batch's part of the gradient of the whole step's mean as LossGradient says. The loss is
//                              no number if a logit of any pixel is none, also where the label is ignored
//   ignored_label()            the label of pixels that do not count; -1: none
//   terms()                    how many numbers of a LossWeight it uses, if more than one
//
// So several batches, or those of several processes, make one step: their weights are added up first, then their gradients.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/core/labels.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/layers/supervision.hpp"
#include "unetpp/layers/targets.hpp"

namespace unetpp {

/// A sum of weighted losses and of the weights, so that losses of several batches can be averaged over their pixels.
struct LossSum {
  double loss = 0;
  double weight = 0;

  /// Not a number if no pixel counted.
  double mean() const { return loss / weight; }
  LossSum& operator+=(const LossSum& other) {
    loss += other.loss;
    weight += other.weight;
    return *this;
  }
};

/// What batches weigh to each term of a loss; one of a single term has one. What a step weighs has `most_terms` numbers for
/// the network's output, and as many behind them for each of its heads (train/step_loss.hpp). The Trainer counts images.
struct LossWeight {
  static constexpr std::size_t most_terms = 8;
  static constexpr std::size_t most_outputs = 1 + most_supervised_levels;

  std::array<double, most_terms * most_outputs> of_term{};
  double images = 0;

  LossWeight& operator+=(const LossWeight& other) {
    for (std::size_t i = 0; i < of_term.size(); ++i) of_term[i] += other.of_term[i];
    images += other.images;
    return *this;
  }

  /// The weight of the network's output (0), or of the head of a level, as a loss takes it.
  LossWeight of_output(std::size_t level) const {
    LossWeight own;
    std::copy_n(of_term.begin() + static_cast<std::ptrdiff_t>(level * most_terms), most_terms, own.of_term.begin());
    return own;
  }
};

/// The weight of a batch, and that of all batches of the step.
struct LossShare {
  LossWeight own;
  LossWeight whole;
};

/// A batch as a loss sees it.
/// Shapes  logits: images×shape.  labels: images×{shape.height, shape.width}, dense.
struct LossBatch {
  std::size_t images;
  Shape shape;  // its channels are the classes
  kernels::ConstPixels<float> logits;
  const std::uint8_t* labels;

  std::size_t pixels() const { return images * shape.pixels(); }
};

using kernels::LossGradient;

namespace detail {

/// Where the gradient of the whole step's mean goes, for a kernel whose result is `part` of its sum: 1, or what the batch
/// weighs where the kernel computes the batch's mean.
inline LossGradient part_of_mean(const LossGradient& gradient, const LossShare& share, double part = 1) {
  const double whole = share.whole.of_term[0];
  return {gradient.dlogits, whole > 0 ? static_cast<float>(gradient.scale * part / whole) : 0, gradient.accumulate};
}

}  // namespace detail

/// Errors  ArgumentError for labels of another number of images than logits, and for labels that do not lie densely.
template <Shape S>
LossBatch loss_batch(BatchView<const float, S> logits, LabelView<S> labels) {
  static_assert(S.channels <= 256, "unetpp: labels are 8 bits, so that there are at most 256 classes");
  if (!labels.dense()) throw ArgumentError("unetpp: the labels must lie densely, found a slice of channels");
  if (labels.count() != logits.count())
    throw ArgumentError("unetpp: labels of " + std::to_string(labels.count()) + " images for logits of " +
                        std::to_string(logits.count()));
  return {logits.count(), S, pixels_of(logits), labels.data()};
}

template <class T>
concept LossFunction = requires(const T& loss, const LossBatch& batch, const LossShare& share,
                                const LossGradient& gradient, kernels::Scratch scratch) {
  { loss.scratch(std::size_t{1}, Shape{}) } -> std::convertible_to<std::size_t>;
  { loss.weigh(batch, scratch) } -> std::same_as<LossWeight>;
  { loss.evaluate(batch, share, gradient, scratch) } -> std::same_as<LossSum>;
  { loss.ignored_label() } -> std::convertible_to<int>;
};

/// Any loss.
class Loss {
 public:
  template <LossFunction T>
  requires(!std::same_as<T, Loss>) Loss(T loss)  // NOLINT: implicit, a loss is one
      : loss_(std::make_shared<const Model<T>>(std::move(loss))) {}

  std::size_t scratch(std::size_t images, Shape shape) const { return loss_->scratch(images, shape); }
  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const { return loss_->weigh(batch, scratch); }
  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                   kernels::Scratch scratch) const {
    return loss_->evaluate(batch, share, gradient, scratch);
  }
  int ignored_label() const { return loss_->ignored_label(); }
  /// How many numbers of a LossWeight it uses.
  std::size_t terms() const { return loss_->terms(); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::size_t terms() const = 0;
    virtual std::size_t scratch(std::size_t, Shape) const = 0;
    virtual LossWeight weigh(const LossBatch&, kernels::Scratch) const = 0;
    virtual LossSum evaluate(const LossBatch&, const LossShare&, const LossGradient&, kernels::Scratch) const = 0;
    virtual int ignored_label() const = 0;
  };
  template <class T>
  struct Model final : Interface {
    T loss;

    explicit Model(T l) : loss(std::move(l)) {}
    std::size_t terms() const override {
      if constexpr (requires { loss.terms(); })
        return loss.terms();
      else
        return 1;
    }
    std::size_t scratch(std::size_t images, Shape shape) const override { return loss.scratch(images, shape); }
    LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const override {
      return loss.weigh(batch, scratch);
    }
    LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                     kernels::Scratch scratch) const override {
      return loss.evaluate(batch, share, gradient, scratch);
    }
    int ignored_label() const override { return loss.ignored_label(); }
  };

  std::shared_ptr<const Interface> loss_;
};

}  // namespace unetpp
