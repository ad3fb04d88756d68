// Several ranks that share the batches of unetpp/io/data/loader.hpp.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../numbers.hpp"
#include "unetpp/io/data/loader.hpp"

namespace loader_ranks_test {

using namespace io_tests;
using unetpp::LoaderConfig;
using unetpp::Random;
using unetpp::Sample;

namespace {

/// Adds a drawn number to the image, so that it tells which sample it is and what was drawn.
Sample drawn(const Sample& sample, Random random) {
  Sample other = sample;
  for (std::uint8_t& value : other.image.values) value = static_cast<std::uint8_t>(value + 64 * random.below(4, 0));
  return other;
}

/// One loader a rank.
std::vector<std::unique_ptr<NumberLoader>> all_ranks(const Numbers& numbers, std::size_t count, LoaderConfig config,
                                                     int ranks) {
  std::vector<std::unique_ptr<NumberLoader>> loaders;
  config.ranks = ranks;
  for (config.rank = 0; config.rank < ranks; ++config.rank)
    loaders.push_back(std::make_unique<NumberLoader>(numbers, first(count), config));
  return loaders;
}

/// The images of each batch of all ranks, put together where first_image() says; -1 where none is.
Numbered put_together(std::vector<std::unique_ptr<NumberLoader>>& ranks, int number, std::size_t behind = 0) {
  Numbered batches;
  for (auto& loader : ranks) {
    loader->start_epoch(number, behind);
    std::size_t b = 0;
    for (; loader->next(); ++b) {
      if (b == batches.size()) batches.emplace_back(ranks.size() * loader->batch(), -1);
      for (std::size_t i = 0; i < loader->images().count(); ++i)
        batches.at(b).at(loader->first_image() + i) = static_cast<int>(loader->images()(i, 0, 0, 0) * 255 + 0.5f);
    }
    CHECK(b == batches.size());  // all ranks have the same number of batches
  }
  for (auto& batch : batches) std::erase(batch, -1);
  return batches;
}

}  // namespace

TEST_CASE("ranks together have the images of a loader alone, in its order and with its draws") {
  const Numbers numbers(59);  // seven batches and three samples: a share, a half one, and none
  const LoaderConfig config{.batch = 8, .seed = 3, .transform = drawn};
  NumberLoader alone(numbers, first(59), config);
  for (const int ranks : {1, 2, 4}) {
    auto loaders = all_ranks(numbers, 59, config, ranks);
    for (int e = 0; e < 2; ++e) CHECK(put_together(loaders, e) == epoch(alone, e));
  }
}

TEST_CASE("ranks that begin behind some samples have the batches of a loader alone from there on") {
  const Numbers numbers(59);
  const LoaderConfig config{.batch = 8, .seed = 3};
  NumberLoader alone(numbers, first(59), config);
  auto loaders = all_ranks(numbers, 59, config, 4);
  alone.start_epoch(1, 24);
  CHECK(put_together(loaders, 1, 24) == rest(alone));
}

TEST_CASE("a rank loads and keeps nothing but its share") {
  const Numbers numbers(64);
  NumberLoader loader(numbers, first(64), {.batch = 8, .shuffle = false, .rank = 2, .ranks = 4});
  const Numbered batches = epoch(loader, 0);
  epoch(loader, 1);
  CHECK(numbers.loads == 16);
  CHECK(batches.at(1) == std::vector<int>{12, 13});
  CHECK(loader.batch() == 2);
  CHECK(loader.samples() == 64);
  CHECK(loader.first_image() == 4);
}

TEST_CASE("a loader alone gives batches from their first image on") {
  const Numbers numbers(5);
  CHECK(NumberLoader(numbers, first(5), {.batch = 2}).first_image() == 0);
}

TEST_CASE("the place of a rank's bad sample stays empty, in its first epoch and in later ones") {
  const Numbers numbers(22, {5, 12, 13, 18});
  const LoaderConfig config{.batch = 8, .shuffle = false, .workers = 3};
  const Numbered expected{{0, 1, 2, 3}, {8, 9, 10, 11}, {16, 17, 19}}, other{{4, 6, 7}, {14, 15}, {20, 21}};
  auto loaders = all_ranks(numbers, 22, config, 2);
  for (int e = 0; e < 3; ++e) {
    CHECK(epoch(*loaders[0], e) == expected);
    CHECK(epoch(*loaders[1], e) == other);
  }
  CHECK(loaders[0]->skipped_samples() == std::vector<std::size_t>{18});
  CHECK(loaders[1]->skipped_samples() == std::vector<std::size_t>{5, 12, 13});
  CHECK(numbers.loads == 22);
}

TEST_CASE("a rank without a good sample in a batch gives it without images") {
  const Numbers numbers(8, {2, 3});
  NumberLoader loader(numbers, first(8), {.batch = 4, .shuffle = false, .rank = 1, .ranks = 2});
  CHECK(epoch(loader, 0) == Numbered{{}, {6, 7}});
  CHECK(epoch(loader, 1) == Numbered{{}, {6, 7}});
}

TEST_CASE("bad samples that ranks are told of leave their places empty, too") {
  const Numbers numbers(12);
  auto loaders = all_ranks(numbers, 12, {.batch = 6, .shuffle = false}, 3);
  for (auto& loader : loaders) loader->skip({2, 7});
  CHECK(put_together(loaders, 0) == Numbered{{0, 1, 3, 4, 5}, {6, 8, 9, 10, 11}});
}

TEST_CASE("a loader of several ranks gives what they give, and says how many images each has") {
  const Numbers numbers(22, {5, 12, 13, 18});
  LoaderConfig config{.batch = 8, .shuffle = false, .workers = 3, .rank = 1, .ranks = 4, .own_ranks = 2};
  NumberLoader loader(numbers, first(22), config);
  CHECK(loader.batch() == 4);
  CHECK(loader.whole_batch() == 8);
  CHECK(loader.first_image() == 2);
  for (int e = 0; e < 3; ++e) {
    loader.start_epoch(e);
    Numbered batches;
    std::vector<std::vector<std::size_t>> images;
    while (loader.next()) {
      batches.emplace_back();
      for (const std::size_t position : loader.positions()) batches.back().push_back(static_cast<int>(position));
      images.emplace_back(loader.shard_images().begin(), loader.shard_images().end());
    }
    CHECK(batches == Numbered{{2, 3, 4}, {10, 11}, {19, 20, 21}});
    CHECK(images == std::vector<std::vector<std::size_t>>{{2, 1}, {2, 0}, {1, 2}});
  }
}

}  // namespace loader_ranks_test
