#pragma once
// What labels and softmax have in common in a region: the whole batch or an image of it. Pass one sums, the caller makes
// slopes of the sums, pass two makes a gradient of the slopes.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/label_loss.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// A class's sums over the counted pixels of a region.
struct RegionOverlap {
  double labelled = 0;         // pixels of the class
  double false_negatives = 0;  // what their softmax lacks of 1
  double false_positives = 0;  // the other pixels' softmax

  double true_positives() const { return labelled - false_negatives; }
};

/// The sums of blocks of pixels, none of which is of two images: of each block three floats a class, as RegionOverlap has
/// them, and one that is 0, or NaN if one of its logits is.
/// Extent  scratch: size(images, pixels of an image, classes).
struct RegionSums {
  const LabelLossOperands& of;
  std::size_t images;
  float* data;

  static constexpr std::size_t size(std::size_t images, std::size_t pixels, int classes) {
    return aligned_floats(images * parts_of(pixels, pixel_block) * (3 * classes + 1));
  }

  std::size_t image_pixels() const { return of.pixels / images; }
  std::size_t blocks() const { return parts_of(image_pixels(), pixel_block); }  // of an image
  float* block(std::size_t index) const { return data + index * (3 * of.classes + 1); }

  /// Calls work(block, first, last) for the pixels of each block.
  template <class Work>
  void for_each_block(int threads, const Work& work) const {
    parallel_for(threads, images * blocks(), [&](std::size_t index, int) {
      const std::size_t image = index / blocks(), first = index % blocks() * pixel_block;
      const std::size_t last = std::min(image_pixels(), first + pixel_block);
      work(index, image * image_pixels() + first, image * image_pixels() + last);
    });
  }

  void compute(int threads, const MicroKernels& kernels = micro_kernels()) const {
    for_each_block(threads, [&](std::size_t index, std::size_t first, std::size_t last) {
      float *labelled = block(index), *lacking = labelled + of.classes, *wrong = lacking + of.classes;
      float no_number = 0;
      std::fill_n(labelled, 3 * of.classes, 0.0f);
      for_each_softmax(first, last, of.classes, of.logits, kernels,
                       [&](std::size_t i, const float* y, int step, float log_sum) {
                         no_number += 0 * log_sum;
                         if (!of.counts(i)) return;
                         const int label = of.labels[i];
                         float others = 0;  // 1 − y[label] without cancellation
                         for (int c = 0; c < of.classes; ++c) {
                           const float other = c == label ? 0 : y[c * step];
                           wrong[c] += other;
                           others += other;
                         }
                         lacking[label] += others;
                         labelled[label] += 1;
                       });
      wrong[of.classes] = no_number;
    });
  }

  /// Of class c in `count` images.
  RegionOverlap overlap(std::size_t first_image, std::size_t count, int c) const {
    RegionOverlap sum;
    for (std::size_t i = first_image * blocks(); i < (first_image + count) * blocks(); ++i) {
      sum.labelled += block(i)[c];
      sum.false_negatives += block(i)[of.classes + c];
      sum.false_positives += block(i)[2 * of.classes + c];
    }
    return sum;
  }
  /// 0, or NaN if one of the logits is, also where the label is ignored.
  double no_number() const {
    double sum = 0;
    for (std::size_t i = 0; i < images * blocks(); ++i) sum += block(i)[3 * of.classes];
    return sum;
  }
};

/// The derivative of a loss in a pixel's softmax at a class.
struct RegionSlope {
  float own;    // where the pixel is of the class
  float other;  // where it is not
};

/// The gradient of logits for the slopes of the regions, as of.gradient says.
/// Shapes  slopes: one for each class, `next` further for each image.
inline void region_gradient(const RegionSums& sums, const RegionSlope* slopes, std::size_t next, int threads,
                            const MicroKernels& kernels = micro_kernels()) {
  const LabelLossOperands& of = sums.of;
  const LossGradient& to = of.gradient;
  sums.for_each_block(threads, [&](std::size_t block, std::size_t first, std::size_t last) {
    const RegionSlope* slope = slopes + block / sums.blocks() * next;
    for_each_softmax(first, last, of.classes, of.logits, kernels, [&](std::size_t i, const float* y, int step, float) {
      if (!of.counts(i)) return of.store_nothing(i);
      const int label = of.labels[i];
      const auto at = [&](int c) { return c == label ? slope[c].own : slope[c].other; };
      float dot = 0;
      for (int c = 0; c < of.classes; ++c) dot += y[c * step] * at(c);
      for (int c = 0; c < of.classes; ++c) to.store(i, c, to.scale * y[c * step] * (at(c) - dot));
    });
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
