#include "unetpp/nn/tiling.hpp"

#include "../catch.hpp"
#include "../io/fixtures.hpp"

namespace tiling_test {

using namespace unetpp;

namespace {

constexpr ReceptiveAxis field{20, 2, 9};

/// The weights of all tiles at each position, summed.
std::vector<float> sums(const TileAxis& axis) {
  std::vector<float> sum(static_cast<std::size_t>(axis.extended()));
  for (int i = 0; i < axis.count(); ++i)
    for (std::size_t x = 0; x < axis.weights(i).size(); ++x) sum.at(axis.origin(i) + x) += axis.weights(i)[x];
  return sum;
}

}  // namespace

TEST_CASE("tiles lie flush with both ends, at multiples of the alignment, and overlap by at least what is asked") {
  for (const int size : {1, 31, 32, 33, 44, 45, 75, 90, 200, 1001})
    for (const int overlap : {0, 7, 20, 30}) {
      const TileAxis axis(size, 32, overlap, field);
      CHECK(axis.origin(0) == 0);
      CHECK(axis.origin(axis.count() - 1) + 32 == axis.extended());
      CHECK(axis.extended() == std::max(32, (size + 1) / 2 * 2));
      for (int i = 0; i < axis.count(); ++i) CHECK(axis.origin(i) % 2 == 0);
      for (int i = 1; i < axis.count(); ++i) CHECK(axis.origin(i - 1) + 32 - axis.origin(i) >= overlap);
    }
}

TEST_CASE("tiles' weights sum to 1 everywhere, three deep, too") {
  for (const int size : {20, 50, 75, 200})
    for (const int overlap : {0, 8, 20, 30})
      for (const float sum : sums(TileAxis(size, 32, overlap, field))) CHECK(sum == Approx(1).epsilon(1e-6));
}

TEST_CASE(
    "a tile weighs 1 where it is alone, falls smoothly, and where the overlap is wide nothing near its cut edge") {
  const TileAxis wide(32 + 32 - 22, 32, 22, field);
  REQUIRE(wide.count() == 2);
  for (int x = 0; x < 32; ++x) {
    const float weight = wide.weights(0)[static_cast<std::size_t>(x)];
    if (x < 10 + 9) CHECK(weight == 1);  // alone, and where the other one sees its cut
    if (x >= 32 - 9) CHECK(weight == 0);
    if (x > 0) CHECK(wide.weights(0)[static_cast<std::size_t>(x - 1)] >= weight);
  }
  const TileAxis narrow(32 + 32 - 16, 32, 16, field);
  CHECK(narrow.weights(0)[15] == 1);
  CHECK(narrow.weights(0)[16] < 1);
  CHECK(narrow.weights(0)[24] == Approx(narrow.weights(1)[7]));
  CHECK(narrow.weights(0)[31] > 0);
}

TEST_CASE("an overlap that leaves nothing of a tile is refused") {
  CHECK(io_tests::message_of<ArgumentError>([] { TileAxis(100, 32, 31, field); }) ==
        "tiles of 32 pixels: expected an overlap of 0 to 30, found 31");
  CHECK_THROWS_AS(TileAxis(100, 32, -1, field), ArgumentError);
  CHECK_THROWS_AS(TileAxis(0, 32, 8, field), ArgumentError);
}

}  // namespace tiling_test
