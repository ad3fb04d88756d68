#pragma once
// Products with factors drawn at random.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "unetpp/core/parallel.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/activation.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// What is drawn for an element: 0 with a probability of `per_thousand` thousandths (to 2⁻³²), else 1 / (1 − that).
constexpr Draw dropout_draw(int per_thousand, const Random& random) {
  return {random.seed(), random.stream(), static_cast<std::uint32_t>((std::uint64_t(per_thousand) << 32) / 1000),
          1000.0f / static_cast<float>(1000 - per_thousand)};
}

namespace detail {

/// The factors of a few elements.
struct DrawnFactors {
  static constexpr int most = 1024;  // at once
  float values[most + Draw::run];

  /// Draws those of the elements from `first` on; returns where they begin.
  template <class T>
  const float* compute(const Draw& draw, std::uint64_t first, int count, const LayerKernels<T>& kernels) {
    const int before = static_cast<int>(first % Draw::run);
    if constexpr (has_micro_kernels) {
      kernels.draw(draw, first / Draw::run, parts_of(before + count, Draw::run), values);
    } else {
      const Random random(draw.seed, draw.stream);
      for (int f = before; f < before + count; ++f) {
        const std::uint64_t counter = (first / Draw::run + f / Draw::run) * Draw::blocks + f % Draw::blocks;
        values[f] = random.bits(4 * counter + f % Draw::run / Draw::blocks) < draw.limit ? 0 : draw.scale;
      }
    }
    return values + before;
  }
};

/// The pixels from `pixel` on, and of these the channels from `channel` on.
template <class T>
PointwiseRun<T> part_of(PointwiseRun<T> run, std::size_t pixel, int channel) {
  run.x.data += pixel * run.x.stride + channel;
  run.y.data += pixel * run.y.stride + channel;
  return run;
}

/// y = end(x·factor).
template <class T>
void multiply(const PointwiseRun<T>& run, ConstPixels<float> factors, const Epilogue<T>& end,
              const LayerKernels<T>& kernels) {
  if constexpr (has_micro_kernels)
    kernels.multiply(run, factors, end);
  else
    map_values(run, factors, end, [](float x, float factor) { return x * factor; });
}

}  // namespace detail

/// What a dropout reads, writes and draws; `first` is the number of the first factor in the draw.
template <class T>
struct DropoutOperands {
  MapOperands<T> map;
  Draw draw;
  std::uint64_t first;
};

/// y = end(x times a factor for each element).
template <class T = float>
void dropout(std::size_t pixels, int channels, const DropoutOperands<T>& of, int threads,
             const LayerKernels<T>& kernels = layer_kernels<T>()) {
  using detail::DrawnFactors;
  const auto work = [&](const PointwiseRun<T>& all, const Epilogue<T>& end, std::size_t first) {
    DrawnFactors factors;
    std::uint64_t element = of.first + first * channels;
    const int at_once = std::min(all.channels, DrawnFactors::most), pixels_at_once = DrawnFactors::most / at_once;
    for (int i = 0; i < all.count; i += pixels_at_once)
      for (int c = 0; c < all.channels; c += at_once) {
        PointwiseRun<T> run = detail::part_of(all, i, c);
        run.count = std::min(pixels_at_once, all.count - i);
        run.channels = std::min(at_once, all.channels - c);
        const std::size_t stride = run.channels, count = run.count * stride;
        const ConstPixels<float> drawn{factors.compute(of.draw, element, static_cast<int>(count), kernels), stride};
        Epilogue<T> part = end.from_channel(c);
        if (part.mask) part.mask += i * part.mask_stride;
        detail::multiply(run, drawn, part, kernels);
        element += count;
      }
  };
  parallel_runs<T>(pixels, channels, {of.map.x, of.map.x, of.map.y, of.map.end}, threads, work);
}

/// y = end(x times a factor for each channel of each image).
/// Shapes  x, y: batch×s.
template <class T = float>
void spatial_dropout(std::size_t batch, Shape s, const DropoutOperands<T>& of, int threads,
                     const LayerKernels<T>& kernels = layer_kernels<T>()) {
  using detail::DrawnFactors;
  const std::size_t blocks = parts_of(s.pixels(), pixel_block);
  parallel_for(threads, batch * blocks, [&](std::size_t unit, int) {
    const std::size_t image = unit / blocks, begin = unit % blocks * pixel_block, first = image * s.pixels() + begin;
    const PointwiseRun<T> all{of.map.x, of.map.x, of.map.y, static_cast<int>(std::min(pixel_block, s.pixels() - begin)),
                              s.channels};
    DrawnFactors factors;
    for (int c = 0; c < s.channels; c += DrawnFactors::most) {
      PointwiseRun<T> run = detail::part_of(all, first, c);
      run.channels = std::min(DrawnFactors::most, s.channels - c);
      const ConstPixels<float> drawn{factors.compute(of.draw, of.first + image * s.channels + c, run.channels, kernels),
                                     0};
      Epilogue<T> part = of.map.end.from_channel(c);
      if (part.mask) part.mask += first * part.mask_stride;
      detail::multiply(run, drawn, part, kernels);
    }
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
