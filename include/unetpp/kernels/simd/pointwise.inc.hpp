// Functions of every value alone.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pack.inc.hpp"
#endif

/// Calls work(channel, lanes) for all channels, a vector at a time, so that the compiler knows the whole ones.
template <class Work>
[[gnu::always_inline]] inline void for_each_vector(int channels, const Work& work) {
  int c = 0;
  for (; c + width <= channels; c += width) work(c, width);
  if (c < channels) work(c, channels - c);
}

/// y = end(f(x, other)), where f is of vectors.
template <class T, class Other, class F>
[[gnu::always_inline]] inline void map_pixels(const PointwiseRun<T>& run, ConstPixels<Other> other,
                                              const Epilogue<T>& end, const F& f) {
  for (int i = 0; i < run.count; ++i) {
    const T* x = run.x.data + i * run.x.stride;
    const Other* there = other.data + i * other.stride;
    T* y = run.y.data + i * run.y.stride;
    for_each_vector(
        run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
          finish(f(load_part(x + c, lanes), load_part(there + c, lanes)), lanes, Vec{}, i, y + c, c, end);
        });
  }
}

struct Copy {
  [[gnu::always_inline]] Vec operator()(Vec x, Vec) const { return x; }
};
struct ReLU {
  [[gnu::always_inline]] Vec operator()(Vec x, Vec) const { return x < 0 ? Vec{} : x; }
};
struct ReLUGradient {
  [[gnu::always_inline]] Vec operator()(Vec x, Vec dy) const { return x > 0 ? dy : Vec{}; }
};
/// y = end(x).
template <class T>
[[gnu::noinline]] void copy(const PointwiseRun<T>& run, const Epilogue<T>& end) {
  map_pixels(run, run.dy, end, Copy{});
}

/// y = end(max(x, 0)), and its gradient.
template <class T>
[[gnu::noinline]] void relu(const PointwiseRun<T>& run, const Epilogue<T>& end) {
  map_pixels(run, run.dy, end, ReLU{});
}
template <class T>
[[gnu::noinline]] void relu_gradient(const PointwiseRun<T>& run, const Epilogue<T>& end) {
  map_pixels(run, run.dy, end, ReLUGradient{});
}

/// Stores `count` values as another type.
template <class From, class To>
[[gnu::noinline]] void convert(const From* x, std::size_t count, To* y) {
  std::size_t i = 0;
  for (; i + width <= count; i += width) store(y + i, load(x + i));
  if (i < count) store_part(y + i, load_part(x + i, static_cast<int>(count - i)), static_cast<int>(count - i));
}
