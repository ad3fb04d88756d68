#include "unetpp/kernels/pooling.hpp"

#include "../reference/naive.hpp"
#include "compare.hpp"

namespace pooling_test {

using namespace compare;

namespace {

reference::Array array(const FloatImage& image, int batch, Shape s) {
  reference::Array a(batch, s.height, s.width, s.channels);
  for (std::size_t i = 0; i < a.v.size(); ++i) a.v[i] = image.memory[i / s.channels * image.stride + i % s.channels];
  return a;
}

/// A random pool; half of them have windows side by side, which the micro-kernels compute.
PoolGeometry random_pool(const Random& random, int batch) {
  const auto below = [&](int i, int limit) { return static_cast<int>(random.below(limit, i)); };
  const int channels = 1 + below(0, 70);
  const Extent window(1 + below(1, 3), 1 + below(2, 3));
  if (below(3, 2) == 0) {
    const Shape out{1 + below(4, 40 / window.height), 1 + below(5, 40 / window.width), channels};
    return {{out.height * window.height, out.width * window.width, channels}, out, window, window, 0, 0};
  }
  const Shape in{window.height + below(4, 20), window.width + below(5, 20), channels};
  const Extent stride(1 + below(6, 3), 1 + below(7, 3));
  const reference::Geometry g = reference::window_geometry(
      reference::Array(batch, in.height, in.width, 1), {window.height, window.width}, {stride.height, stride.width},
      {1, 1}, below(8, 2) == 0 ? reference::Padding::same : reference::Padding::valid);
  return {in, {g.out.h, g.out.w, channels}, window, stride, g.pad.h, g.pad.w};
}

void check_pool(std::uint64_t seed) {
  const Random random(seed, 1);
  const int batch = 1 + static_cast<int>(random.below(3, 10));
  const PoolGeometry g = random_pool(random, batch);
  const std::size_t gap = random.below(3, 11), pixels = batch * g.in.pixels(), pooled = batch * g.out.pixels();
  const bool accumulate = random.below(2, 12) == 1, masked = random.below(2, 13) == 1;
  FloatImage x(pixels, g.in.channels, gap, 1, seed + 1);
  for (float& v : x.memory) v = std::round(2 * v) / 2;  // many are equal
  const FloatImage dy(pooled, g.in.channels, gap + 1, 1, seed + 2), old(pixels, g.in.channels, gap + 2, 1, seed + 3);
  const FloatImage mask(pixels, g.in.channels, gap, 1, seed + 4);

  const reference::Geometry geometry{{g.window.height, g.window.width},
                                     {g.stride.height, g.stride.width},
                                     {1, 1},
                                     {g.pad_top, g.pad_left},
                                     {g.out.height, g.out.width}};
  const reference::Array naive_x = array(x, batch, g.in), before = array(old, batch, g.in);
  const reference::Array want = reference::max_pool(naive_x, geometry), masks = array(mask, batch, g.in);
  reference::Array want_dx = reference::max_pool_gradient(naive_x, array(dy, batch, g.out), geometry);
  for (std::size_t i = 0; i < want_dx.v.size(); ++i)
    want_dx.v[i] = masked && !(masks.v[i] > 0) ? 0 : want_dx.v[i] + (accumulate ? before.v[i] : 0);

  for (const InstructionSet set : supported_sets()) {
    CAPTURE(seed, int(set), to_string(g.in), to_string(g.out), batch, gap, accumulate, masked);
    FloatImage y(pooled, g.in.channels, gap, 0, seed), dx(old);
    max_pool(g, batch, {x, y}, 2, micro_kernels(set));
    CHECK(array(y, batch, g.out).v == want.v);
    CHECK(y.guards_are_whole());
    const Epilogue<float> epilogue{
        .accumulate = accumulate, .mask = masked ? mask.memory.data() : nullptr, .mask_stride = mask.stride};
    Buffer<float> scratch(max_pool_gradient_scratch(g, 2));
    max_pool_gradient(g, batch, {x, dy, dx, epilogue}, {scratch.data(), 2}, micro_kernels(set));
    double worst = 0;
    const reference::Array got = array(dx, batch, g.in);
    for (std::size_t i = 0; i < got.v.size(); ++i) worst = std::max(worst, std::abs(got.v[i] - want_dx.v[i]));
    CHECK(worst < 1e-5);
    CHECK(dx.guards_are_whole());
  }
}

}  // namespace

TEST_CASE("max pooling and its gradient agree with naive loops at random shapes") {
  for (std::uint64_t seed = 0; seed < 6000; seed += 100) check_pool(seed);
}

}  // namespace pooling_test
