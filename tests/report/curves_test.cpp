#include <unetpp/report/curves.hpp>

#include "catch.hpp"

namespace curves_test {

using namespace unetpp;

namespace {

Rgb pixel(const Image& image, int x, int y) {
  const auto i = static_cast<std::size_t>(y * image.width + x) * 3;
  return {image.rgb.at(i), image.rgb.at(i + 1), image.rgb.at(i + 2)};
}

constexpr Rgb white{255, 255, 255}, red{255, 0, 0};
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::size_t coloured(const Image& image, Rgb colour) {
  std::size_t n = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) n += pixel(image, x, y) == colour;
  return n;
}

}  // namespace

TEST_CASE("a line covers the pixels between its ends and half of those at its edge") {
  Plot plot(9, 5, white);
  plot.line({{2, 2.5}, {7, 2.5}}, 2, red);
  for (int x = 2; x < 7; ++x) {
    CHECK(pixel(plot.image(), x, 2) == red);
    CHECK(pixel(plot.image(), x, 1) == Rgb{255, 128, 128});
    CHECK(pixel(plot.image(), x, 0) == white);
  }
  CHECK(pixel(plot.image(), 8, 2) == white);
}

TEST_CASE("a point that is no number breaks a line, and one outside of the picture is cut off") {
  Plot plot(9, 5, white);
  plot.line({{1, 2.5}, {missing, missing}, {8, 2.5}}, 2, red);
  CHECK(coloured(plot.image(), white) == 45);
  plot.line({{-40, 2.5}, {40, 2.5}}, 1, red);
  CHECK(coloured(plot.image(), red) == 9);
}

TEST_CASE("text is drawn within its width, and what is not ASCII as a question mark") {
  Plot plain(200, 40, white), other(200, 40, white);
  plain.text(10, 10, "loss?", red);
  other.text(10, 10, "loss\xE9", red);
  CHECK(plain.image().rgb == other.image().rgb);
  CHECK(coloured(plain.image(), red) > 40);
  const int end = 10 + Plot::text_width("loss?");
  for (int y = 0; y < 40; ++y)
    for (int x = end; x < 200; ++x) CHECK(pixel(plain.image(), x, y) == white);
}

TEST_CASE("curves of one epoch, without validation and with losses that are no numbers are drawn") {
  CHECK(coloured(draw_curves({{1, 1, 0.5, {}, 1, 1}}, {}), {86, 180, 233}) > 3);
  CHECK_NOTHROW(draw_curves({{1, 1, missing, {}, 1, 1}, {2, 2, missing, {}, 1, 1}}, {}));
  CHECK_THROWS_AS(draw_curves({}, {}), ArgumentError);
}

TEST_CASE("curves show each class in its colour") {
  Evaluation evaluation{{1, 2}, ConfusionMatrix(2)};
  evaluation.confusion.add(std::vector<std::uint8_t>{0, 1, 1, 1}, std::vector<std::uint8_t>{0, 1, 0, 1});
  const std::vector<ReportClass> classes{{"a", {250, 1, 2}}, {"b", {3, 4, 250}}};
  const Image image = draw_curves({{1, 2, 0.5, evaluation, 1, 1}, {2, 2, 0.4, evaluation, 1, 1}}, classes);
  CHECK(coloured(image, {250, 1, 2}) > 400);
  CHECK(coloured(image, {3, 4, 250}) > 400);
}

}  // namespace curves_test
