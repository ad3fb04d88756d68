// The memory that unetpp/io/data/loader.hpp keeps samples in.

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../numbers.hpp"
#include "unetpp/io/data/loader.hpp"
#include "unetpp/io/data/sample_cache.hpp"

namespace loader_cache_test {

using namespace io_tests;
using unetpp::Sample;
using unetpp::detail::SampleCache;

namespace {

/// Shapes  image: 1×width×3.  mask: 1×width.
Sample wide(int width) {
  const auto pixels = static_cast<std::size_t>(width);
  return {{width, 1, 3, std::vector<std::uint8_t>(3 * pixels)}, {width, 1, std::vector<std::uint8_t>(pixels)}};
}

/// Samples whose width, and so whose bytes, grow with their number.
struct Growing {
  mutable std::atomic<std::size_t> loads = 0;
  std::size_t size() const { return 30; }
  std::string name(std::size_t i) const { return std::to_string(i); }
  Sample load(std::size_t i) const {
    ++loads;
    return wide(static_cast<int>(i) + 1);
  }
};

}  // namespace

TEST_CASE("a cache keeps samples of any size up to its bytes") {
  SampleCache cache(4, 100);
  Sample large = wide(20), small = wide(5), never = wide(1), none = wide(0);
  const Sample* kept = cache.keep(0, large);
  CHECK(kept == cache.find(0));
  CHECK(kept->image.values.size() == 60);
  kept = cache.keep(1, small);  // 80 + 20 bytes: full
  CHECK(kept == cache.find(1));
  CHECK(cache.keep(2, never) == &never);
  CHECK(cache.find(2) == nullptr);
  CHECK(never.image.values.size() == 3);
  kept = cache.keep(3, none);
  CHECK(kept == cache.find(3));
}

TEST_CASE("a cache counts memory that a sample holds but does not use") {
  SampleCache cache(1, 100);
  Sample sample = wide(1);
  sample.image.values.reserve(100);
  CHECK(cache.keep(0, sample) == &sample);
}

TEST_CASE("a cache counts two bytes for a value of 16 bits and four for a float") {
  SampleCache cache(4, 12);
  Sample words{{1, 1, 3, {}, {}, {1, 2, 3}}, {1, 1, {}}}, floats{{1, 1, 3, {}, {}, {}, {1, 2, 3}}, {1, 1, {}}};
  Sample more = words, another = words;
  CHECK(cache.keep(0, words) != &words);
  CHECK(cache.keep(1, floats) == &floats);
  CHECK(cache.keep(2, more) != &more);
  CHECK(cache.keep(3, another) == &another);
}

TEST_CASE("a loader's cache is bounded for samples of different sizes, too") {
  const Growing data;
  const auto unchanged = [](const Sample& sample, unetpp::Random) { return sample; };
  unetpp::Loader<in, Growing> loader(
      data, first(30),
      {.batch = 5, .shuffle = false, .workers = 1, .cache_bytes = 4 * (1 + 2 + 3 + 4 + 5), .transform = unchanged});
  epoch(loader, 0);
  epoch(loader, 1);
  CHECK(data.loads == 30 + 25);
}

}  // namespace loader_cache_test
