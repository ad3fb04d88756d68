#pragma once
// Runs the three passes of a fast convolution against those of im2col, in all the ways that it can be computed here.
//
// A fast one is a type with scratch, convolve and transposed, and maybe with gradient_scratch and weight_gradient. The passes
// are for one of its `ways()`: an instruction set, or what else it is computed by.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/kernels/convolution/convolution.hpp"

namespace compare {

using namespace unetpp;
using namespace unetpp::kernels;

inline constexpr float guard = 12345;         // in bfloat16 12352
inline constexpr std::size_t room = 1 << 14;  // guards behind the scratch memory that a kernel asked for

/// A value as T stores it.
template <class T>
float stored(float value) {
  return static_cast<T>(value);
}

/// Pixels of random values with `gap` guards after each pixel, and no more memory than that.
template <class T>
struct ImageOf {
  std::size_t pixels;
  int channels;
  std::size_t stride;
  std::vector<T> memory;

  ImageOf(std::size_t n, int c, std::size_t gap, float scale, std::uint64_t seed)
      : pixels(n), channels(c), stride(c + gap), memory(n * stride, guard) {
    for (std::size_t i = 0; i < n; ++i)
      for (int j = 0; j < c; ++j) memory[i * stride + j] = scale * Random(seed).normal(i * c + j);
  }
  operator Pixels<T>() { return {memory.data(), stride}; }
  operator ConstPixels<T>() const { return {memory.data(), stride}; }
  bool guards_are_whole() const {
    for (std::size_t i = 0; i < pixels; ++i)
      for (std::size_t j = channels; j < stride; ++j)
        if (memory[i * stride + j] != stored<T>(guard)) return false;
    return true;
  }
  /// The same values as floats.
  ImageOf<float> as_floats() const {
    ImageOf<float> image(pixels, channels, stride - channels, 0, 0);
    for (std::size_t i = 0; i < pixels; ++i)
      for (int j = 0; j < channels; ++j) image.memory[i * stride + j] = memory[i * stride + j];
    return image;
  }
};
using FloatImage = ImageOf<float>;

/// The largest difference beside the largest value, beyond `rounding` times the value itself.
inline double difference(const std::vector<float>& got, const std::vector<float>& want, double rounding = 0) {
  double largest = 1e-30, worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (want[i] == guard) continue;
    largest = std::max(largest, std::abs(double{want[i]}));
    const double off = std::abs(double{got[i]} - want[i]) - rounding * std::abs(double{want[i]});
    worst = std::isfinite(got[i]) ? std::max(worst, off) : INFINITY;
  }
  return worst / largest;
}

/// What a value may be off by, relative to itself, when it is stored as T.
template <class T>
inline constexpr double rounding_of = 0;
template <>
inline constexpr double rounding_of<BFloat16> = 1.0 / 256;

/// The sets that have micro-kernels of their own and that this machine can run.
inline std::vector<InstructionSet> supported_sets() {
  std::vector<InstructionSet> sets{InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512};
  std::erase_if(sets, [](InstructionSet set) { return !supports(set); });
  return sets;
}

/// For those that each instruction set computes in one way.
struct BySet {
  static std::vector<InstructionSet> ways() { return supported_sets(); }
};

/// Whether all ways that Fast can be computed in have the same bits.
template <class Fast>
constexpr bool ways_have_the_same_bits() {
  if constexpr (requires { Fast::ways_have_the_same_bits; }) return Fast::ways_have_the_same_bits;
  return false;
}

struct Case {
  ConvGeometry g;
  std::size_t batch;
  std::size_t gap;
  bool bias, accumulate, relu, mask;
};

/// A random case: random(i, limit) is a number below the limit, the same for the same i.
template <class GeometryOf>
Case random_case(std::uint64_t seed, const GeometryOf& geometry) {
  const auto random = [&](int i, int limit) { return static_cast<int>(Random(seed).uniform(i) * limit) % limit; };
  const int flags = random(6, 16);
  return {geometry(random),
          std::size_t(1 + random(4, 3)),
          std::size_t(random(5, 3)),
          flags % 2 == 1,
          flags / 2 % 2 == 1,
          flags / 4 % 2 == 1,
          flags / 8 == 1};
}

template <class T, class Kernel>
std::vector<float> run(const Case& c, const ImageOf<T>& from, const std::vector<float>& weight, ImageOf<T> to,
                       const ImageOf<T>& mask, const std::vector<float>& bias, int threads, std::size_t scratch_floats,
                       const Kernel& kernel) {
  Buffer<float> scratch(scratch_floats + room, guard);
  const Epilogue<T> epilogue{c.bias ? bias.data() : nullptr, c.accumulate, c.relu,
                             c.mask ? mask.memory.data() : nullptr, mask.stride};
  kernel(ConvOperands<T>{c.g, c.batch, from, weight.data(), to, epilogue}, Scratch{scratch.data(), threads});
  CHECK(to.guards_are_whole());
  CHECK(std::count(scratch.end() - room, scratch.end(), guard) == room);
  return {to.memory.begin(), to.memory.end()};
}

/// Checks Fast's weight gradient against im2col's: results, guards, and the same bits at 1, 2 and 3 threads and maybe in all
/// ways.
template <class Fast, class T>
void check_weight_gradient(const Case& c, const ImageOf<T>& x, const ImageOf<T>& y, std::uint64_t seed) {
  const ConvGeometry& g = c.g;
  const std::size_t m = c.batch * g.out.pixels();
  // They are added to.
  const std::vector<float> dweight0 =
      FloatImage(g.weights(), 1, 0, std::sqrt(2.0f * m / (g.taps() * g.in.channels)), seed).memory;
  const std::vector<float> dbias0 = FloatImage(g.out.channels, 1, 0, 1, seed + 1).memory;
  std::vector<float> dweight(dweight0), dbias(dbias0);
  Buffer<float> scratch(std::max(im2col_gradient_scratch(g, c.batch, 2), bias_gradient_scratch(m, g.out.channels)));
  const FloatImage float_x = x.as_floats(), float_y = y.as_floats();
  im2col_weight_gradient<float>({g, c.batch, float_x, float_y, dweight.data()}, {scratch.data(), 2});
  if (c.bias) bias_gradient<float>(m, g.out.channels, float_y, dbias.data(), {scratch.data(), 2});
  std::vector<float> first;
  for (const auto& way : Fast::ways()) {
    if (!ways_have_the_same_bits<Fast>()) first.clear();
    for (int threads = 1; threads <= 3; ++threads) {
      std::vector<float> got(dweight0), got_bias(dbias0);
      Buffer<float> memory(Fast::gradient_scratch(g, c.batch, threads) + room, guard);
      Fast::weight_gradient(
          WeightGradientOperands<T>{g, c.batch, x, y, got.data(), {.filters = c.bias ? got_bias.data() : nullptr}},
          {memory.data(), threads}, way);
      CAPTURE(to_string(way), threads, to_string(g.in), g.out.channels, c.batch, c.gap, c.bias);
      CHECK(std::count(memory.end() - room, memory.end(), guard) == room);
      CHECK(difference(got, dweight) < 2e-5);
      CHECK(difference(got_bias, dbias) < 2e-5);
      got.insert(got.end(), got_bias.begin(), got_bias.end());
      if (first.empty()) first = got;
      CHECK(got == first);
    }
  }
}

/// Checks Fast's passes of values that are stored as T against im2col's of the same values as floats: results, guards, and
/// the same bits at 1, 2 and 3 threads and maybe in all ways. Weights are what T can store, since a matrix unit multiplies by no others.
template <class Fast, class T = float>
void check(const Case& c, std::uint64_t seed) {
  const ConvGeometry& g = c.g;
  const std::size_t n = c.batch * g.in.pixels(), m = c.batch * g.out.pixels();
  const std::vector<float> weight =
      ImageOf<T>(g.weights(), 1, 0, std::sqrt(2.0f / (g.taps() * g.in.channels)), seed).as_floats().memory;
  const std::vector<float> bias = FloatImage(std::max(g.in.channels, g.out.channels), 1, 0, 1, seed + 1).memory;
  const ImageOf<T> x(n, g.in.channels, c.gap, 1, seed + 2), y(m, g.out.channels, c.gap + 1, 1, seed + 3);
  const ImageOf<T> x_mask(n, g.in.channels, c.gap, 1, seed + 4), y_mask(m, g.out.channels, 0, 1, seed + 5);
  const std::vector<float> forward = run(c, x.as_floats(), weight, y.as_floats(), y_mask.as_floats(), bias, 2,
                                         im2col_scratch(g, 2), im2col_convolve<float>);
  const std::vector<float> backward = run(c, y.as_floats(), weight, x.as_floats(), x_mask.as_floats(), bias, 2,
                                          im2col_scratch(g, 2), im2col_convolve_transposed<float>);
  std::vector<float> first, first_transposed;
  for (const auto& way : Fast::ways()) {
    const auto convolve = [&](const ConvOperands<T>& of, Scratch memory) { Fast::convolve(of, memory, way); };
    const auto transposed = [&](const ConvOperands<T>& of, Scratch memory) { Fast::transposed(of, memory, way); };
    if (!ways_have_the_same_bits<Fast>()) first.clear();
    for (int threads = 1; threads <= 3; ++threads) {
      CAPTURE(to_string(way), threads, to_string(g.in), g.out.channels, c.batch, c.gap, c.bias, c.accumulate, c.relu,
              c.mask);
      const std::size_t scratch = Fast::scratch(g, c.batch, threads);
      const auto got = run(c, x, weight, y, y_mask, bias, threads, scratch, convolve);
      const auto got_transposed = run(c, y, weight, x, x_mask, bias, threads, scratch, transposed);
      CHECK(difference(got, forward, rounding_of<T>) < 2e-5);
      CHECK(difference(got_transposed, backward, rounding_of<T>) < 2e-5);
      if (first.empty()) {
        first = got;
        first_transposed = got_transposed;
      }
      CHECK(got == first);
      CHECK(got_transposed == first_transposed);
    }
  }
  if constexpr (requires { &Fast::gradient_scratch; }) check_weight_gradient<Fast>(c, x, y, seed);
}

/// Checks that an image large and aligned enough to go past the caches is the same as one that is not aligned.
template <class Fast, class T = float>
void same_bits_past_the_caches(const ConvGeometry& g) {
  const ImageOf<T> in(g.in.pixels(), g.in.channels, 0, 1, 1), out(g.out.pixels(), g.out.channels, 0, 1, 2);
  const auto compute = [&](std::size_t gap, const Shape& to, const ImageOf<T>& x, const ImageOf<T>& mask,
                           const auto& kernel) {
    const FloatImage weight(g.weights(), 1, 0, 0.1f, 3), bias(to.channels, 1, 0, 1, 4);
    const std::size_t stride = to.channels + gap;
    Buffer<T> y(to.pixels() * stride);
    Buffer<float> scratch(Fast::scratch(g, 1, 2));
    CHECK(Epilogue<T>{}.streamed({y.data(), stride}, to.pixels(), to.channels).stream ==
          (gap == 0 && to.channels % 16 == 0));
    const Epilogue<T> end{
        .bias = bias.memory.data(), .relu = true, .mask = mask.memory.data(), .mask_stride = mask.stride};
    kernel(ConvOperands<T>{g, 1, x, weight.memory.data(), {y.data(), stride}, end}, Scratch{scratch.data(), 2});
    std::vector<float> values;
    for (std::size_t i = 0; i < to.pixels(); ++i)
      values.insert(values.end(), y.data() + i * stride, y.data() + i * stride + to.channels);
    return values;
  };
  for (const auto& way : Fast::ways()) {
    CAPTURE(to_string(way));
    const auto convolve = [&](const ConvOperands<T>& of, Scratch memory) { Fast::convolve(of, memory, way); };
    const auto transposed = [&](const ConvOperands<T>& of, Scratch memory) { Fast::transposed(of, memory, way); };
    CHECK(compute(0, g.out, in, out, convolve) == compute(1, g.out, in, out, convolve));
    CHECK(compute(0, g.in, out, in, transposed) == compute(1, g.in, out, in, transposed));
  }
}

/// Checks that a plan's scratch is enough for every smaller batch: PlanOf(geometry, batch, panel) has floats and scratch.
template <class PlanOf>
void scratch_is_enough_for_short_batches(const ConvGeometry& g, const PlanOf& plan_of) {
  for (const int panel : panel_widths)
    for (const int threads : {1, 3, 16}) {
      std::size_t least = 0;
      for (std::size_t batch = 1; batch <= 33; ++batch) {
        const auto plan = plan_of(g, batch, panel);
        least = std::max(least, plan.floats(threads));
        CAPTURE(to_string(g.in), g.out.channels, batch, panel, threads);
        REQUIRE(plan.scratch(threads) >= least);
      }
    }
}

}  // namespace compare
