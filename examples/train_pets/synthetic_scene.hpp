#pragma once
// What the drawn pets sit in: walls, floors and meadows with things that are not pets, in colours that pets have too.

#include <iterator>

#include "synthetic_pet.hpp"

namespace train_pets {

inline constexpr Colour room_colours[] = {
    {.62f, .74f, .74f}, {.80f, .72f, .62f}, {.86f, .80f, .74f}, {.52f, .60f, .52f}, {.78f, .58f, .55f},
    {.45f, .52f, .64f}, {.88f, .78f, .52f}, {.62f, .45f, .32f}, {.36f, .34f, .36f}, {.72f, .70f, .68f},
};

/// Draws everything but the pet.
struct Scene {
  Canvas& canvas;
  Dice& dice;
  float width = static_cast<float>(canvas.width), height = static_cast<float>(canvas.height);
  float size = std::min(width, height);
  float horizon = height * dice.between(.42f, .78f);
  bool outdoors = dice.chance(.35f);
  std::uint32_t seed = dice.bits();

  Colour any_colour() {
    return dice.chance(.45f) ? dice.near(dice.pick(coat_colours), .08f) : dice.near(dice.pick(room_colours), .12f);
  }

  void paint(std::initializer_list<Figure> figures, Colour colour, Brush brush = {}) {
    const float texture = dice.between(0, .35f), grain = dice.between(.06f, .5f);
    const Colour other = dice.chance(.3f) ? any_colour() : colour * .8f;
    const float stripes = dice.chance(.35f) ? dice.between(.03f, .12f) : 0;
    const Point across = turned(dice.between(-.9f, .9f));
    canvas.paint(std::span(std::data(figures), figures.size()), brush, [&](Point p) {
      const float band = stripes > 0 ? smoothstep(.45f, .6f, triangle_wave(dot(p, across) * stripes)) : 0;
      return mix(colour, other, band) * (1 + texture * (noise(seed, {p.x * grain, p.y * grain * 1.7f}) - .5f));
    });
  }

  /// Wall and floor, or sky, hills and grass.
  void backdrop() {
    const Colour far = outdoors ? dice.near({.66f, .80f, .90f}, .08f) : any_colour();
    const Colour ground = outdoors && dice.chance(.8f) ? dice.near({.42f, .56f, .28f}, .12f) : any_colour();
    const float contrast = dice.between(.1f, .4f), coarse = dice.between(.02f, .06f), fine = dice.between(.1f, .4f);
    const float pattern = outdoors ? 0 : dice.between(-.1f, .22f), period = dice.between(.06f, .16f);
    const float boards = outdoors || dice.chance(.4f) ? 0 : dice.between(.1f, .25f);
    const float wave = outdoors ? .12f * height : 0;
    for (int y = 0; y < canvas.height; ++y)
      for (int x = 0; x < canvas.width; ++x) {
        const Point p{static_cast<float>(x) + .5f, static_cast<float>(y) + .5f};
        const float edge = horizon - wave * noise(seed + 3, {p.x * 3 / width, 0});
        const float depth = (p.y - edge) / height;
        Colour wall = far * (1 + .25f * (p.y / height - .4f));
        if (pattern > 0)
          wall = wall *
                 (1 - pattern * smoothstep(.55f, .75f, triangle_wave(p.x * period)) * (p.y * period > 1 ? 1.0f : .6f));
        Colour floor = ground * (.85f + .5f * std::max(depth, 0.0f));
        if (boards > 0) {
          const float slant = (p.x - width / 2) / (.35f + std::max(depth, 0.0f)) / size * 2.4f;
          floor = floor * (1 - boards * smoothstep(.86f, .96f, triangle_wave(slant)));
        }
        const float rough =
            contrast * (noise(seed, p * coarse) - .5f) + .7f * contrast * (noise(seed + 1, p * fine) - .5f);
        const float grass = outdoors ? .35f * (noise(seed + 2, {p.x * .7f, p.y * .25f}) - .5f) : 0;
        const float t = smoothstep(-.7f, .7f, p.y - edge);
        canvas.pixels[canvas.index(x, y)] = mix(wall * (1 + rough * .6f), floor * (1 + rough + grass), t);
      }
  }

  /// One thing at x, standing on y, about r large (pixels).
  void thing(float x, float y, float r, Brush::Role role = Brush::scenery) {
    const Brush soft{.role = role, .blend = r * .3f, .relief = r * .5f, .shadow = r * .12f};
    const Brush hard{.role = role, .relief = r * .15f, .shadow = r * .1f};
    const Colour c = any_colour();
    switch (dice.below(role == Brush::in_front ? 3 : 7)) {
      case 0:  // ball
        paint({ellipse({x, y - r * .6f}, r * .6f, r * .6f)}, c, soft);
        break;
      case 1:  // cushion
        paint({box({x, y - r * .5f}, r, r * .55f, r * .3f, turned(dice.between(-.2f, .2f)))}, c, soft);
        break;
      case 2:  // stones, or a heap of blankets
        paint({ellipse({x - r * .4f, y - r * .3f}, r * .6f, r * .35f),
               ellipse({x + r * .3f, y - r * .4f}, r * .6f, r * .45f)},
              c, soft);
        break;
      case 3:  // box or stool
        paint({box({x, y - r * .6f}, r * .8f, r * .6f, r * .06f)}, c, hard);
        paint({box({x, y - r * 1.15f}, r * .9f, r * .14f, r * .05f)}, c * .85f, hard);
        break;
      case 4: {  // plant in a pot, or a bush
        const Colour leaf = dice.near({.35f, .52f, .27f}, .12f);
        for (int i = 0; i < 5; ++i) {
          const Point lean = turned(dice.between(-.45f, .45f));
          paint({ellipse({x + lean.y * r * .9f, y - r * .7f - lean.x * r * .8f}, r * .22f, r * .7f, lean)},
                leaf * dice.between(.8f, 1.2f), hard);
        }
        paint({capsule({x, y - r * .7f}, {x, y - r * .25f}, r * .42f, r * .28f)}, c, soft);
        break;
      }
      case 5:  // lamp, or a tree
        paint({capsule({x, y}, {x, y - r * 1.6f}, r * .1f, r * .08f)}, c * .6f, hard);
        if (outdoors)
          paint({ellipse({x, y - r * 2}, r * .9f, r * .8f), ellipse({x + r * .4f, y - r * 1.5f}, r * .6f, r * .5f)},
                dice.near({.36f, .5f, .26f}, .1f), soft);
        else
          paint({triangle({x - r * .6f, y - r * 1.5f}, {x + r * .6f, y - r * 1.5f}, {x, y - r * 2.3f}, r * .12f)}, c,
                hard);
        break;
      default:  // bowl
        paint({capsule({x - r * .3f, y - r * .2f}, {x + r * .3f, y - r * .2f}, r * .28f, r * .28f)}, c, hard);
        paint({ellipse({x, y - r * .42f}, r * .52f, r * .13f)}, c * .55f);
    }
  }

  /// Furniture, rugs, windows behind the pet.
  void clutter() {
    if (!outdoors && dice.chance(.5f)) {  // a window or a picture
      const Point at{width * dice.between(.1f, .9f), horizon * dice.between(.25f, .6f)};
      const float w = size * dice.between(.1f, .22f), h = size * dice.between(.1f, .22f);
      paint({box(at, w + 2, h + 2, 1)}, any_colour(), {.relief = 2, .shadow = 3});
      paint({box(at, w, h, 0)}, any_colour());
    }
    if (!outdoors && dice.chance(.35f)) {  // a sofa
      const Colour c = any_colour();
      const float x = width * dice.between(.2f, .8f), w = size * dice.between(.35f, .6f);
      const Brush soft{.blend = 2, .relief = size * .05f, .shadow = 3};
      paint({box({x, horizon - size * .12f}, w, size * .2f, size * .06f)}, c, soft);
      paint({box({x, horizon + size * .05f}, w, size * .09f, size * .04f),
             box({x - w, horizon}, size * .07f, size * .14f, size * .06f),
             box({x + w, horizon}, size * .07f, size * .14f, size * .06f)},
            c * .92f, soft);
    }
    if (dice.chance(.4f)) {  // a rug, or a path
      const Colour c = any_colour();
      const Point at{width * dice.between(.3f, .7f), (horizon + height) / 2 + size * .1f};
      paint({ellipse(at, size * dice.between(.4f, .6f), size * .14f)}, c);
    }
    for (int i = dice.below(5); i > 0; --i) {
      const Point at{width * dice.between(0, 1), horizon + (height - horizon) * dice.between(.02f, .5f)};
      thing(at.x, at.y, size * dice.between(.08f, .22f));
    }
  }

  /// The shade under the pet.
  void ground_shadow(Point at, float r) {
    canvas.paint(std::vector{ellipse(at, r, r * .2f)}, {.opacity = .3f}, [](Point) {
      return Colour{.05f, .05f, .08f};
    });
  }
};

}  // namespace train_pets
