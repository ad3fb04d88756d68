#pragma once
// What a segmentation is worth, counted over a whole data set.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// What becomes in means of a class whose label is ignored. Pixels that are of it never count, but others may be called
/// it: as a class it then has IoU and Dice 0 (`kept`, as in Keras), or it is left out (as in torchmetrics).
enum class IgnoredClass { kept, left_out };

/// Counts of pixels by true and predicted class. Ratios of classes that never occur are not a number; means leave them
/// out.
///
/// Mean IoU of the truth 0 0 1 1, 0 0 1 1 and the prediction 0 0 1 0, 0 0 1 1 of three classes, in other libraries, too:
///
///                                                     all pixels   label 0 ignored
///   unetpp, Keras 3.15.1 MeanIoU                           0.775             0.375
///   unetpp with IgnoredClass::left_out                     0.775             0.75
///   torchmetrics 1.9.0 Jaccard index                       0.775             0.75
///   scikit-learn 1.9.1 of the labels that occur            0.775
///   scikit-learn 1.9.1 with labels=[0, 1, 2]               0.517                    a class that never occurs counts 0
///   segmentation_models.pytorch 0.6.0                      0.85                     a class that never occurs counts 1
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int classes) : classes_(classes), counts_(cells(classes)) {}

  /// What was counted before, row by row of a true class.
  /// Errors  ArgumentError for another number of counts than classes squared.
  ConfusionMatrix(int classes, std::vector<std::uint64_t> counts) : classes_(classes), counts_(std::move(counts)) {
    if (counts_.size() != cells(classes))
      throw ArgumentError("unetpp: " + std::to_string(counts_.size()) + " counts in a confusion matrix of " +
                          std::to_string(classes) + " classes");
  }

  int classes() const { return classes_; }

  /// Leaves a class out of the means; -1, or any number that is no class: none.
  void leave_out(int c) { left_out_ = c >= 0 && c < classes_ ? c : -1; }
  int left_out() const { return left_out_; }

  /// Adds pixels; those whose true class is `ignored` do not count, whatever they are called.
  /// Errors  ArgumentError for spans of different sizes and for numbers that are no class.
  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> predicted, int ignored = -1) {
    if (truth.size() != predicted.size())
      throw ArgumentError("unetpp: " + std::to_string(truth.size()) + " true and " + std::to_string(predicted.size()) +
                          " predicted classes");
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (truth[i] == ignored) continue;
      if (truth[i] >= classes_ || predicted[i] >= classes_)
        throw ArgumentError("unetpp: class " + std::to_string(std::max(truth[i], predicted[i])) +
                            " in a confusion matrix of " + std::to_string(classes_) + " classes");
      ++counts_[index(truth[i], predicted[i])];
    }
  }

  std::uint64_t operator()(int truth, int predicted) const { return counts_.at(index(truth, predicted)); }

  /// Share of the pixels whose class is right.
  double accuracy() const {
    std::uint64_t right = 0, all = 0;
    for (int c = 0; c < classes_; ++c) {
      right += (*this)(c, c);
      all += truths(c);
    }
    return ratio(right, all);
  }
  /// Intersection over union of the pixels that are and that are called class c.
  double iou(int c) const { return ratio((*this)(c, c), truths(c) + predictions(c) - (*this)(c, c)); }
  /// Twice the intersection over the sum of both; F1 of class c.
  double dice(int c) const { return ratio(2 * (*this)(c, c), truths(c) + predictions(c)); }
  /// Share of the pixels called class c that are of it.
  double precision(int c) const { return ratio((*this)(c, c), predictions(c)); }
  /// Share of the pixels of class c that are called it.
  double recall(int c) const { return ratio((*this)(c, c), truths(c)); }
  double mean_iou() const {
    return mean([this](int c) { return iou(c); });
  }
  double mean_dice() const {
    return mean([this](int c) { return dice(c); });
  }

 private:
  static std::size_t cells(int classes) {
    return static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes);
  }
  std::size_t index(int truth, int predicted) const {
    return static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes_) + static_cast<std::size_t>(predicted);
  }
  std::uint64_t truths(int c) const {
    std::uint64_t sum = 0;
    for (int p = 0; p < classes_; ++p) sum += (*this)(c, p);
    return sum;
  }
  std::uint64_t predictions(int c) const {
    std::uint64_t sum = 0;
    for (int t = 0; t < classes_; ++t) sum += (*this)(t, c);
    return sum;
  }
  static double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : static_cast<double>(part) / static_cast<double>(whole);
  }
  template <class F>
  double mean(F of_class) const {
    double sum = 0;
    int present = 0;
    for (int c = 0; c < classes_; ++c)
      if (const double value = of_class(c); c != left_out_ && value == value) {
        sum += value;
        ++present;
      }
    return present == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / present;
  }

  int classes_;
  std::vector<std::uint64_t> counts_;  // [true][predicted]
  int left_out_ = -1;
};

}  // namespace unetpp
