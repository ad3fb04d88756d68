#include "unetpp/io/data/sample_problems.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "unetpp/core/error.hpp"

namespace sample_problems_test {

namespace {

using unetpp::sample_problems;
using Lines = std::vector<std::string>;

/// Images of some channels; none of 0 channels can be loaded.
struct Drawn {
  std::vector<int> channels;

  std::size_t size() const { return channels.size(); }
  std::filesystem::path image_path(std::size_t i) const { return std::to_string(i) + ".png"; }
  unetpp::Sample load(std::size_t i) const {
    if (channels[i] == 0) throw unetpp::FormatError(std::to_string(i) + ".png: broken");
    return {{6, 4, channels[i], std::vector<std::uint8_t>(24 * static_cast<std::size_t>(channels[i]))}, {6, 4, {}}};
  }
};

}  // namespace

TEST_CASE("samples that are alike and can be loaded have no problems") {
  CHECK(sample_problems(Drawn{{3, 3, 3}}).empty());
  CHECK(sample_problems(Drawn{{}}).empty());
}

TEST_CASE("samples that cannot be loaded are problems, in their order on any number of threads") {
  for (const int threads : {1, 3})
    CHECK(sample_problems(Drawn{{3, 0, 3, 0, 3, 0}}, 0, threads) ==
          Lines{"1.png: broken", "3.png: broken", "5.png: broken"});
}

TEST_CASE("an image of other channels than most is a problem") {
  CHECK(
      sample_problems(Drawn{{3, 1, 3}}) ==
      Lines{"1.png: expected an image of 3 channels, as the network or most images have, found 1 (--channels converts "
            "images, or leave it out)"});
}

TEST_CASE("images of other channels than demanded are problems, be they most") {
  CHECK(sample_problems(Drawn{{3, 1, 3}}, 1).size() == 2);
}

}  // namespace sample_problems_test
