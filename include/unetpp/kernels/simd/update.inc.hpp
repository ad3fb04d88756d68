// Steps of optimizers. Each value is computed in the same way wherever it lies, so that its bits do not depend on that.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

[[gnu::always_inline]] inline int lanes_at(std::size_t i, std::size_t count) {
  return count - i < width ? static_cast<int>(count - i) : width;
}

[[gnu::noinline]] inline void adam(std::size_t count, const AdamStep& step, const float* gradient, float* m, float* v,
                                   float* p) {
  for (std::size_t i = 0; i < count; i += width) {
    const int lanes = lanes_at(i, count);
    const Vec g = load_part(gradient + i, lanes);
    const Vec mean = step.keep1 * load_part(m + i, lanes) + step.add1 * g;
    const Vec square = step.keep2 * load_part(v + i, lanes) + step.add2 * (g * g);
    store_part(m + i, mean, lanes);
    store_part(v + i, square, lanes);
    const Vec old = load_part(p + i, lanes), move = step.rate * mean / (square_root(square) + step.epsilon);
    store_part(p + i, old - (step.decay != 0 ? move + step.decay * old : move), lanes);
  }
}

[[gnu::noinline]] inline void sgd(std::size_t count, const SGDStep& step, const float* gradient, float* v, float* p) {
  for (std::size_t i = 0; i < count; i += width) {
    const int lanes = lanes_at(i, count);
    const Vec old = load_part(p + i, lanes), g = load_part(gradient + i, lanes);
    const Vec move = step.rate * (step.decay != 0 ? g + step.decay * old : g);
    const Vec velocity = step.momentum * load_part(v + i, lanes) - move;
    store_part(v + i, velocity, lanes);
    store_part(p + i, old + (step.nesterov ? step.momentum * velocity - move : velocity), lanes);
  }
}

[[gnu::noinline]] inline void moving_average(std::size_t count, float share, const float* p, float* average) {
  for (std::size_t i = 0; i < count; i += width) {
    const int lanes = lanes_at(i, count);
    const Vec old = load_part(average + i, lanes);
    store_part(average + i, old + share * (load_part(p + i, lanes) - old), lanes);
  }
}
