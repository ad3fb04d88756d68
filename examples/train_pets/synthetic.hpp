#pragma once
// A data set of drawn cats and dogs, for training without a download: every picture is made from the seed and its
// number.

#include <cstdio>
#include <string>
#include <unetpp/core/error.hpp>
#include <unetpp/io/data/dataset.hpp>

#include "synthetic_head.hpp"
#include "synthetic_scene.hpp"

namespace train_pets {

/// Drawn pets with the masks that belong to them: 0 pet, 1 background, 2 the band around the silhouette.
/// Errors  a size below 32 pixels.
class SyntheticPets {
 public:
  explicit SyntheticPets(std::size_t count, std::uint64_t seed = 42, int size = 96)
      : count_(count), seed_(seed), size_(size) {
    if (size < 32)
      throw unetpp::ArgumentError("synthetic pets: expected a size of at least 32 pixels, found " +
                                  std::to_string(size));
  }

  std::size_t size() const { return count_; }

  /// "synthetic_0001" for the first.
  std::string name(std::size_t i) const {
    std::string number = std::to_string(i + 1);
    if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
    return "synthetic_" + number;
  }

  /// Draws sample i; its width and height are within a sixth of the nominal size.
  unetpp::Sample load(std::size_t i) const {
    const unetpp::Random random(seed_, unetpp::random_stream(unetpp::RandomUse::user, i));
    Dice dice(random);
    const int vary = size_ / 6;
    const int width = size_ - vary + dice.below(2 * vary + 1), height = size_ - vary + dice.below(2 * vary + 1);
    Canvas canvas{width, height};
    canvas.fray = dice.bits();
    canvas.light = turned(dice.chance(.5f) ? -2.2f : -.45f);  // from above, left or right
    Scene scene{canvas, dice};
    scene.backdrop();
    scene.clutter();
    draw_pet(canvas, dice, scene);
    unetpp::Sample sample;
    sample.image = {width, height, 3, develop(canvas, dice)};
    sample.mask = {width, height, classes(canvas)};
    return sample;
  }

 private:
  void draw_pet(Canvas& canvas, Dice& dice, Scene& scene) const {
    constexpr Pose poses[] = {Pose::sitting, Pose::sitting, Pose::standing, Pose::lying, Pose::portrait};
    const Pose pose = dice.pick(poses);
    const float tall[] = {1.3f, 1.3f, 1.0f, 1.25f}, wide[] = {1.0f, 1.75f, 1.8f, .85f};  // in pet units
    const auto p = static_cast<std::size_t>(pose);
    const float fit = std::min(scene.height / tall[p], scene.width / wide[p]);
    const float scale = fit * dice.between(.78f, 1.1f);
    const float slack_x = std::max(scene.width - wide[p] * scale, 0.0f),
                slack_y = std::max(scene.height - tall[p] * scale, 0.0f);
    Place place;
    place.origin = {scene.width / 2 + slack_x * dice.between(-.5f, .5f), scene.height - slack_y * dice.between(0, .7f)};
    place.axis = turned(dice.between(-.04f, .04f));
    place.mirror = dice.chance(.5f) ? -1.0f : 1.0f;
    place.scale = scale;
    if (pose == Pose::portrait) place.origin.y = scene.height + scale * dice.between(0, .15f);  // cut off by the frame
    scene.ground_shadow(place.to_pixels(Point{.1f, -.02f}), scale * wide[p] * .5f);
    Pet pet{canvas, dice, dice.chance(.5f)};
    pet.draw(place, pose);
    if (dice.chance(.25f)) {
      const Point at{place.origin.x + scale * dice.between(-.6f, .6f), scene.height * dice.between(.97f, 1.08f)};
      scene.thing(at.x, at.y, scene.size * dice.between(.08f, .16f), Brush::in_front);
    }
  }

  /// Lighting, vignette, the sensor's noise, 8 bits.
  std::vector<std::uint8_t> develop(const Canvas& canvas, Dice& dice) const {
    const float exposure = dice.between(.78f, 1.12f), warmth = dice.between(-.08f, .08f),
                grain = dice.between(.02f, .07f);
    const float vignette = dice.between(0, .35f), falloff = dice.between(-.25f, .25f);
    const std::uint32_t key = dice.bits();
    const auto w = static_cast<float>(canvas.width), h = static_cast<float>(canvas.height);
    std::vector<std::uint8_t> rgb;
    rgb.reserve(canvas.pixels.size() * 3);
    for (int y = 0; y < canvas.height; ++y)
      for (int x = 0; x < canvas.width; ++x) {
        const std::size_t i = canvas.index(x, y);
        const Point p{(static_cast<float>(x) + .5f) / w - .5f, (static_cast<float>(y) + .5f) / h - .5f};
        const float light = exposure * (1 + falloff * p.x - vignette * dot(p, p));
        const Colour c = canvas.pixels[i] * Colour{light * (1 + warmth), light, light * (1 - warmth)};
        const auto random = unetpp::philox4x32({static_cast<std::uint32_t>(i), 0, 0, 1}, {key, 0});
        int channel = 0;
        for (const float v : {c.r, c.g, c.b}) {
          const std::uint32_t bits = random[static_cast<std::size_t>(channel++)];  // two 16-bit numbers: a triangle
          const float jitter = (static_cast<float>(bits & 0xFFFF) + static_cast<float>(bits >> 16)) * 0x1p-16f - 1;
          rgb.push_back(static_cast<std::uint8_t>(clamp01(v + grain * jitter) * 255 + .5f));
        }
      }
    return rgb;
  }

  /// Classes by the distance from the silhouette; the band is 4 % of the nominal size wide.
  std::vector<std::uint8_t> classes(const Canvas& canvas) const {
    const float half_band = static_cast<float>(size_) * .02f;
    std::vector<std::uint8_t> values;
    values.reserve(canvas.silhouette.size());
    for (const float d : canvas.silhouette) values.push_back(std::abs(d) <= half_band ? 2 : d < 0 ? 0 : 1);
    return values;
  }

  std::size_t count_;
  std::uint64_t seed_;
  int size_;
};

}  // namespace train_pets
