// Activations that no convolution has fused to it, and products.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#define UNETPP_BODY
#include "unetpp/kernels/simd/softmax.inc.hpp"
#endif

struct Product {
  [[gnu::always_inline]] Vec operator()(Vec x, Vec factor) const { return x * factor; }
};
struct LeakyReLU {
  float slope;
  [[gnu::always_inline]] Vec operator()(Vec x, Vec dy) const { return x > 0 ? dy : slope * dy; }
};

/// 1 / (1 + e⁻ˣ).
[[gnu::always_inline]] inline Vec logistic(Vec x) {
  const Vec power = exponential(x < 0 ? x : -x);
  return (x < 0 ? power : Vec{} + 1) / (1 + power);
}
struct SiLU {
  [[gnu::always_inline]] Vec operator()(Vec x, Vec) const { return x * logistic(x); }
};
struct SiLUGradient {
  [[gnu::always_inline]] Vec operator()(Vec x, Vec dy) const {
    const Vec share = logistic(x);
    return dy * share * (1 + x * (1 - share));
  }
};

/// y = end(x·factor).
template <class T>
[[gnu::noinline]] void multiply(const PointwiseRun<T>& run, ConstPixels<float> factors, const Epilogue<T>& end) {
  map_pixels(run, factors, end, Product{});
}

/// y = end(dy·(1 where x is positive, else slope)); with x for dy it is the function itself.
template <class T>
[[gnu::noinline]] void leaky_relu(const PointwiseRun<T>& run, float slope, const Epilogue<T>& end) {
  map_pixels(run, run.dy, end, LeakyReLU{slope});
}

/// y = end(x·logistic(x)), and its gradient.
template <class T>
[[gnu::noinline]] void silu(const PointwiseRun<T>& run, const Epilogue<T>& end) {
  map_pixels(run, run.dy, end, SiLU{});
}
template <class T>
[[gnu::noinline]] void silu_gradient(const PointwiseRun<T>& run, const Epilogue<T>& end) {
  map_pixels(run, run.dy, end, SiLUGradient{});
}
