#pragma once
// The Lovász-softmax loss and its gradient.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "unetpp/core/buffer.hpp"
#include "unetpp/kernels/label_loss.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// A pixel's error above its number, so that sorted keys go from the largest error to the smallest, and from pixel to pixel
/// where errors are equal.
class ErrorKey {
 public:
  static constexpr int digit_bits = 10, digits = 3;  // of an error, the bits of a float from 0 to 1

  ErrorKey() = default;
  ErrorKey(float error, std::size_t pixel)
      : bits_(std::uint64_t{of_one - std::bit_cast<std::uint32_t>(error)} << 32 | pixel) {}
  /// Of a pixel that does not count: behind all others.
  static ErrorKey uncounted() {
    ErrorKey key;
    key.bits_ = std::uint64_t{last} << 32;
    return key;
  }

  bool counts() const { return bits_ >> 32 != last; }
  float error() const { return std::bit_cast<float>(of_one - static_cast<std::uint32_t>(bits_ >> 32)); }
  std::size_t pixel() const { return static_cast<std::uint32_t>(bits_); }
  std::size_t digit(int i) const { return bits_ >> (32 + i * digit_bits) & ((1 << digit_bits) - 1); }

 private:
  static constexpr std::uint32_t of_one = 0x3f800000, last = (1u << digits * digit_bits) - 1;
  std::uint64_t bits_;
};

namespace detail {

/// Sorts `keys` into `sorted` and leaves neither as it was.
inline void sort_errors(std::size_t count, ErrorKey* keys, ErrorKey* sorted) {
  std::array<std::array<std::uint32_t, 1 << ErrorKey::digit_bits>, ErrorKey::digits> places{};
  for (std::size_t i = 0; i < count; ++i)
    for (int d = 0; d < ErrorKey::digits; ++d) ++places[d][keys[i].digit(d)];
  for (int d = 0; d < ErrorKey::digits; ++d) {  // an odd number, so that the last goes into `sorted`
    std::uint32_t place = 0;
    for (std::uint32_t& of : places[d]) place += std::exchange(of, place);
    for (std::size_t i = 0; i < count; ++i) sorted[places[d][keys[i].digit(d)]++] = keys[i];
    std::swap(keys, sorted);
  }
}

/// The loss of class c for keys that are sorted, and its derivatives in the counted pixels' softmax.
inline double lovasz_loss(const LabelLossOperands& of, int c, std::size_t positives, const ErrorKey* keys,
                          float* slopes) {
  double loss = 0, before = 0;
  std::size_t found = 0;
  for (std::size_t k = 0; k < of.pixels && keys[k].counts(); ++k) {
    const std::size_t pixel = keys[k].pixel();
    const bool positive = of.labels[pixel] == c;
    found += positive;
    const double missed = static_cast<double>(positives - found);
    const double jaccard = 1 - missed / static_cast<double>(positives + k + 1 - found);  // its loss for the first k + 1
    loss += keys[k].error() * (jaccard - before);
    slopes[pixel] = static_cast<float>(positive ? before - jaccard : jaccard - before);
    before = jaccard;
  }
  return loss;
}

}  // namespace detail

/// Where the loss keeps what it sorts.
struct LovaszMemory {
  std::size_t pixels;
  int classes;
  float* data;

  static constexpr std::size_t size(std::size_t pixels, int classes) {
    return head(pixels, classes) + 2 * classes * key_plane(pixels);
  }

  float* pixel_sums() const { return data; }
  float& loss(int c) const { return data[pixel_sum_scratch(pixels) + c]; }
  float& present(int c) const { return (&loss(classes))[c]; }  // 1 or 0
  /// The derivatives in a class's softmax; their memory is that of the keys before they were sorted.
  float* slopes(int c) const { return data + head(pixels, classes) + 2 * c * key_plane(pixels); }
  ErrorKey* keys(int c) const { return reinterpret_cast<ErrorKey*>(slopes(c)); }
  ErrorKey* sorted_keys(int c) const { return keys(c) + key_plane(pixels) / 2; }

 private:
  static constexpr std::size_t head(std::size_t pixels, int classes) {
    return aligned_floats(pixel_sum_scratch(pixels) + 2 * classes);
  }
  static constexpr std::size_t key_plane(std::size_t pixels) { return aligned_floats(2 * pixels); }
};

namespace detail {

/// Writes the keys of all classes. Returns 0, or NaN if one of the logits is.
inline double write_error_keys(const LabelLossOperands& of, const LovaszMemory& memory, int threads,
                               const MicroKernels& kernels) {
  return sum_over_pixels(of.pixels, {memory.pixel_sums(), threads}, [&](std::size_t first, std::size_t last) {
    float no_number = 0;
    for_each_softmax(first, last, of.classes, of.logits, kernels,
                     [&](std::size_t i, const float* y, int step, float log_sum) {
                       no_number += 0 * log_sum;
                       const int label = of.labels[i];
                       for (int c = 0; c < of.classes; ++c) {
                         const float error = c == label ? 1 - y[c * step] : y[c * step];
                         memory.keys(c)[i] = of.counts(i) ? ErrorKey(error, i) : ErrorKey::uncounted();
                       }
                     });
    return no_number;
  });
}

inline void compute_class(const LabelLossOperands& of, const LovaszMemory& memory, int c) {
  const std::size_t positives = c == of.weights.ignored ? 0 : std::count(of.labels, of.labels + of.pixels, c);
  memory.present(c) = positives > 0;
  memory.loss(c) = 0;
  if (positives == 0) {
    std::fill_n(memory.slopes(c), of.pixels, 0.0f);
    return;
  }
  sort_errors(of.pixels, memory.keys(c), memory.sorted_keys(c));
  memory.loss(c) = static_cast<float>(lovasz_loss(of, c, positives, memory.sorted_keys(c), memory.slopes(c)));
}

}  // namespace detail

/// The mean over the classes that occur of the Lovász extension of their Jaccard loss at the errors of the softmax; 0 if
/// none occurs, NaN if one of the logits is; its gradient as `gradient` says.
/// Extent  scratch: LovaszMemory::size. Pixels: fewer than 2³².
inline double lovasz_softmax(const LabelLossOperands& of, Scratch scratch,
                             const MicroKernels& kernels = micro_kernels()) {
  const LovaszMemory memory{of.pixels, of.classes, scratch.data};
  double loss = detail::write_error_keys(of, memory, scratch.threads, kernels);
  parallel_for(scratch.threads, of.classes,
               [&](std::size_t c, int) { detail::compute_class(of, memory, static_cast<int>(c)); });
  float present = 0;
  for (int c = 0; c < of.classes; ++c) present += memory.present(c);
  if (present == 0) present = 1;
  for (int c = 0; c < of.classes; ++c) loss += memory.loss(c) / present;

  const LossGradient& to = of.gradient;
  if (!to.dlogits.data) return loss;
  parallel_blocks(scratch.threads, of.pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for_each_softmax(first, last, of.classes, of.logits, kernels, [&](std::size_t i, const float* y, int step, float) {
      if (!of.counts(i)) return of.store_nothing(i);
      float dot = 0;
      for (int c = 0; c < of.classes; ++c) dot += y[c * step] * memory.slopes(c)[i];
      for (int c = 0; c < of.classes; ++c)
        to.store(i, c, to.scale / present * y[c * step] * (memory.slopes(c)[i] - dot));
    });
  });
  return loss;
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
