#include "unetpp/train/class_weights.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/labels.hpp"
#include "unetpp/core/tensor.hpp"

namespace class_weights_test {

using namespace unetpp;

namespace {

using Counts = std::vector<std::size_t>;

void check_weights(const std::vector<float>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t c = 0; c < want.size(); ++c) CHECK(got[c] == Approx(want[c]));
}

/// Two images of class 0 and 2, in a batch each.
struct Source {
  Batch<Shape{2, 2, 1}, std::uint8_t> batch{1};
  int left = 0, epoch = -1;

  void start_epoch(int e) {
    epoch = e;
    left = 2;
  }
  bool next() {
    batch.fill(left == 2 ? 0 : 2);
    batch.span()[3] = 255;
    return left-- > 0;
  }
  LabelView<Shape{2, 2, 3}> labels() const { return batch.view(); }
};

}  // namespace

TEST_CASE("class weights by inverse frequency have a mean of 1") {
  check_weights(inverse_frequency_weights(Counts{10, 20, 40}), {12.0 / 7, 6.0 / 7, 3.0 / 7});
}

TEST_CASE("class weights by median frequency count the pixels of images that have the class") {
  ClassCounts counts(3, 255);
  counts.add_image(std::array<std::uint8_t, 6>{0, 0, 0, 1, 255, 255});
  counts.add_image(std::array<std::uint8_t, 6>{0, 0, 0, 0, 0, 2});
  // Frequencies 8/10, 1/4 and 1/6, their inverses' mean (1.25 + 4 + 6) / 3.
  check_weights(median_frequency_weights(counts), {1.25 / 3.75, 4 / 3.75, 6 / 3.75});
}

TEST_CASE("class weights by effective number lie between all alike and inverse frequency") {
  check_weights(effective_number_weights(Counts{1, 2, 1}, 0.5), {1.125, 0.75, 1.125});  // 1, 1/1.5, 1 over 8/9
  check_weights(effective_number_weights(Counts{10, 20, 40}, 0), {1, 1, 1});
  const std::vector<float> inverse = inverse_frequency_weights(Counts{10, 20, 40});
  check_weights(effective_number_weights(Counts{10, 20, 40}, 1 - 1e-12), {inverse.begin(), inverse.end()});
}

TEST_CASE("a class that never occurs weighs 1, as the others do on average") {
  check_weights(inverse_frequency_weights(Counts{10, 0, 30}), {1.5, 1, 0.5});
  check_weights(effective_number_weights(Counts{0, 2, 1}, 0.5), {1, 0.8, 1.2});
  ClassCounts counts(3);
  counts.add_image(std::array<std::uint8_t, 4>{2, 2, 2, 0});
  check_weights(median_frequency_weights(counts), {1.5, 1, 0.5});
}

TEST_CASE("class weights where no class occurs, and a beta that cannot be, are an error") {
  CHECK_THROWS_AS(inverse_frequency_weights(Counts{}), ArgumentError);
  CHECK_THROWS_AS(inverse_frequency_weights(Counts{0, 0}), ArgumentError);
  CHECK_THROWS_AS(median_frequency_weights(ClassCounts(3)), ArgumentError);
  for (const double beta : {-0.1, 1.0, double{NAN}})
    CHECK_THROWS_AS(effective_number_weights(Counts{1, 2}, beta), ArgumentError);
}

TEST_CASE("classes are counted over an epoch of a source, without the ignored label") {
  Source source;
  const ClassCounts counts = count_classes(source, 3, 255);
  CHECK(source.epoch == 0);
  CHECK(std::vector(counts.pixels().begin(), counts.pixels().end()) == Counts{3, 0, 3});
  CHECK(std::vector(counts.pixels_around().begin(), counts.pixels_around().end()) == Counts{3, 0, 3});
}

TEST_CASE("a label that is no class is not counted but an error") {
  ClassCounts counts(3);
  CHECK_THROWS_AS(counts.add_image(std::array<std::uint8_t, 2>{0, 3}), ArgumentError);
  CHECK(counts.pixels()[0] == 0);
  CHECK_THROWS_AS(ClassCounts(0), ArgumentError);
  CHECK_THROWS_AS(ClassCounts(257), ArgumentError);
}

}  // namespace class_weights_test
