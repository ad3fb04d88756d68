// Of convolutions between an image of at most four channels and one of many.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

typedef float Quad __attribute__((vector_size(16)));
typedef float LooseQuad __attribute__((vector_size(16), aligned(alignof(float)), may_alias));

/// Lays the 3×3 patches of `count` pixels side by side: of each of three lines, `line` floats apart, 3·channels floats.
/// Reads and writes up to a vector more than that; what it writes too much of a patch is written over by the next.
/// Shapes  to: count patches, `stride` floats apart.
[[gnu::noinline]] inline void gather(const float* lines, std::size_t line, int channels, int count, float* to,
                                     std::size_t stride) {
  const int run = 3 * channels;
  for (int i = 0; i < count; ++i, lines += channels, to += stride)
    for (int row = 0; row < 3; ++row)
      for (int v = 0; v < run; v += width) store(to + row * run + v, load(lines + row * line + v));
}

/// The sums of the nine taps of `count` pixels, four lanes of each.
/// Shapes  taps: of the first pixel, the next ones' are `panel` floats further on; to: count×panel.
[[gnu::noinline]] inline void sum_taps(const float* const* taps, int count, float* to) {
  for (int i = 0; i < count; ++i) {
    Quad sum{};
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) sum += *reinterpret_cast<const LooseQuad*>(taps[tap] + i * panel);
    *reinterpret_cast<LooseQuad*>(to + i * panel) = sum;
  }
}
