#include "unetpp/io/data/loader.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "../../catch.hpp"
#include "../numbers.hpp"
#include "unetpp/core/cpu_quota.hpp"

namespace loader_test {

using namespace io_tests;
using unetpp::LoaderConfig;

TEST_CASE("an epoch has every sample once, in full batches but the last") {
  const Numbers numbers(23);
  NumberLoader loader(numbers, first(23), {.batch = 5, .seed = 3});
  const Numbered batches = epoch(loader, 0);
  REQUIRE(batches.size() == 5);
  for (std::size_t b = 0; b < 4; ++b) CHECK(batches[b].size() == 5);
  CHECK(batches[4].size() == 3);
  std::vector<int> all = joined(batches);
  std::sort(all.begin(), all.end());
  for (int i = 0; i < 23; ++i) CHECK(all.at(i) == i);
}

TEST_CASE("a loader takes only the samples it is given") {
  const Numbers numbers(50);
  NumberLoader loader(numbers, {40, 2, 17}, {.batch = 2, .shuffle = false});
  CHECK(loader.samples() == 3);
  CHECK(epoch(loader, 0) == Numbered{{40, 2}, {17}});
}

TEST_CASE("batches hold images in [0, 1] and the classes of their pixels") {
  const Numbers numbers(256);
  NumberLoader loader(numbers, {255, 51}, {.batch = 4, .shuffle = false});
  loader.start_epoch(0);
  REQUIRE(loader.next());
  REQUIRE(loader.images().count() == 2);
  REQUIRE(loader.labels().count() == 2);
  for (int h = 0; h < in.height; ++h)
    for (int w = 0; w < in.width; ++w) {
      CHECK(loader.images()(0, h, w, 2) == 1.0f);
      CHECK(loader.images()(1, h, w, 2) == 51 / 255.0f);
      CHECK(loader.labels()(0, h, w, 0) == 255 % 3);
      CHECK(loader.labels()(1, h, w, 0) == 51 % 3);
    }
}

TEST_CASE("epochs are shuffled differently and again the same") {
  const Numbers numbers(40);
  NumberLoader loader(numbers, first(40), {.batch = 8, .seed = 1});
  const Numbered zero = epoch(loader, 0);
  const Numbered one = epoch(loader, 1);
  CHECK(zero != one);
  CHECK(epoch(loader, 0) == zero);
  NumberLoader other(numbers, first(40), {.batch = 8, .seed = 2});
  CHECK(epoch(other, 0) != zero);
}

TEST_CASE("the batches are the same with any number of threads, prefetched batches and cached bytes") {
  const Numbers numbers(60, {0, 7, 8, 9, 31, 59});
  Numbered expected;
  for (const int workers : {1, 2, 7})
    for (const int prefetch : {1, 3, 100})
      for (const std::size_t cache : {std::size_t{0}, std::size_t{1000}, std::size_t{1} << 20}) {
        NumberLoader loader(numbers, first(60),
                            {.batch = 7, .seed = 5, .workers = workers, .prefetch = prefetch, .cache_bytes = cache});
        Numbered found;
        for (int e = 0; e < 3; ++e)
          for (const auto& batch : epoch(loader, e)) found.push_back(batch);
        if (expected.empty()) expected = found;
        CHECK(found == expected);
      }
}

TEST_CASE(
    "unless told otherwise as many threads load as cores that the process may use, within its container's quota") {
  const int quota = unetpp::detail::cpu_quota(), cores = static_cast<int>(std::thread::hardware_concurrency());
  const auto allowed = static_cast<std::size_t>(quota > 0 ? std::min(quota, cores) : cores);
  CHECK(unetpp::detail::threads({}, 1000) == allowed);
  CHECK(unetpp::detail::threads({.workers = 7}, 1000) == 7);
  CHECK(unetpp::detail::threads({.workers = 7}, 3) == 3);
}

TEST_CASE("what a data set draws in load() is drawn once with the cache, and in every epoch without") {
  for (const std::size_t cache : {LoaderConfig().cache_bytes, std::size_t{0}}) {
    const Numbers numbers(16);
    NumberLoader loader(numbers, first(16), {.batch = 4, .cache_bytes = cache});
    for (int e = 0; e < 3; ++e) epoch(loader, e);
    CHECK(numbers.loads == (cache > 0 ? 16 : 48));
  }
}

TEST_CASE("a batch knows the positions of its samples among those given, whichever turned bad") {
  Numbers numbers(50, {2});
  NumberLoader loader(numbers, {40, 2, 17, 9, 5}, {.batch = 2, .shuffle = false, .cache_bytes = 0});
  const auto positions = [&] {
    std::vector<std::vector<std::size_t>> all;
    for (loader.start_epoch(0); loader.next();) all.emplace_back(loader.positions().begin(), loader.positions().end());
    return all;
  };
  CHECK(positions() == std::vector<std::vector<std::size_t>>{{0, 2}, {3, 4}});
  numbers.bad.insert(17);
  CHECK(positions() == std::vector<std::vector<std::size_t>>{{0, 3}, {4}});
}

TEST_CASE("epochs after the first load nothing when the cache holds all") {
  const Numbers numbers(20);
  NumberLoader loader(numbers, first(20), {.batch = 4});
  epoch(loader, 0);
  const Numbered again = epoch(loader, 1);
  CHECK(numbers.loads == 20);
  CHECK(joined(again).size() == 20);
}

TEST_CASE("the cache holds as many samples as its limit allows") {
  const Numbers numbers(20);
  const std::size_t bytes = in.pixels() * 4;
  NumberLoader loader(numbers, first(20), {.batch = 4, .cache_bytes = 7 * bytes + bytes - 1});
  epoch(loader, 0);
  epoch(loader, 1);
  CHECK(numbers.loads == 20 + 13);
}

TEST_CASE("a loader reads ahead as many batches as it is told, and no further") {
  const Numbers numbers(60);
  NumberLoader loader(numbers, first(60), {.batch = 4, .workers = 3, .prefetch = 3});
  loader.start_epoch(0);
  numbers.wait_for_loads(12);
  CHECK(numbers.loads == 12);
  for (std::size_t batch = 1; loader.next(); ++batch) {
    const std::size_t most = std::min<std::size_t>(60, 4 * (batch + 3));
    numbers.wait_for_loads(most);
    CHECK(numbers.loads == most);
  }
}

TEST_CASE("batches lie where their images were written: in one more place than are read ahead, in turn") {
  const Numbers numbers(40, {13});
  NumberLoader loader(numbers, first(40), {.batch = 4, .prefetch = 2});
  std::vector<const float*> places;
  std::set<const std::uint8_t*> label_places;
  for (int e = 0; e < 2; ++e) {  // in the first epoch a bad sample moves those behind it
    for (loader.start_epoch(e); loader.next(); label_places.insert(loader.labels().data()))
      places.push_back(loader.images().data());
    REQUIRE(places.size() == 10u * (e + 1));
    for (std::size_t b = 0; b < 10; ++b) CHECK(places[10 * e + b] == places[b % 3]);
  }
  CHECK(std::set(places.begin(), places.end()).size() == 3);
  CHECK(label_places.size() == 3);
}

TEST_CASE("the current batch stays as it is while others are read ahead") {
  const Numbers numbers(40);
  NumberLoader loader(numbers, first(40), {.batch = 4, .shuffle = false, .workers = 3, .prefetch = 2});
  loader.start_epoch(0);
  for (std::size_t batch = 0; loader.next(); ++batch) {
    numbers.wait_for_loads(std::min<std::size_t>(40, 4 * (batch + 3)));
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(loader.images()(i, 3, 2, 1) == static_cast<float>(4 * batch + i) / 255.0f);
  }
}

TEST_CASE("there are no images before the first epoch, nor a batch in one without samples") {
  const Numbers numbers(3);
  NumberLoader loader(numbers, first(3));
  CHECK(loader.images().count() == 0);
  NumberLoader empty(numbers, {});
  CHECK(epoch(empty, 0).empty());
}

}  // namespace loader_test
