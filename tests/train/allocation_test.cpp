// A program of its own, since it replaces malloc and counts.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "unetpp/train/clip.hpp"
#include "unetpp/train/moving_average.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/unet.hpp"

namespace {

std::atomic<long> allocations{0};

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) {
  ++allocations;
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) {
  ++allocations;
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) {
  ++allocations;
  return __libc_realloc(p, n);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  ++allocations;
  *p = __libc_memalign(alignment, n);
  return *p == nullptr;
}
void* memalign(std::size_t alignment, std::size_t n) {
  ++allocations;
  return __libc_memalign(alignment, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) {
  ++allocations;
  return __libc_memalign(alignment, n);
}
}

using namespace unetpp;

namespace {

using Net =
    UNet<UNetConfig{.height = 32, .width = 32, .base_channels = 32, .depth = 4}>;  // as many channels as the default
using Labels = Batch<Shape{32, 32, 1}, std::uint8_t>;

using DeeplySupervised =
    UNet<UNetConfig{.height = 32, .width = 32, .base_channels = 8, .depth = 3, .supervised_levels = 2}>;

/// Allocations in three steps after the first, or 1 if the first made none: then moments were not counted, and nothing is.
template <class Net, class Optimizer>
long allocations_of_steps(const char* name, Optimizer optimizer, std::size_t at_once, const StepConfig& config,
                          const Shards& shards = {}) {
  Batch<Net::in> images(2);
  const Labels labels(2);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(1).uniform(i);
  Parameters<Net> parameters;
  Trainer<Net> trainer(at_once, WeightedLosses({{1, SoftmaxCrossEntropy{}}, {1, DiceLoss{}}}), 2, shards);
  const auto step = [&] { trainer.step(parameters, optimizer, std::as_const(images).view(), labels.view(), config); };

  const long before_first = allocations;
  step();
  const long before = allocations;
  for (int i = 0; i < 3; ++i) step();
  const long counted = allocations - before;
  std::printf("%s: %ld allocations in the first step, %ld in three more\n", name, before - before_first, counted);
  return before == before_first ? 1 : counted;
}

}  // namespace

/// Operator new ends in malloc or aligned_alloc, so it is counted with them.
int main() {
  const long counted =
      allocations_of_steps<Net>("Adam", Adam(), 2, {}) +
      allocations_of_steps<DeeplySupervised>("deep supervision", Adam(), 2, {}) +
      allocations_of_steps<DeeplySupervised>("two shards", Adam(), 1, {}, own_shards(2, 2)) +
      allocations_of_steps<Net>("AdamW with moving average, clipped, an image at once",
                                MovingAverage(AdamW({}, weight_ranges<Net>())), 1, {.clip = clip_by_global_norm(1e-3)});

  const Parameters<Net> parameters;
  const Batch<Net::in> images(2);
  Predictor<Net> reading(parameters, {.batch = 2, .threads = 2});
  Predictor<Net> keeping(Parameters<Net>(parameters), {.batch = 2, .threads = 2});
  const long constructed = allocations;
  for (Predictor<Net>* predictor : {&reading, &keeping}) {
    predictor->logits(images);
    predictor->probabilities(images);
    predictor->classes(images);
  }
  const long predicting = allocations - constructed;
  std::printf("%ld allocations in six predictions\n", predicting);
  return counted == 0 && predicting == 0 ? 0 : 1;
}
