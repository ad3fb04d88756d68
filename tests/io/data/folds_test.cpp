#include "unetpp/io/data/folds.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/core/random.hpp"

namespace folds_test {

namespace {

using unetpp::make_folds;
using unetpp::Split;
using Pixels = std::vector<std::vector<std::size_t>>;

struct Samples {
  std::vector<std::string> groups;
  Pixels pixels;
};

/// Groups of 1 to 6 samples, of which some have the rare last class.
Samples drawn_samples(std::size_t count, std::uint64_t seed) {
  const unetpp::Random random(seed);
  Samples samples;
  for (std::size_t i = 0, group = 0, left = 0; i < count; ++i, --left) {
    if (left == 0) {
      left = 1 + random.below(6, 4 * i);
      ++group;
    }
    samples.groups.push_back("g" + std::to_string(group));
    const std::size_t rare = random.below(8, 4 * i + 1) == 0 ? random.below(50, 4 * i + 2) + 1 : 0;
    samples.pixels.push_back({1000 + random.below(500, 4 * i + 3), 300, rare});
  }
  return samples;
}

std::string error_of(const Samples& samples, const unetpp::FoldsConfig& config) {
  return io_tests::message_of<unetpp::ArgumentError>([&] { make_folds(samples.groups, samples.pixels, config); });
}

/// The sum of squares of all folds' shares in the classes and in the samples, by its definition.
double unevenness(const Samples& samples, const std::vector<int>& folds, int count) {
  const std::size_t classes = samples.pixels.front().size();
  double sum = 0;
  for (std::size_t c = 0; c <= classes; ++c) {
    std::vector<double> fold(static_cast<std::size_t>(count));
    double all = 0;
    for (std::size_t i = 0; i < folds.size(); ++i) {
      const double n = c < classes ? static_cast<double>(samples.pixels[i][c]) : 1;
      fold[static_cast<std::size_t>(folds[i])] += n;
      all += n;
    }
    for (const double share : fold) sum += share / all * share / all;
  }
  return sum;
}

}  // namespace

TEST_CASE("each sample is in one fold, with its whole group") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Samples samples = drawn_samples(200, seed);
    const std::vector<int> folds = make_folds(samples.groups, samples.pixels, {.folds = 4, .seed = seed});
    REQUIRE(folds.size() == 200);
    std::map<std::string, int> fold_of;
    for (std::size_t i = 0; i < folds.size(); ++i) {
      CHECK((folds[i] >= 0 && folds[i] < 4));
      CHECK(fold_of.emplace(samples.groups[i], folds[i]).first->second == folds[i]);
    }
  }
}

TEST_CASE("folds have nearly the same shares of the samples and of each class") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Samples samples = drawn_samples(300, seed);
    const std::vector<int> folds = make_folds(samples.groups, samples.pixels, {.folds = 5, .seed = seed});
    // Of 5 folds that are all alike each has 1/5, and its square 1/25, of 4 numbers.
    CHECK(unevenness(samples, folds, 5) < 4 * 5 / 25.0 * 1.005);
  }
}

TEST_CASE("folds of few groups are nearly the best that there are") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Samples samples = drawn_samples(9, seed);
    for (std::size_t i = 0; i < 9; ++i) {
      samples.groups[i] = std::to_string(i);
      samples.pixels[i][2] = 1 + i % 4;
    }
    double best = 1e9;
    for (int code = 0; code < 512; ++code) {
      std::vector<int> folds;
      for (int i = 0; i < 9; ++i) folds.push_back(code >> i & 1);
      best = std::min(best, unevenness(samples, folds, 2));
    }
    CHECK(unevenness(samples, make_folds(samples.groups, samples.pixels, {.folds = 2, .seed = seed}), 2) <=
          1.02 * best);
  }
}

TEST_CASE("a group of half of the samples is a fold, whenever its turn in a random order were") {
  std::vector<std::string> groups(20, "large");
  for (int i = 0; i < 20; ++i) groups.push_back(std::to_string(i));
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const std::vector<int> folds = make_folds(groups, Pixels(40), {.folds = 2, .seed = seed});
    CHECK(std::count(folds.begin(), folds.end(), folds[0]) == 20);
  }
}

TEST_CASE("a class that as many groups have as there are folds is in each fold") {
  Samples samples{std::vector<std::string>(40), Pixels(40, {100, 0})};
  for (std::size_t i = 0; i < 40; ++i) {
    samples.groups[i] = std::to_string(i);
    if (i % 8 == 0) samples.pixels[i][1] = 10;
  }
  CHECK(error_of(samples, {.folds = 5}).empty());
}

TEST_CASE("a fold without a class that there is is an error that names both") {
  const Samples samples{{"a", "b", "c", "d"}, {{9, 0}, {9, 0}, {9, 4}, {9, 0}}};
  const std::string error = error_of(samples, {.folds = 2, .class_names = {"pet", "outline"}});
  CHECK(error ==
        "fold 1 of 2: expected samples of each class, found none of class outline, which 1 samples have (take "
        "fewer folds, or smaller groups)");
  CHECK(io_tests::contains(error_of(samples, {.folds = 2}), "found none of class 1, which"));
}

TEST_CASE("a class that no sample has is no error") {
  CHECK(error_of({{"a", "b"}, {{1, 0}, {1, 0}}}, {.folds = 2}).empty());
}

TEST_CASE("without classes folds have the same numbers of samples") {
  std::vector<std::string> groups;
  for (int i = 0; i < 23; ++i) groups.push_back(std::to_string(i));
  const std::vector<int> folds = make_folds(groups, Pixels(23), {.folds = 4});
  for (int fold = 0; fold < 4; ++fold) {
    const auto size = std::count(folds.begin(), folds.end(), fold);
    CHECK((size == 5 || size == 6));
  }
}

TEST_CASE("folds depend on the seed alone") {
  const Samples samples = drawn_samples(60, 1);
  const auto folds = [&](std::uint64_t seed) {
    return make_folds(samples.groups, samples.pixels, {.folds = 3, .seed = seed});
  };
  CHECK(folds(1) == folds(1));
  Samples alike{{}, Pixels(60, {1})};
  for (int i = 0; i < 60; ++i) alike.groups.push_back(std::to_string(i));
  CHECK(make_folds(alike.groups, alike.pixels, {.seed = 1}) != make_folds(alike.groups, alike.pixels, {.seed = 2}));
}

TEST_CASE("folds of what is none are an error") {
  CHECK(error_of({{"a", "b"}, {{1}, {1}}}, {.folds = 3}) == "folds: expected 2 to 2, the number of groups, found 3");
  CHECK_FALSE(error_of({{"a", "b"}, {{1}, {1}}}, {.folds = 1}).empty());
  CHECK_FALSE(error_of({{}, {}}, {.folds = 2}).empty());
  CHECK_FALSE(error_of({{"a", "b"}, {{1}}}, {.folds = 2}).empty());
  CHECK_FALSE(error_of({{"a", "b"}, {{1}, {1, 2}}}, {.folds = 2}).empty());
}

TEST_CASE("one fold validates and the others train") {
  const Split parts = unetpp::fold_split({0, 1, 2, 1}, 1);
  CHECK(parts.train == std::vector<std::size_t>{0, 2});
  CHECK(parts.validation == std::vector<std::size_t>{1, 3});
  CHECK_THROWS_AS(unetpp::fold_split({0, 1}, 2), unetpp::ArgumentError);
}

}  // namespace folds_test
