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

/// y = end(f(x, dy)), where f is of vectors.
template <class F>
[[gnu::always_inline]] inline void map_pixels(const PointwiseRun& run, const Epilogue& end, const F& f) {
  for (int i = 0; i < run.count; ++i) {
    const float* x = run.x.data + i * run.x.stride;
    const float* dy = run.dy.data + i * run.dy.stride;
    float* y = run.y.data + i * run.y.stride;
    for_each_vector(
        run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
          finish(f(load_part(x + c, lanes), load_part(dy + c, lanes)), lanes, Vec{}, i, y + c, c, end);
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
[[gnu::noinline]] inline void copy(const PointwiseRun& run, const Epilogue& end) { map_pixels(run, end, Copy{}); }

/// y = end(max(x, 0)), and its gradient.
[[gnu::noinline]] inline void relu(const PointwiseRun& run, const Epilogue& end) { map_pixels(run, end, ReLU{}); }
[[gnu::noinline]] inline void relu_gradient(const PointwiseRun& run, const Epilogue& end) {
  map_pixels(run, end, ReLUGradient{});
}
