// A loader in all that its threads go through: many of them, bad and doubtful samples, transforms, epochs that begin in
// the middle of others, several ranks, and ends in the middle of an epoch. tests/thread_sanitizer.sh runs it.

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "../numbers.hpp"
#include "unetpp/io/data/loader.hpp"

namespace {

using namespace io_tests;
using unetpp::LoaderConfig;
using unetpp::Random;
using unetpp::Sample;

Sample drawn(const Sample& sample, Random random) {
  if (sample.image.values.at(0) == 21) throw unetpp::ArgumentError("expected another one, found 21");
  Sample other = sample;
  std::ranges::fill(other.image.values, static_cast<std::uint8_t>(random.below(256, 0)));
  return other;
}

/// Reads what a training step reads.
double sum(const NumberLoader& loader) {
  double total = 0;
  for (std::size_t i = 0; i < loader.images().count() * in.size(); ++i) total += loader.images().data()[i];
  for (std::size_t i = 0; i < loader.labels().pixels(); ++i) total += loader.labels().data()[i];
  return total;
}

double some_epochs(const Numbers& numbers, const LoaderConfig& config) {
  NumberLoader loader(numbers, first(numbers.count), config);
  double total = 0;
  for (int epoch = 0; epoch < 6; ++epoch) {
    loader.start_epoch(epoch, epoch % 2 ? 8 : 0);
    for (int batch = 0; (epoch % 3 == 1 || batch < 2) && loader.next(); ++batch) total += sum(loader);
  }
  return total;  // and the loader ends while its threads read ahead
}

/// Whether a loader goes on throwing and ends well.
bool throws_on(const Numbers& numbers, const LoaderConfig& config) {
  NumberLoader loader(numbers, first(numbers.count), config);
  loader.start_epoch(0);
  for (int times = 0; times < 2; ++times) {
    try {
      while (loader.next()) {
      }
      return false;
    } catch (const std::exception&) {
    }
  }
  return true;
}

}  // namespace

int main() {
  const Numbers numbers(60, {3, 11, 12, 40}), good(60);
  Numbers broken(20);
  broken.broken = 9;
  int failed = 0;
  for (const int prefetch : {1, 3})
    for (const bool transforms : {false, true})
      for (const std::size_t cache : {std::size_t{0}, std::size_t{1500}, std::size_t{1} << 20}) {
        LoaderConfig config{.batch = 8, .prefetch = prefetch, .cache_bytes = cache};
        if (transforms) config.transform = drawn;
        config.workers = 1;
        const double alone = some_epochs(numbers, config);
        config.workers = 5;
        failed += some_epochs(numbers, config) != alone;
        config.ranks = 2;
        config.rank = 1;
        failed += some_epochs(numbers, config) <= 0;
      }
  failed += !throws_on(numbers, {.batch = 8, .workers = 4, .strict = true});
  failed += !throws_on(broken, {.batch = 4, .workers = 4});
  std::printf("%d of the loaders did what they must not\n", failed);
  return failed == 0 ? 0 : 1;
}
