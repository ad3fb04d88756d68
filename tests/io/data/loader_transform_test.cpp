// What unetpp/io/data/loader.hpp makes of a transform, and what it keeps with one.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../numbers.hpp"
#include "unetpp/io/data/loader.hpp"

namespace loader_transform_test {

using namespace io_tests;
using unetpp::LoaderConfig;
using unetpp::Random;
using unetpp::Sample;

namespace {

/// A sample of another size, of one drawn value.
Sample drawn(const Sample& sample, Random random) {
  const auto value = static_cast<std::uint8_t>(random.below(256, 0));
  return {{2, 7, 3, std::vector<std::uint8_t>(42, value)},
          {2, 7, std::vector<std::uint8_t>(14, sample.mask.values.at(0))}};
}

/// What was drawn for each sample of an epoch, in the order given.
std::vector<int> draws(NumberLoader& loader, int epoch) {
  std::vector<int> values(loader.samples());
  for (loader.start_epoch(epoch); loader.next();)
    for (std::size_t i = 0; i < loader.images().count(); ++i)
      values.at(loader.positions()[i]) = static_cast<int>(loader.images()(i, 3, 2, 1) * 255 + 0.5f);
  return values;
}

}  // namespace

TEST_CASE("a transform's batches are the same with any number of threads, prefetched batches and cached bytes") {
  const Numbers numbers(60, {0, 7, 8, 9, 31, 59});
  Numbered expected;
  for (const int workers : {1, 2, 5})
    for (const int prefetch : {1, 3})
      for (const std::size_t cache : {std::size_t{0}, std::size_t{1000}, std::size_t{1} << 20}) {
        NumberLoader loader(numbers, first(60),
                            {.batch = 7,
                             .seed = 5,
                             .workers = workers,
                             .prefetch = prefetch,
                             .cache_bytes = cache,
                             .transform = drawn});
        Numbered found;
        for (int e = 0; e < 3; ++e)
          for (const auto& batch : epoch(loader, e)) found.push_back(batch);
        if (expected.empty()) expected = found;
        CHECK(found == expected);
      }
}

TEST_CASE("a transform draws by the seed, the epoch and the sample alone, whatever the batch and the order") {
  const Numbers numbers(30);
  const auto loader = [&](int batch, std::uint64_t seed, bool shuffle) {
    return NumberLoader(numbers, first(30), {.batch = batch, .seed = seed, .shuffle = shuffle, .transform = drawn});
  };
  NumberLoader reference = loader(4, 1, true), same = loader(7, 1, false), other = loader(4, 2, true);
  const std::vector<int> zero = draws(reference, 0), one = draws(reference, 1);
  CHECK(draws(same, 1) == one);
  CHECK(draws(same, 0) == zero);
  CHECK(zero != one);
  CHECK(draws(other, 0) != zero);
  CHECK(zero.at(3) != zero.at(4));
}

TEST_CASE("a transform's numbers are those of its own use of the seed") {
  const Numbers numbers(3);
  NumberLoader loader(numbers, first(3), {.seed = 9, .transform = drawn});
  const auto expected = [](std::uint64_t epoch, std::uint64_t position) {
    const Random random(9, unetpp::random_stream(unetpp::RandomUse::transform, epoch << 32 | position));
    return static_cast<int>(random.below(256, 0));
  };
  CHECK(draws(loader, 0) == std::vector<int>{expected(0, 0), expected(0, 1), expected(0, 2)});
  CHECK(draws(loader, 6) == std::vector<int>{expected(6, 0), expected(6, 1), expected(6, 2)});
}

TEST_CASE("a transform that returns its sample changes no bit") {
  const Numbers numbers(20);
  NumberLoader plain(numbers, first(20), {.batch = 6, .seed = 1});
  NumberLoader unchanged(numbers, first(20),
                         {.batch = 6, .seed = 1, .transform = [](const Sample& sample, Random) { return sample; }});
  CHECK(epoch(plain, 0) == epoch(unchanged, 0));
}

TEST_CASE("a transform gets samples as they were loaded, also out of the cache, and is called in every epoch") {
  const Numbers numbers(20);
  std::atomic<int> calls = 0, whole = 0;
  const auto watch = [&](const Sample& sample, Random) {
    ++calls;
    whole += sample.image.width == 5 && sample.image.height == 4 && sample.image.values.size() == 60;
    return sample;
  };
  NumberLoader loader(numbers, first(20), {.batch = 4, .transform = watch});
  for (int e = 0; e < 3; ++e) epoch(loader, e);
  CHECK(numbers.loads == 20);
  CHECK(calls == 60);
  CHECK(whole == 60);
}

TEST_CASE("with a transform the cache counts samples at the size that they were loaded at") {
  const Numbers numbers(20);
  const std::size_t bytes = 5 * 4 * 4;
  NumberLoader loader(numbers, first(20), {.batch = 4, .cache_bytes = 7 * bytes + bytes - 1, .transform = drawn});
  epoch(loader, 0);
  epoch(loader, 1);
  CHECK(numbers.loads == 20 + 13);
}

namespace {

Sample fails_for_two(const Sample& sample, Random) {
  if (sample.image.values.at(0) == 2) throw unetpp::ArgumentError("expected another one, found two");
  return sample;
}

}  // namespace

TEST_CASE("a sample whose transform fails is a bad one, named with the transform's error") {
  const Numbers numbers(5);
  std::vector<std::string> warnings;
  NumberLoader loader(numbers, first(5),
                      {.batch = 2,
                       .shuffle = false,
                       .warn = [&](const std::string& line) { warnings.push_back(line); },
                       .transform = fails_for_two});
  CHECK(epoch(loader, 0) == Numbered{{0, 1}, {3, 4}});
  CHECK(epoch(loader, 1) == Numbered{{0, 1}, {3, 4}});
  CHECK(loader.skipped_samples() == std::vector<std::size_t>{2});
  CHECK(warnings ==
        std::vector<std::string>{"skipping number 2: number 2: its transform failed: expected another one, found two"});
}

TEST_CASE("a sample whose transform fails is an error when strict") {
  const Numbers numbers(5);
  NumberLoader loader(numbers, first(5), {.batch = 2, .shuffle = false, .strict = true, .transform = fails_for_two});
  loader.start_epoch(0);
  CHECK(loader.next());
  CHECK(message_of<unetpp::FormatError>([&] { loader.next(); }) ==
        "number 2: its transform failed: expected another one, found two");
}

TEST_CASE("an error of a transform that is no unetpp::Error reaches the caller, strict or not") {
  const Numbers numbers(3);
  NumberLoader loader(numbers, first(3),
                      {.transform = [](const Sample&, Random) -> Sample { throw std::runtime_error("broken"); }});
  loader.start_epoch(0);
  CHECK(message_of<std::runtime_error>([&] { loader.next(); }) == "broken");
}

TEST_CASE("a transform that makes a mask of another size, no image, or too few values makes a bad sample, named") {
  const Numbers numbers(1);
  const auto message = [&](const Sample& made) {
    NumberLoader loader(numbers, first(1),
                        {.batch = 1, .strict = true, .transform = [&](const Sample&, Random) { return made; }});
    loader.start_epoch(0);
    try {
      loader.next();
    } catch (const unetpp::FormatError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::vector<std::uint8_t> values(42), labels(14);
  CHECK(message({{2, 7, 3, values}, {7, 2, labels}}).starts_with(numbers.name(0) + ": expected an image and a mask"));
  CHECK(message({}).starts_with(numbers.name(0) + ": expected an image and a mask"));
  CHECK(message({{2, 7, 3, labels}, {2, 7, labels}}).starts_with(numbers.name(0) + ": "));
  CHECK(message({{2, 7, 3, values}, {2, 7, labels}}).empty());
}

}  // namespace loader_transform_test
