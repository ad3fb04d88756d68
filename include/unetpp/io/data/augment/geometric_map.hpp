#pragma once
// Where each pixel of what comes out is read.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <vector>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/crop.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/data/augment/elastic.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp::detail {

/// A place between the centres of pixels, counted from that of the first one.
/// Units   2^-24 pixels, so that places of whole and half pixels are exact.
struct Position {
  static constexpr int bits = 24;
  std::int64_t x;
  std::int64_t y;
};

inline std::int64_t to_position(double pixels) {
  return static_cast<std::int64_t>(std::ldexp(1.0, Position::bits) * pixels + (pixels < 0 ? -0.5 : 0.5));
}

/// The map (x, y) -> (xx x + xy y + x0, yx x + yy y + y0).
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;

  double x(double u, double v) const { return xx * u + xy * v + x0; }
  double y(double u, double v) const { return yx * u + yy * v + y0; }
};

/// First `before`, then `after`.
inline Affine operator*(const Affine& after, const Affine& before) {
  return {after.xx * before.xx + after.xy * before.yx,
          after.xx * before.xy + after.xy * before.yy,
          after.x(before.x0, before.y0),
          after.yx * before.xx + after.yy * before.yx,
          after.yx * before.xy + after.yy * before.yy,
          after.y(before.x0, before.y0)};
}

/// What undoes a drawn shift, rotation, shear, scale and flip of a window, about its centre; these happen in the other
/// order. Nothing where none of them happens.
/// Units   Pixels from the centre.
inline std::optional<Affine> drawn_affine(const AugmentConfig& config, Random random, int height, int width) {
  Affine map;
  bool any = false;
  const auto add = [&](const Affine& next) {
    map = next * map;
    any = true;
  };
  const auto radians = [](float degrees) { return degrees * (std::numbers::pi / 180); };
  if (const Draws shift(random, Operation::shift); shift.happens(config.shift.probability))
    add({.x0 = double{-shift.between(config.shift.width, 2)} * width,
         .y0 = double{-shift.between(config.shift.height, 1)} * height});
  if (const Draws turn(random, Operation::rotation); turn.happens(config.rotation.probability)) {
    const double angle = radians(turn.between(config.rotation.degrees, 1));
    add({.xx = std::cos(angle), .xy = -std::sin(angle), .yx = std::sin(angle), .yy = std::cos(angle)});
  }
  if (const Draws shear(random, Operation::shear); shear.happens(config.shear.probability))
    add({.xy = std::tan(radians(shear.between(config.shear.degrees, 1)))});
  if (const Draws scale(random, Operation::scale); scale.happens(config.scale.probability)) {
    const double smaller = 1.0 / scale.between_logarithms(config.scale.factor, 1);
    add({.xx = smaller, .yy = smaller});
  }
  const Draws flip(random, Operation::flip);
  if (flip.uniform(0) < config.flip.horizontal) add({.xx = -1});
  if (flip.uniform(1) < config.flip.vertical) add({.yy = -1});
  return any ? std::optional(map) : std::nullopt;
}

/// The one map that an image and its mask go through.
class GeometricMap {
 public:
  /// Of a sample with this mask. What comes out has height×width pixels.
  GeometricMap(const Mask& mask, const AugmentConfig& config, Random random)
      : height_(config.crop.height > 0 ? config.crop.height : mask.height),
        width_(config.crop.width > 0 ? config.crop.width : mask.width) {
    const Window window = drawn_window(mask, height_, width_, config.crop, Draws(random, Operation::crop));
    const std::optional<Affine> about_centre = drawn_affine(config, random, height_, width_);
    const Draws elastic(random, Operation::elastic);
    if (elastic.happens(config.elastic.probability)) field_.emplace(height_, width_, config.elastic, elastic);
    identity_ = !about_centre && !field_ && height_ == mask.height && width_ == mask.width;
    const double x = (width_ - 1) / 2.0, y = (height_ - 1) / 2.0;
    map_ =
        Affine{.x0 = window.x + x, .y0 = window.y + y} * about_centre.value_or(Affine()) * Affine{.x0 = -x, .y0 = -y};
  }

  int height() const { return height_; }
  int width() const { return width_; }
  /// Whether nothing moves.
  bool identity() const { return identity_; }

  /// Where the pixels of a row are read.
  void row(int v, std::vector<Position>& to) {
    to.resize(static_cast<std::size_t>(width_));
    if (field_) {
      field_->row(v, moves_);
      for (std::size_t u = 0; u < to.size(); ++u) {
        const double from_u = static_cast<double>(u) + moves_[u].x, from_v = v + double{moves_[u].y};
        to[u] = {to_position(map_.x(from_u, from_v)), to_position(map_.y(from_u, from_v))};
      }
    } else {
      const Position step{to_position(map_.xx), to_position(map_.yx)};
      Position at{to_position(map_.x(0, v)), to_position(map_.y(0, v))};
      for (Position& place : to) {
        place = at;
        at = {at.x + step.x, at.y + step.y};
      }
    }
  }

 private:
  int height_;
  int width_;
  bool identity_;
  Affine map_;
  std::optional<ElasticField> field_;
  std::vector<Displacement> moves_;
};

}  // namespace unetpp::detail
