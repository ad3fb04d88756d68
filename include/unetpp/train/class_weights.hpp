#pragma once
// Class weights from a training set, for the losses that take them. unet.hpp does not include it.
//
// All of them are in inverse order of how often the classes occur, their mean over the classes that occur is 1, and a
// class that never occurs has 1: of what training never shows nothing is known.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// Counts of the pixels of each class.
class ClassCounts {
 public:
  /// Errors  ArgumentError for numbers of classes out of 1 to 256.
  explicit ClassCounts(int classes, int ignore_label = -1) : ignored_(ignore_label) {
    if (classes < 1 || classes > 256)
      throw ArgumentError("unetpp: counts of classes: expected 1 to 256 classes, found " + std::to_string(classes));
    pixels_.resize(static_cast<std::size_t>(classes));
    around_ = pixels_;
  }

  /// Adds the labels of an image; ignored ones do not count.
  /// Errors  ArgumentError for a label that is neither a class nor ignored; nothing is then added.
  void add_image(std::span<const std::uint8_t> labels) {
    std::vector<std::size_t> of_image(pixels_.size());
    std::size_t all = 0;
    for (const std::uint8_t label : labels) {
      if (label == ignored_) continue;
      if (label >= of_image.size())
        throw ArgumentError("unetpp: counts of classes: expected classes 0 to " + std::to_string(of_image.size() - 1) +
                            ", found label " + std::to_string(label));
      ++of_image[label];
      ++all;
    }
    for (std::size_t c = 0; c < pixels_.size(); ++c) {
      pixels_[c] += of_image[c];
      if (of_image[c] > 0) around_[c] += all;
    }
  }

  /// Pixels of each class.
  std::span<const std::size_t> pixels() const { return pixels_; }
  /// Counted pixels, of whatever class, of the images that have the class.
  std::span<const std::size_t> pixels_around() const { return around_; }

 private:
  int ignored_;
  std::vector<std::size_t> pixels_, around_;
};

/// Counts the labels of the first epoch of a source as `fit` reads from; it is to be started anew afterwards.
/// Errors  As ClassCounts; ArgumentError for labels that do not lie densely; what the source throws.
template <class Source>
ClassCounts count_classes(Source& source, int classes, int ignore_label = -1) {
  ClassCounts counts(classes, ignore_label);
  source.start_epoch(0);
  while (source.next()) {
    const auto labels = source.labels();
    if (!labels.dense())
      throw ArgumentError("unetpp: counts of classes: the labels must lie densely, found a slice of channels");
    const std::span<const std::uint8_t> all(labels.data(), labels.pixels());
    const std::size_t image = labels.pixels() / labels.count();
    for (std::size_t i = 0; i < labels.count(); ++i) counts.add_image(all.subspan(i * image, image));
  }
  return counts;
}

namespace detail {

/// weight_of(c) of the classes that occur, over its mean; 1 for the others.
/// Errors  ArgumentError if no class occurs.
template <class WeightOf>
std::vector<float> mean_one(std::span<const std::size_t> pixels, const WeightOf& weight_of) {
  std::vector<double> weights(pixels.size());
  double sum = 0, present = 0;
  for (std::size_t c = 0; c < pixels.size(); ++c) {
    if (pixels[c] == 0) continue;
    weights[c] = weight_of(c);
    sum += weights[c];
    ++present;
  }
  if (present == 0) throw ArgumentError("unetpp: class weights: expected a class that occurs, found none");
  std::vector<float> result(pixels.size(), 1.0f);
  for (std::size_t c = 0; c < pixels.size(); ++c)
    if (pixels[c] > 0) result[c] = static_cast<float>(weights[c] * present / sum);
  return result;
}

}  // namespace detail

/// Weights as 1 / (the class's pixels).
/// Errors  ArgumentError if no class occurs.
inline std::vector<float> inverse_frequency_weights(std::span<const std::size_t> pixels) {
  return detail::mean_one(pixels, [&](std::size_t c) { return 1 / static_cast<double>(pixels[c]); });
}

/// Weights as (median of all frequencies) / (the class's frequency), a frequency being the class's share of the pixels of
/// the images that have it. The median divides out where the mean is made 1: the paper's weights have the same ratios.
/// Source  Eigen and Fergus 2015, "Predicting depth, surface normals and semantic labels with a common multi-scale
///         convolutional architecture".
/// Errors  ArgumentError if no class occurs.
inline std::vector<float> median_frequency_weights(const ClassCounts& counts) {
  return detail::mean_one(counts.pixels(), [&](std::size_t c) {
    return static_cast<double>(counts.pixels_around()[c]) / static_cast<double>(counts.pixels()[c]);
  });
}

/// Weights as (1 − β) / (1 − βⁿ) for a class of n pixels: 1/n where n is far below 1 / (1 − β), all alike far above. With
/// pixels, β is to be far closer to 1 than the 0.999 of the paper, which counts images.
/// Source  Cui et al. 2019, "Class-balanced loss based on effective number of samples".
/// Errors  ArgumentError for a β out of 0 to 1, 1 not included, and if no class occurs.
inline std::vector<float> effective_number_weights(std::span<const std::size_t> pixels, double beta) {
  if (!(beta >= 0 && beta < 1))
    throw ArgumentError("unetpp: effective numbers: expected a beta of at least 0 and less than 1, found " +
                        std::to_string(beta));
  return detail::mean_one(
      pixels, [&](std::size_t c) { return (beta - 1) / std::expm1(static_cast<double>(pixels[c]) * std::log(beta)); });
}

}  // namespace unetpp
