#include "unetpp/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace parallel_test {

using namespace unetpp;

namespace {

constexpr bool can_flush = detail::flush_bits != 0;
constexpr float subnormal = std::numeric_limits<float>::min() / 2;

/// Whether this thread makes subnormal numbers, and reads them.
bool has_subnormals() {
  volatile float smallest = std::numeric_limits<float>::min(), half = 0.5f, small = subnormal, large = 0x1p100f;
  const bool made = smallest * half != 0, read = small * large != 0;
  CHECK(made == read);
  return made;
}

/// Calls `test` in a thread of its own, whose OpenMP threads nobody else has had.
template <class Test>
void in_new_thread(const Test& test) {
  std::jthread thread(test);
}

/// How many threads of a parallel region that is not the library's have subnormals.
int threads_with_subnormals(int threads) {
  std::atomic<int> count = 0;
#pragma omp parallel num_threads(threads)
  {
    volatile float smallest = std::numeric_limits<float>::min(), half = 0.5f;
    count += smallest * half != 0;
  }
  return count;
}

template <Layer Net>
bool all_zero(const BatchView<const float, Net::out>& y) {
  return std::all_of(y.data(), y.data() + y.pixels() * Net::out.channels, [](float v) { return v == 0; });
}

/// Whether a layer's output and gradients are zero where either its weights or its images are all subnormal.
template <Layer Net>
void check_zeros(float weight, float value) {
  Parameters<Net> parameters;
  std::fill(parameters.span().begin(), parameters.span().end(), weight);
  Batch<Net::in> images(2);
  images.fill(value);
  const BatchView<const float, Net::in> x = std::as_const(images).view();
  TrainingWorkspace<Net> workspace(2, 2);
  const BatchView<float, Net::out> y = workspace.forward(parameters, images);
  CHECK(all_zero<Net>(y) == can_flush);
  std::fill_n(workspace.output_gradient().data(), y.pixels() * Net::out.channels, subnormal);
  std::vector<float> gradients(parameter_count<Net>);
  workspace.backward(parameters, std::span<float, parameter_count<Net>>(gradients.data(), gradients.size()), x);
  CHECK(std::all_of(gradients.begin(), gradients.end(), [](float g) { return g == 0; }) == can_flush);
}

}  // namespace

TEST_CASE("FlushSubnormals makes zeros of subnormal numbers and gives the mode back, also after an exception") {
  REQUIRE(has_subnormals());
  {
    const FlushSubnormals outer;
    CHECK(has_subnormals() == !can_flush);
    {
      const FlushSubnormals inner;
      const FlushSubnormals::Suspended suspended;
      CHECK(has_subnormals());
    }
    CHECK(has_subnormals() == !can_flush);
  }
  CHECK(has_subnormals());
  try {
    const FlushSubnormals flush;
    throw std::runtime_error("");
  } catch (const std::runtime_error&) {
  }
  CHECK(has_subnormals());
}

namespace {

#ifdef _OPENMP
constexpr bool openmp = true;
#else
constexpr bool openmp = false;
#endif

/// LLVM 14's OpenMP library leaks memory of its own where there are many threads, of which LeakSanitizer speaks.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr int many_threads[] = {1, 2, 3, 4};
#define UNETPP_TEST_FEW_THREADS
#endif
#endif
#ifndef UNETPP_TEST_FEW_THREADS
constexpr int many_threads[] = {1, 2, 3, 64, 65, 100};
#endif

}  // namespace

TEST_CASE(
    "parallel_for calls its work once for each index, with a thread's number, at any count and number of threads") {
  in_new_thread([] {
    for (const int threads : many_threads)
      for (const std::size_t count : {0, 1, 63, 64, 65, 1000}) {
        CAPTURE(threads, count);
        std::vector<std::atomic<int>> calls(count);
        std::atomic<bool> in_range = true;
        parallel_for(threads, count, [&](std::size_t i, int thread) {
          if (i >= count || thread < 0 || thread >= threads)
            in_range = false;
          else
            ++calls[i];
        });
        CHECK(in_range);
        CHECK(std::count(calls.begin(), calls.end(), 1) == static_cast<std::ptrdiff_t>(count));
      }
  });
}

TEST_CASE("parallel_for makes zeros of subnormal numbers in all its threads, and OpenMP's keep their mode") {
  in_new_thread([] {
    std::vector<float> made(64, 1);
    parallel_for(4, made.size(), [&](std::size_t i, int) {
      volatile float smallest = std::numeric_limits<float>::min(), half = 0.5f;
      made[i] = smallest * half;
    });
    CHECK(std::all_of(made.begin(), made.end(), [](float v) { return v == 0; }) == can_flush);
    CHECK(threads_with_subnormals(4) == (openmp ? 4 : 1));
  });
}

TEST_CASE("OpenMP's threads that begin while the caller flushes subnormals have the mode from before") {
  in_new_thread([] {
    {
      const FlushSubnormals flush;
      parallel_for(4, 64, [](std::size_t, int) {});
    }
    CHECK(threads_with_subnormals(4) == (openmp ? 4 : 1));
  });
}

TEST_CASE("layers take subnormal weights and activations for zero, forward and backward") {
  constexpr Shape image{16, 16, 3}, features{16, 16, 32};
  check_zeros<Conv2D<image, Conv2DConfig{.filters = 32, .bias = false}>>(subnormal, 1);
  check_zeros<Conv2D<image, Conv2DConfig{.filters = 32, .bias = false}>>(0x1p100f, subnormal);
  check_zeros<Conv2D<features, Conv2DConfig{.filters = 32, .bias = false}>>(subnormal, 1);
  check_zeros<Conv2D<features, Conv2DConfig{.filters = 2, .kernel = 1, .bias = false}>>(subnormal, 1);
  check_zeros<Conv2D<features, Conv2DConfig{.filters = 4, .bias = false, .algorithm = ConvAlgorithm::im2col}>>(
      subnormal, 1);
  check_zeros<ConvTranspose2D<features, ConvTranspose2DConfig{.filters = 8, .bias = false}>>(subnormal, 1);
}

TEST_CASE("moments of an optimizer end in zero") {
  std::vector<float> p(100), g(100, subnormal);
  Adam adam;
  adam.step(p, g, 2);
  const OptimizerState state = adam.state();
  for (const auto& [name, values] : state.moments)
    CHECK(std::all_of(values.begin(), values.end(), [](float v) { return v == 0; }) == (can_flush || name == "v"));
}

TEST_CASE("an optimizer of one's own computes without subnormal numbers in a training step") {
  using Net = Conv2D<Shape{4, 4, 1}, Conv2DConfig{.filters = 2}>;
  struct Own {
    bool flushed = false;
    void step(std::span<float>, std::span<const float>, int) { flushed = !has_subnormals(); }
  } own;
  Parameters<Net> parameters;
  Trainer<Net> trainer(1);
  const Batch<Net::in> images(1);
  const Batch<Shape{4, 4, 1}, std::uint8_t> labels(1);
  trainer.step(parameters, own, images.view(), labels.view());
  CHECK(own.flushed == can_flush);
}

TEST_CASE("training, validating, predicting and their errors leave the caller's mode as it was") {
  using Net = UNet<UNetConfig{.height = 8, .width = 8, .base_channels = 4, .depth = 1}>;
  const Batch<Net::in> images(2);
  const Batch<Shape{8, 8, 1}, std::uint8_t> labels(2);
  Parameters<Net> parameters;
  Adam adam;
  Trainer<Net> trainer(2);
  trainer.step(parameters, adam, images.view(), labels.view());
  CHECK(has_subnormals());
  Evaluator<Net> evaluator(2);
  Evaluation evaluation = evaluator.begin();
  evaluator.add(parameters, images.view(), labels.view(), evaluation);
  CHECK(has_subnormals());
  Predictor<Net> predictor(parameters, {.batch = 2});
  predictor.probabilities(images);
  predictor.classes(images);
  CHECK(has_subnormals());
  adam.config().learning_rate = -1;
  CHECK_THROWS_AS(trainer.step(parameters, adam, images.view(), labels.view()), ArgumentError);
  CHECK(has_subnormals());
}

#ifdef _OPENMP
TEST_CASE("set_threads reaches the calling thread only") {
  const int before = max_threads();
  int elsewhere = 0;
  set_threads(before + 1);
  in_new_thread([&] { elsewhere = max_threads(); });
  CHECK(max_threads() == before + 1);
  CHECK(elsewhere == before);
  set_threads(before);
}

TEST_CASE("threads are at most OpenMP's, the cores and the quota, until set_threads says another number") {
  in_new_thread([] {
    const int quota = detail::cpu_quota(), cores = omp_get_num_procs();
    const int allowed = quota > 0 ? std::min(quota, cores) : cores;
    omp_set_num_threads(1);
    CHECK(max_threads() == 1);
    omp_set_num_threads(1000);
    CHECK(max_threads() == allowed);
    const std::string text = std::to_string(allowed) + " (OpenMP: 1000; cores: " + std::to_string(cores) + "; ";
    CHECK(describe_threads().substr(0, text.size()) == text);
    set_threads(allowed + 1);
    CHECK(max_threads() == allowed + 1);
    CHECK(describe_threads() == std::to_string(allowed + 1) + " (set)");
  });
}

TEST_CASE("OpenMP's setting of more threads than anything takes means as many as there may be") {
  in_new_thread([] {
    set_threads(1);
    omp_set_num_threads(1000);
    CHECK(max_threads() == most_threads);
  });
}

TEST_CASE("OpenMP has one thread within parallel_for, so that Eigen starts none, and then as many as before") {
  in_new_thread([] {
    omp_set_num_threads(3);
    std::atomic<int> more = 0;
    for (const int threads : {1, 2})
      parallel_for(threads, 64, [&](std::size_t, int) { more += omp_get_max_threads() != 1; });
    CHECK(more == 0);
    CHECK(omp_get_max_threads() == 3);
  });
}
#endif

TEST_CASE("numbers of threads that cannot be meant are errors that say what can be") {
  for (const int bad : {0, -3, 1000}) {
    CHECK_THROWS_AS(set_threads(bad), ArgumentError);
    CHECK_THROWS_AS(parallel_for(bad, 1, [](std::size_t, int) {}), ArgumentError);
  }
  CHECK_THROWS_WITH(set_threads(1000), "unetpp: set_threads: expected 1 to 512 threads, found 1000");
}

}  // namespace parallel_test
