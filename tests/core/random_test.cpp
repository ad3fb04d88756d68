#include "unetpp/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "../catch.hpp"

namespace random_test {

using namespace unetpp;

TEST_CASE("Philox gives the known answers of its authors") {
  // Random123, tests/kat_vectors: philox4x32 10.
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("seeds and streams differ") {
  CHECK(Random(1).bits(0) != Random(2).bits(0));
  CHECK(Random(1, 0).bits(0) != Random(1, 1).bits(0));
}

TEST_CASE("a block is the bits at four positions") {
  const Random random(3, 5);
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1} << 40})
    for (std::size_t i = 0; i < 4; ++i) CHECK(random.block(number)[i] == random.bits(4 * number + i));
  CHECK(random.block(0) != random.block(std::uint64_t{1} << 40));
}

TEST_CASE("uniform and normal numbers have their mean and variance") {
  const Random random(3);
  constexpr int n = 100000;
  double uniform = 0, normal = 0, square = 0;
  for (int i = 0; i < n; ++i) {
    const float u = random.uniform(i);
    REQUIRE((u >= 0 && u < 1));
    uniform += u;
    const double z = random.normal(i);
    normal += z;
    square += z * z;
  }
  CHECK(uniform / n == Approx(0.5).margin(0.005));
  CHECK(normal / n == Approx(0).margin(0.02));
  CHECK(square / n == Approx(1).margin(0.02));
}

TEST_CASE("a permutation has every number once and another order for another seed") {
  std::vector<std::size_t> a = permutation(100, Random(1));
  CHECK(a != permutation(100, Random(2)));
  CHECK_FALSE(std::is_sorted(a.begin(), a.end()));
  std::sort(a.begin(), a.end());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == i);
  CHECK(permutation(0, Random(1)).empty());
}

}  // namespace random_test
