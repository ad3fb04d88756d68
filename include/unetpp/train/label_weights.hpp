#pragma once
// What losses of labelled pixels have in common: the weights of classes, and labels that are checked.

#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/kernels/label_loss.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp::detail {

/// Errors  ArgumentError for a class weight that is negative or not finite.
inline void require_class_weights(std::span<const float> weights) {
  for (const float weight : weights)
    if (!(weight >= 0) || !std::isfinite(weight))
      throw ArgumentError("unetpp: class weights must be finite and not negative, found " + std::to_string(weight));
}

/// What the kernels of losses take; no class weights: all are 1.
inline kernels::LabelLossOperands label_loss_operands(const LossBatch& batch, std::span<const float> class_weights,
                                                      int ignored, const LossGradient& gradient = {}) {
  return {batch.pixels(),
          batch.shape.channels,
          batch.logits,
          batch.labels,
          {class_weights.empty() ? nullptr : class_weights.data(), ignored},
          gradient};
}

/// The sum of the counted pixels' weights; no class weights: all are 1.
/// Extent  scratch: pixel_sum_scratch.
/// Errors  ArgumentError for a label that is neither a class nor ignored, and for another number of class weights than
///         there are classes.
inline LossWeight weigh_labels(const LossBatch& batch, std::span<const float> class_weights, int ignored,
                               kernels::Scratch scratch) {
  const kernels::LabelLossOperands of = label_loss_operands(batch, class_weights, ignored);
  if (!class_weights.empty() && class_weights.size() != static_cast<std::size_t>(of.classes))
    throw ArgumentError("unetpp: " + std::to_string(class_weights.size()) + " class weights for " +
                        std::to_string(of.classes) + " classes");
  const double weight = kernels::label_weight(of.pixels, of.classes, of.labels, of.weights, scratch);
  if (weight == weight) return {{weight}};
  std::size_t i = 0;
  while (of.labels[i] < of.classes || !of.counts(i)) ++i;
  throw ArgumentError("unetpp: label " + std::to_string(of.labels[i]) + " at pixel " + std::to_string(i) +
                      " of the batch is none of the classes 0 to " + std::to_string(of.classes - 1));
}

}  // namespace unetpp::detail
