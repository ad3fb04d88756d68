#pragma once
// The loss of a training step: of a network's output, and of its heads where it has any.

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/nearest.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/layers/supervision.hpp"
#include "unetpp/train/loss.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

/// A weighted sum of means of one loss: of the network's output with labels, and of each head with the labels of the
/// pixels nearest to its own (nearest_pixel). The output weighs 1, the head of level l 1/2^l, all divided by their sum; of
/// a network without heads it is the loss itself.
///
/// Each mean divides by what the whole step weighs to that output alone. A head whose labels are all ignored adds nothing,
/// and the others weigh as before. What validation judges is the output alone (Evaluator), so that its loss is another one.
///
/// nnU-Net weighs alike, and its labels are of the nearest pixels too. It leaves out the two lowest resolutions: on the
/// way up that is the lowest one, so that it has depth − 2 heads.
/// Source  Isensee et al., "nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation",
///         Nature Methods 2021; nnUNetTrainer.py and batchgeneratorsv2 of MIC-DKFZ.
class StepLoss final : public Supervision {
 public:
  /// Shapes  out: of the network's logits.  heads: of the logits of its heads, of level 1, 2, ... (head_shapes).
  /// Units   images: how many a batch has at most.
  StepLoss(Loss loss, Shape out, std::span<const Shape> heads, std::size_t images)
      : loss_(std::move(loss)), images_(images), heads_(heads.size()), scratch_(loss_.scratch(images, out)) {
    for (std::size_t i = 0; i < heads.size(); ++i) {
      heads_[i] = {heads[i], std::vector<std::uint8_t>(images * heads[i].pixels())};
      scratch_ = std::max(scratch_, loss_.scratch(images, heads[i]));
    }
  }

  /// Floats of scratch memory that it needs.
  std::size_t scratch() const { return scratch_; }

  /// What the output, or the head of this level, weighs in the sum.
  double share_of_output(std::size_t level) const {
    return std::ldexp(1.0, -static_cast<int>(level)) / (2 - std::ldexp(1.0, -static_cast<int>(heads_.size())));
  }

  /// What a batch, whose logits are not read, weighs to the output and to each head. The heads keep its labels.
  /// Errors  As the loss; ArgumentError for more images than there is room for.
  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) {
    if (batch.images > images_)
      throw ArgumentError("unetpp: a step's loss: expected a batch of at most " + std::to_string(images_) +
                          " images, found " + std::to_string(batch.images));
    LossWeight all = loss_.weigh(batch, scratch);
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      Head& head = heads_[i];
      shrink(batch, head);
      const LossWeight own = loss_.weigh({batch.images, head.shape, {nullptr, 0}, head.labels.data()}, scratch);
      std::copy_n(own.of_term.begin(), LossWeight::most_terms, all.of_term.begin() + (i + 1) * LossWeight::most_terms);
    }
    return all;
  }

  /// Judges the output for the batch that was weighed last: writes its part of the gradient of the whole step's sum. Heads
  /// are judged when they ask.
  void evaluate(const LossBatch& batch, const LossShare& share, kernels::Pixels<float> gradient,
                kernels::Scratch scratch) {
    share_ = share;
    const double weight = share_of_output(0);
    sum_ = loss_.evaluate(batch, {share.own.of_output(0), share.whole.of_output(0)},
                          {gradient, static_cast<float>(weight)}, scratch);
    sum_.loss *= weight;
  }

  void supervise(const HeadLogits& of, kernels::Scratch scratch) override {
    const std::size_t level = of.level;
    assert(level >= 1 && level <= heads_.size() && of.shape == heads_[level - 1].shape);
    const double weight = share_of_output(level);
    const LossShare share{share_.own.of_output(level), share_.whole.of_output(level)};
    const LossSum own = loss_.evaluate({of.images, of.shape, of.logits, heads_[level - 1].labels.data()}, share,
                                       {of.gradient, static_cast<float>(weight)}, scratch);
    const double whole = share.whole.of_term[0];  // counted as the output's is, so that their means add up
    sum_.loss += weight * own.loss * (whole > 0 ? share_.whole.of_term[0] / whole : 1);
  }

  /// The loss of the batch: of the output, and of the heads that have asked.
  const LossSum& sum() const { return sum_; }

 private:
  struct Head {
    Shape shape;
    std::vector<std::uint8_t> labels;  // of the batch that was weighed last
  };

  static void shrink(const LossBatch& batch, Head& head) {
    const Shape from = batch.shape, to = head.shape;
    std::uint8_t* out = head.labels.data();
    for (std::size_t i = 0; i < batch.images; ++i)
      for (int h = 0; h < to.height; ++h) {
        const std::uint8_t* row =
            batch.labels + i * from.pixels() + std::size_t{1} * nearest_pixel(h, from.height, to.height) * from.width;
        for (int w = 0; w < to.width; ++w) *out++ = row[nearest_pixel(w, from.width, to.width)];
      }
  }

  Loss loss_;
  std::size_t images_;
  std::vector<Head> heads_;
  std::size_t scratch_;
  LossShare share_;  // of the batch that was evaluated last
  LossSum sum_;
};

}  // namespace unetpp

#pragma GCC diagnostic pop
