// Max pooling of windows that lie side by side, a row of windows at a time.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pack.inc.hpp"
#endif

inline constexpr int windows_ahead = 4;  // whose pixels are fetched

/// The largest value of each lane in a window and the tap where it stands first; a NaN counts as largest.
struct Largest {
  Vec value;
  Ints tap;
};
template <class T>
[[gnu::always_inline]] inline Largest largest_of(const PoolWindow& w, const T* x, int lanes) {
  Largest largest{Vec{} - __builtin_inff(), Ints{}};
  for (int i = 0, tap = 0; i < w.height; ++i)
    for (int j = 0; j < w.width; ++j, ++tap) {
      prefetch(x + i * w.row + (windows_ahead * w.width + j) * w.pixel);
      const Vec value = load_part(x + i * w.row + j * w.pixel, lanes);
      const Ints larger = (value > largest.value) | (value != value);
      largest.value = larger ? value : largest.value;
      largest.tap = larger ? Ints{} + tap : largest.tap;
    }
  return largest;
}

/// Calls work(window, lanes) so that the compiler knows the usual case: windows of 2×2 and whole vectors.
template <class Work>
[[gnu::always_inline]] inline void with_usual_window(const PoolWindow& w, int lanes, const Work& work) {
  if (w.height == 2 && w.width == 2 && lanes >= width)
    work(PoolWindow{2, 2, w.row, w.pixel, w.image_width}, width);
  else
    work(w, lanes);
}

template <class T>
[[gnu::noinline]] void max_pool_row(const PoolWindow& w, const T* x, int count, int channels, T* y,
                                    std::size_t stride) {
  for (int i = 0; i < count; ++i, x += w.width * w.pixel, y += stride)
    for (int c = 0; c < channels; c += width)
      with_usual_window(
          w, channels - c, [&](const PoolWindow& window, int lanes) __attribute__((always_inline)) {
            store_part(y + c, largest_of(window, x + c, lanes).value, lanes);
          });
}

/// dx (+)= dy where a window's largest value stands, then zero where the mask is not positive. `to` are dx's windows.
template <class T>
[[gnu::noinline]] void max_pool_gradient_row(const PoolWindow& w, const T* x, const T* dy, std::size_t stride,
                                             int count, int channels, const PoolWindow& to, T* dx, std::size_t pixel,
                                             const Epilogue<T>& end) {
  for (int i = 0; i < count; ++i, x += w.width * w.pixel, dy += stride, dx += to.width * to.pixel, pixel += w.width)
    for (int c = 0; c < channels; c += width)
      with_usual_window(
          w, channels - c, [&](const PoolWindow& window, int lanes) __attribute__((always_inline)) {
            const Ints at = largest_of(window, x + c, lanes).tap;
            const Vec gradient = load_part(dy + c, lanes);
            for (int h = 0, tap = 0; h < window.height; ++h)
              for (int v = 0; v < window.width; ++v, ++tap) {
                T* there = dx + h * to.row + v * to.pixel + c;
                prefetch(there + windows_ahead * to.width * to.pixel);
                finish(at == tap ? gradient : Vec{}, lanes, Vec{}, pixel + h * window.image_width + v, there, c, end);
              }
          });
}
