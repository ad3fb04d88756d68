#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

/// One loss of a sum.
struct WeightedLoss {
  double weight;
  Loss loss;
};

/// The weighted sum of the means of several losses, a loss itself. Each term's mean is over what it counts itself in all
/// batches of the step; where means of batches are averaged, as over an epoch, a batch counts as much as to the first.
class WeightedLosses {
 public:
  /// Errors  ArgumentError for no losses, for more than LossWeight::most_terms, for one that is a sum itself, for a weight
  ///         that is negative or not finite, and for losses that ignore different labels.
  explicit WeightedLosses(std::vector<WeightedLoss> terms) : terms_(std::move(terms)) {
    if (terms_.empty() || terms_.size() > LossWeight::most_terms)
      throw ArgumentError("unetpp: a sum of losses: expected 1 to " + std::to_string(LossWeight::most_terms) +
                          " of them, found " + std::to_string(terms_.size()));
    for (const WeightedLoss& term : terms_) {
      if (!(term.weight >= 0) || !std::isfinite(term.weight))
        throw ArgumentError("unetpp: a sum of losses: expected finite weights of at least 0, found " +
                            std::to_string(term.weight));
      if (term.loss.terms() != 1)
        throw ArgumentError("unetpp: a sum of losses: expected losses of one term, found a sum");
      if (term.loss.ignored_label() != ignored_label())
        throw ArgumentError("unetpp: a sum of losses: expected one ignored label, found " +
                            std::to_string(ignored_label()) + " and " + std::to_string(term.loss.ignored_label()));
    }
  }

  std::size_t terms() const { return terms_.size(); }
  int ignored_label() const { return terms_.front().loss.ignored_label(); }

  std::size_t scratch(std::size_t images, Shape shape) const {
    std::size_t most = 0;
    for (const WeightedLoss& term : terms_) most = std::max(most, term.loss.scratch(images, shape));
    return most;
  }

  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const {
    LossWeight weight;
    for (std::size_t i = 0; i < terms_.size(); ++i) weight.of_term[i] = terms_[i].loss.weigh(batch, scratch).of_term[0];
    return weight;
  }

  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                   kernels::Scratch scratch) const {
    double mean = 0;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      const auto weight = static_cast<float>(terms_[i].weight);
      const LossSum sum =
          terms_[i].loss.evaluate(batch, {{{share.own.of_term[i]}}, {{share.whole.of_term[i]}}},
                                  {gradient.dlogits, gradient.scale * weight, gradient.accumulate || i > 0}, scratch);
      mean += terms_[i].weight * (sum.weight > 0 ? sum.mean() : sum.loss);  // which is 0 or no number
    }
    return {mean * share.own.of_term[0], share.own.of_term[0]};
  }

 private:
  std::vector<WeightedLoss> terms_;
};

}  // namespace unetpp
