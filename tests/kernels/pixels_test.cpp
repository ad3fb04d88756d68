// Kernels that treat every pixel or parameter alone, at random shapes.

#include <algorithm>
#include <cmath>
#include <limits>

#include "../reference/naive.hpp"
#include "compare.hpp"
#include "unetpp/kernels/cross_entropy.hpp"
#include "unetpp/kernels/optimizer.hpp"
#include "unetpp/kernels/softmax.hpp"

namespace pixels_test {

using namespace compare;

namespace {

/// Random sizes: up to 40×40 pixels of up to 70 channels, `gap` floats apart.
struct Sizes {
  int pixels, channels;
  std::size_t gap;
  bool accumulate, masked;

  explicit Sizes(const Random& random)
      : pixels(static_cast<int>((1 + random.below(40, 0)) * (1 + random.below(40, 1)))),
        channels(static_cast<int>(1 + random.below(70, 2))),
        gap(random.below(3, 3)),
        accumulate(random.below(2, 4) == 1),
        masked(random.below(2, 5) == 1) {}
};

reference::Array array(const FloatImage& image) {
  reference::Array a(1, 1, static_cast<int>(image.pixels), image.channels);
  for (std::size_t i = 0; i < a.v.size(); ++i)
    a.v[i] = image.memory[i / image.channels * image.stride + i % image.channels];
  return a;
}

double difference(const FloatImage& got, const reference::Array& want) {
  const reference::Array values = array(got);
  double worst = 0;
  for (std::size_t i = 0; i < want.v.size(); ++i)
    worst = std::max(worst, std::isfinite(values.v[i]) ? std::abs(values.v[i] - want.v[i]) : INFINITY);
  return worst;
}

}  // namespace

TEST_CASE("softmax and its gradient agree with naive loops at random shapes") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) {
    const Sizes s{Random(seed, 1)};
    CAPTURE(seed, s.pixels, s.channels, s.gap, s.accumulate, s.masked);
    const FloatImage x(s.pixels, s.channels, s.gap, 3, seed), dy(s.pixels, s.channels, s.gap + 1, 1, seed + 1);
    const FloatImage mask(s.pixels, s.channels, s.gap, 1, seed + 2), old(s.pixels, s.channels, s.gap + 2, 1, seed + 3);
    const reference::Array want = reference::softmax(array(x)), cotangent = array(dy), masks = array(mask);
    reference::Array want_dx = array(old);
    for (int p = 0; p < s.pixels; ++p) {
      double dot = 0;
      for (int c = 0; c < s.channels; ++c) dot += want.at(0, 0, p, c) * cotangent.at(0, 0, p, c);
      for (int c = 0; c < s.channels; ++c) {
        double& v = want_dx.at(0, 0, p, c);
        v = (s.accumulate ? v : 0) + want.at(0, 0, p, c) * (cotangent.at(0, 0, p, c) - dot);
        if (s.masked && !(masks.at(0, 0, p, c) > 0)) v = 0;
      }
    }
    for (const InstructionSet set : supported_sets()) {
      CAPTURE(int(set));
      FloatImage y(s.pixels, s.channels, s.gap, 0, seed), dx(old);
      softmax(s.pixels, s.channels, {x, y}, 2, micro_kernels(set));
      CHECK(difference(y, want) < 1e-6);
      CHECK(y.guards_are_whole());
      const Epilogue<float> end{
          .accumulate = s.accumulate, .mask = s.masked ? mask.memory.data() : nullptr, .mask_stride = mask.stride};
      softmax_gradient(s.pixels, s.channels, {x, dy, dx, end}, 2, micro_kernels(set));
      CHECK(difference(dx, want_dx) < 1e-5);
      CHECK(dx.guards_are_whole());
    }
  }
}

TEST_CASE("softmax is as exact as floats are, however far the logits are apart and however many there are") {
  for (const InstructionSet set : supported_sets()) {
    CAPTURE(int(set));
    for (float gap = 0; gap < 86; gap += 0.37f) {
      const float x[] = {1000 - gap, 1000};
      float y[2];
      softmax(1, 2, {{x, 2}, {y, 2}}, 1, micro_kernels(set));
      const double power = std::exp(double{x[0]} - x[1]);
      CHECK(y[0] == Approx(power / (1 + power)).epsilon(3e-7));
      CHECK(y[1] == Approx(1 / (1 + power)).epsilon(3e-7));
    }
    const float infinite = std::numeric_limits<float>::infinity();
    const float far[] = {-infinite, 0, -200, -3e38f};
    float y[4];
    softmax(1, 4, {{far, 4}, {y, 4}}, 1, micro_kernels(set));
    CHECK(std::vector<float>(y, y + 4) == std::vector<float>{0, 1, 0, 0});

    for (const int channels : {256, 257, 512, 513, 2000, most_softmax_channels}) {
      CAPTURE(channels);
      const FloatImage many(5, channels, 1, 3, 7);
      FloatImage shares(5, channels, 0, 0, 7);
      softmax(5, channels, {many, shares}, 1, micro_kernels(set));
      CHECK(difference(shares, reference::softmax(array(many))) < 1e-6);
    }
  }
}

TEST_CASE("the loss is not a number where a logit is not, with every instruction set") {
  for (const InstructionSet set : supported_sets())
    for (const float bad : {NAN, INFINITY})
      for (int at = 0; at < 6; ++at) {
        CAPTURE(int(set), bad, at);
        float logits[] = {0.5f, 1, -2, 3, 0, 1}, gradient[6], scratch[1];
        logits[at] = bad;
        const std::uint8_t labels[] = {1, 2};
        CHECK_FALSE(std::isfinite(
            cross_entropy({2, 3, {logits, 3}, labels, {}, {{gradient, 3}}}, {scratch, 1}, micro_kernels(set))));
      }
}

TEST_CASE("cross-entropy and its gradient agree with naive loops at random shapes") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) {
    const Random random(seed, 1);
    const Sizes s{random};
    CAPTURE(seed, s.pixels, s.channels, s.gap, s.accumulate, s.masked);
    const FloatImage logits(s.pixels, s.channels, s.gap, 3, seed);
    std::vector<std::uint8_t> labels(s.pixels);
    std::vector<double> class_weights(s.channels);
    std::vector<float> weights(s.channels);
    for (int p = 0; p < s.pixels; ++p) labels[p] = static_cast<std::uint8_t>(random.below(s.channels, 10 + p));
    for (int c = 0; c < s.channels; ++c) class_weights[c] = weights[c] = random.uniform(5000 + c);
    const int ignored = s.masked ? labels[0] : -1;
    const LabelWeights weighing{s.accumulate ? weights.data() : nullptr, ignored};
    if (!s.accumulate) class_weights.clear();

    Buffer<float> memory(pixel_sum_scratch(s.pixels));
    const Scratch scratch{memory.data(), 2};
    const double total = label_weight(s.pixels, s.channels, labels.data(), weighing, scratch);
    const reference::Array x = array(logits);
    const double mean = reference::sparse_cross_entropy(x, {labels.begin(), labels.end()}, class_weights,
                                                        s.masked ? std::optional(ignored) : std::nullopt);
    reference::Array want = reference::softmax(x);
    for (int p = 0; p < s.pixels; ++p) {
      const double weight = labels[p] == ignored ? 0 : class_weights.empty() ? 1 : class_weights[labels[p]];
      want.at(0, 0, p, labels[p]) -= 1;
      for (int c = 0; c < s.channels; ++c) want.at(0, 0, p, c) *= weight;
    }
    for (const InstructionSet set : supported_sets()) {
      CAPTURE(int(set));
      FloatImage dlogits(s.pixels, s.channels, s.gap + 1, 0, seed);
      CHECK(cross_entropy({static_cast<std::size_t>(s.pixels), s.channels, logits, labels.data(), weighing, {dlogits}},
                          scratch, micro_kernels(set)) == Approx(mean * total).epsilon(1e-5).margin(1e-5));
      CHECK(difference(dlogits, want) < 2e-6);
      CHECK(dlogits.guards_are_whole());
    }
  }
}

TEST_CASE("the loss of more classes than lie in planes of whole vectors agrees with the naive one") {
  constexpr int pixels = 7, classes = 300;
  const FloatImage logits(pixels, classes, 2, 3, 1);
  const std::uint8_t labels[pixels] = {0, 255, 3, 99, 100, 7, 254};
  float scratch[1];
  const double sum = cross_entropy({pixels, classes, logits, labels, {}}, {scratch, 1});
  const double mean = reference::sparse_cross_entropy(array(logits), {std::begin(labels), std::end(labels)});
  CHECK(sum == Approx(mean * pixels).epsilon(1e-6));
}

TEST_CASE(
    "Adam, SGD and averages agree with their formulas, with decay in a range, at random counts of parameters, wherever "
    "these lie") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Random random(seed, 1);
    const std::size_t count = 1 + random.below(seed % 2 == 0 ? 100 : 40000, 0);
    const FloatImage g(count, 1, 0, 1, seed), m(count, 1, 0, 1, seed + 100), p(count, 1, 0, 1, seed + 300);
    FloatImage v(count, 1, 0, 1, seed + 200);
    for (float& x : v.memory) x *= x;
    const AdamStep step{
        .rate = 1e-2f, .keep1 = 0.9f, .add1 = 0.1f, .keep2 = 0.99f, .add2 = 0.01f, .epsilon = 1e-3f, .decay = 0.05f};
    const SGDStep descent{.rate = 1e-2f, .momentum = 0.9f, .nesterov = seed % 3 == 0, .decay = 2};
    const IndexRange decaying{count / 3, count - count / 5};
    reference::Array want_m = array(m), want_v = array(v), want_p = array(p), want_velocity = want_m, want_q = want_p,
                     want_average = want_v;
    for (std::size_t i = 0; i < count; ++i) {
      const bool decays = i >= decaying.first && i < decaying.last;
      const double gradient = g.memory[i], old = p.memory[i];
      const double move = descent.rate * (gradient + (decays ? descent.decay * old : 0));
      want_m.v[i] = double{step.keep1} * want_m.v[i] + step.add1 * gradient;
      want_v.v[i] = double{step.keep2} * want_v.v[i] + step.add2 * gradient * gradient;
      want_p.v[i] -=
          step.rate * want_m.v[i] / (std::sqrt(want_v.v[i]) + step.epsilon) + (decays ? step.decay * old : 0);
      want_average.v[i] += 0.3f * (old - want_average.v[i]);
      want_velocity.v[i] = descent.momentum * want_velocity.v[i] - move;
      want_q.v[i] += descent.nesterov ? descent.momentum * want_velocity.v[i] - move : want_velocity.v[i];
    }
    for (const InstructionSet set : supported_sets()) {
      CAPTURE(seed, count, int(set));
      FloatImage mean(m), square(v), parameter(p), velocity(m), q(p);
      adam(count, step,
           {g.memory.data(), mean.memory.data(), square.memory.data(), parameter.memory.data(), {&decaying, 1}}, 2,
           micro_kernels(set));
      CHECK(difference(mean, want_m) < 1e-6);
      CHECK(difference(square, want_v) < 2e-6);
      CHECK(difference(parameter, want_p) < 2e-6);
      sgd(count, descent, {g.memory.data(), velocity.memory.data(), q.memory.data(), {&decaying, 1}}, 2,
          micro_kernels(set));
      CHECK(difference(velocity, want_velocity) < 1e-6);
      CHECK(difference(q, want_q) < 1e-6);
      FloatImage average(v);
      moving_average(count, 0.3f, p.memory.data(), average.memory.data(), 2, micro_kernels(set));
      CHECK(difference(average, want_average) < 1e-6);

      // The same values one float further on in memory, and in another place of their vectors.
      const auto moved = [](const FloatImage& image) {
        std::vector<float> values{guard};
        values.insert(values.end(), image.memory.begin(), image.memory.end());
        return values;
      };
      const std::vector<float> g2 = moved(g);
      const IndexRange decaying2{decaying.first + 1, decaying.last + 1};
      std::vector<float> mean2 = moved(m), square2 = moved(v), parameter2 = moved(p), velocity2 = moved(m),
                         q2 = moved(p);
      const auto moved_on = [](const FloatImage& image, const std::vector<float>& values) {
        return std::equal(image.memory.begin(), image.memory.end(), values.begin() + 1, values.end());
      };
      adam(count + 1, step, {g2.data(), mean2.data(), square2.data(), parameter2.data(), {&decaying2, 1}}, 2,
           micro_kernels(set));
      CHECK(moved_on(mean, mean2));
      CHECK(moved_on(square, square2));
      CHECK(moved_on(parameter, parameter2));
      sgd(count + 1, descent, {g2.data(), velocity2.data(), q2.data(), {&decaying2, 1}}, 2, micro_kernels(set));
      CHECK(moved_on(velocity, velocity2));
      CHECK(moved_on(q, q2));
    }
  }
}

}  // namespace pixels_test
