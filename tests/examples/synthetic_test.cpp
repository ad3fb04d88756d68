#include "../../examples/train_pets/synthetic.hpp"

#include <array>
#include <numeric>
#include <set>

#include "catch.hpp"

using train_pets::SyntheticPets;

namespace {

/// Shares of pet, background and outline.
std::array<double, 3> shares(const unetpp::Mask& mask) {
  std::array<double, 3> count{};
  for (const std::uint8_t value : mask.values) count.at(value) += 1;
  for (double& c : count) c /= static_cast<double>(mask.values.size());
  return count;
}

}  // namespace

TEST_CASE("a synthetic sample has the same bytes whenever it is drawn") {
  const SyntheticPets pets(10, 7);
  const auto late = SyntheticPets(1000, 7).load(3);
  const auto before = pets.load(9);
  const auto sample = pets.load(3);
  CHECK(sample.image.values == late.image.values);
  CHECK(sample.mask.values == late.mask.values);
  CHECK(before.image.values != sample.image.values);
}

TEST_CASE("synthetic pets of another seed are other pictures") {
  const auto one = SyntheticPets(10, 7).load(3), other = SyntheticPets(10, 8).load(3);
  CHECK(one.image.values != other.image.values);
  CHECK(one.mask.values != other.mask.values);
}

TEST_CASE("a synthetic mask is as large as its image, near the nominal size") {
  const SyntheticPets pets(60, 1, 96);
  for (std::size_t i = 0; i < pets.size(); ++i) {
    const auto [image, mask] = pets.load(i);
    const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    REQUIRE(image.values.size() == pixels * 3);
    REQUIRE(mask.values.size() == pixels);
    CHECK(mask.width == image.width);
    CHECK(mask.height == image.height);
    CHECK((image.width >= 80 && image.width <= 112));
    CHECK((image.height >= 80 && image.height <= 112));
  }
}

TEST_CASE("synthetic images vary in width and height on their own") {
  const SyntheticPets pets(60, 1);
  std::set<int> widths;
  bool wide = false, tall = false;
  for (std::size_t i = 0; i < pets.size(); ++i) {
    const unetpp::Raster image = pets.load(i).image;
    widths.insert(image.width);
    wide |= image.width > image.height;
    tall |= image.width < image.height;
  }
  CHECK(widths.size() > 10);
  CHECK((wide && tall));
}

TEST_CASE("every synthetic mask holds pet, background and outline and nothing else") {
  for (const int size : {32, 96}) {
    const SyntheticPets pets(150, 42, size);
    for (std::size_t i = 0; i < pets.size(); ++i) {
      const auto share = shares(pets.load(i).mask);
      INFO(pets.name(i) << " at size " << size);
      CHECK(share[0] > 0.01);
      CHECK(share[1] > 0.03);
      CHECK(share[2] > 0.03);
    }
  }
}

TEST_CASE("synthetic classes are about as frequent as the real ones") {
  const SyntheticPets pets(200, 42);
  std::array<double, 3> mean{};
  for (std::size_t i = 0; i < pets.size(); ++i) {
    const auto share = shares(pets.load(i).mask);
    for (std::size_t c = 0; c < 3; ++c) mean[c] += share[c] / 200;
  }
  CHECK((mean[0] > 0.24 && mean[0] < 0.34));
  CHECK((mean[1] > 0.53 && mean[1] < 0.64));
  CHECK((mean[2] > 0.09 && mean[2] < 0.15));
}

TEST_CASE("a pet and its background share their colours: neither is told by brightness") {
  const SyntheticPets pets(200, 42);
  int brighter = 0;
  for (std::size_t i = 0; i < pets.size(); ++i) {
    const auto [image, mask] = pets.load(i);
    std::array<double, 3> light{}, count{};
    for (std::size_t p = 0; p < mask.values.size(); ++p) {
      light[mask.values[p]] += image.values[3 * p] + image.values[3 * p + 1] + image.values[3 * p + 2];
      count[mask.values[p]] += 1;
    }
    brighter += light[0] / count[0] > light[1] / count[1];
  }
  CHECK((brighter > 50 && brighter < 150));
}

TEST_CASE("no background pixel of a synthetic mask touches a pet pixel") {
  const SyntheticPets pets(40, 5);
  for (std::size_t i = 0; i < pets.size(); ++i) {
    const unetpp::Mask mask = pets.load(i).mask;
    const auto width = static_cast<std::size_t>(mask.width);
    int touching = 0;
    for (std::size_t p = 1; p < mask.values.size(); ++p) {
      if (p % width != 0) touching += mask.values[p] + mask.values[p - 1] == 1;
      if (p >= width) touching += mask.values[p] + mask.values[p - width] == 1;
    }
    INFO(pets.name(i));
    CHECK(touching == 0);
  }
}

TEST_CASE("synthetic samples are named by their number from 1") {
  const SyntheticPets pets(20000);
  CHECK(pets.size() == 20000);
  CHECK(pets.name(0) == "synthetic_0001");
  CHECK(pets.name(12344) == "synthetic_12345");
}

TEST_CASE("synthetic pets below 32 pixels are refused") {
  CHECK_THROWS_AS(SyntheticPets(1, 1, 31), unetpp::ArgumentError);
}
