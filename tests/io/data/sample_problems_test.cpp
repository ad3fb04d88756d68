#include "unetpp/io/data/sample_problems.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "unetpp/core/error.hpp"

namespace {

using unetpp::sample_problems;
using Lines = std::vector<std::string>;

/// Images of some channels, 6 wide and 4 high but for one that is 5 and 3; none of 0 channels can be loaded.
struct Drawn {
  std::vector<int> channels;
  std::size_t smaller = 99;

  std::size_t size() const { return channels.size(); }
  std::filesystem::path image_path(std::size_t i) const { return std::to_string(i) + ".png"; }
  unetpp::Sample load(std::size_t i) const {
    if (channels[i] == 0) throw unetpp::FormatError(std::to_string(i) + ".png: broken");
    const int height = i == smaller ? 3 : 4, width = i == smaller ? 5 : 6;
    const auto values = static_cast<std::size_t>(height * width * channels[i]);
    return {{width, height, channels[i], std::vector<std::uint8_t>(values)}, {width, height, {}}};
  }
};

}  // namespace

TEST_CASE("samples that are alike and can be loaded have no problems") {
  CHECK(sample_problems(Drawn{{3, 3, 3}}).empty());
  CHECK(sample_problems(Drawn{{}}).empty());
}

TEST_CASE("samples that cannot be loaded are problems, in their order on any number of threads") {
  for (const int threads : {1, 3})
    CHECK(sample_problems(Drawn{{3, 0, 3, 0, 3, 0}}, {}, threads) ==
          Lines{"1.png: broken", "3.png: broken", "5.png: broken"});
}

TEST_CASE("an image of other channels than most is a problem") {
  CHECK(
      sample_problems(Drawn{{3, 1, 3}}) ==
      Lines{"1.png: expected an image of 3 channels, as the network or most images have, found 1 (--channels converts "
            "images, or leave it out)"});
}

TEST_CASE("images of other channels than demanded are problems, be they most") {
  CHECK(sample_problems(Drawn{{3, 1, 3}}, {.channels = 1}).size() == 2);
}

TEST_CASE("an image that is smaller than the crop is a problem") {
  const Drawn drawn{{3, 3}, 1};
  CHECK(sample_problems(drawn, {.least_height = 3, .least_width = 5}).empty());
  CHECK(sample_problems(drawn, {.least_height = 4, .least_width = 5}) ==
        Lines{"1.png: expected an image of at least 5x4, the crop's size, found 5x3 (take a smaller crop, or leave it "
              "out)"});
  CHECK(sample_problems(drawn, {.least_width = 6}).size() == 1);
}
