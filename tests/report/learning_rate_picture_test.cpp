#include "unetpp/report/learning_rate_picture.hpp"

#include <algorithm>
#include <limits>

#include "../catch.hpp"

namespace learning_rate_picture_test {

using namespace unetpp;

namespace {

constexpr Rgb curve{86, 180, 233}, mark{213, 94, 0};

/// The columns with this colour: the first, and how many.
struct Columns {
  int first = 0, count = 0;
};
Columns columns(const Image& image, Rgb colour) {
  Columns found;
  for (int x = 0; x < image.width - 200; ++x) {  // without the legend
    bool has = false;
    for (int y = 0; y < image.height; ++y)
      has = has ||
            std::equal(colour.begin(), colour.end(), &image.rgb[static_cast<std::size_t>(y * image.width + x) * 3]);
    if (has && found.count++ == 0) found.first = x;
  }
  return found;
}

}  // namespace

TEST_CASE("the axis of learning rates is logarithmic: the suggestion in the middle of the powers is in the middle") {
  LearningRateSearch search{.points = {{1e-4, 2}, {1e-2, 1}, {1, 3}}, .suggestion = 1e-2};
  const Image image = draw_learning_rates(search);
  const int left = 80, right = image.width - 210, middle = (left + right) / 2;
  const Columns marked = columns(image, mark), drawn = columns(image, curve);
  CHECK(std::abs(marked.first - middle) <= 2);
  CHECK(marked.count <= 3);
  CHECK(drawn.first <= left);
  CHECK(drawn.first + drawn.count >= right - 4);
}

TEST_CASE("a search without a suggestion has no mark, one of a single point is drawn, one of none is an error") {
  const Image image = draw_learning_rates({.points = {{1e-3, 2}}});
  CHECK(columns(image, mark).count == 0);
  CHECK(columns(image, curve).count >= 2);
  CHECK_THROWS_AS(draw_learning_rates({}), ArgumentError);
}

}  // namespace learning_rate_picture_test
