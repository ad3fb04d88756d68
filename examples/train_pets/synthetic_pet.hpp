#pragma once
// Draws a cat or a dog: a coat, a pose, a head. Lengths are in pet units: a sitting pet is about 1.3 high, its paws
// stand at y = 0 and up is negative; the head has units of its own, in which its radius is 1.

#include <initializer_list>

#include "synthetic_shapes.hpp"

namespace train_pets {

/// Where something is drawn: its units to pixels and back.
struct Place {
  Point origin;
  Point axis{1, 0};  // unit vector of x before mirroring
  float scale = 1;   // pixels a unit
  float mirror = 1;  // -1 looks the other way

  Point turn(Point p) const { return {p.x * mirror * axis.x - p.y * axis.y, p.x * mirror * axis.y + p.y * axis.x}; }
  Point to_pixels(Point p) const { return origin + turn(p) * scale; }
  Point from_pixels(Point p) const {
    const Point q = (p - origin) * (1 / scale);
    return {dot(q, axis) * mirror, dot(q, {-axis.y, axis.x})};
  }
  Figure to_pixels(Figure f) const {
    const bool axis_in_b = f.kind == Kind::ellipse || f.kind == Kind::box;
    f.a = to_pixels(f.a), f.b = axis_in_b ? turn(f.b) : to_pixels(f.b), f.c = to_pixels(f.c);
    f.r *= scale, f.s *= scale, f.round *= scale;
    return f;
  }
};

/// The unit vector whose half angle has the tangent t: a rotation without sine and cosine.
constexpr Point turned(float t) { return {(1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)}; }

inline constexpr Colour coat_colours[] = {
    {.88f, .55f, .26f}, {.17f, .16f, .17f}, {.55f, .56f, .59f}, {.94f, .92f, .88f}, {.47f, .32f, .21f},
    {.84f, .67f, .43f}, {.93f, .84f, .69f}, {.34f, .22f, .16f}, {.43f, .48f, .54f}, {.70f, .43f, .27f},
};
inline constexpr Colour white_fur{.96f, .95f, .92f}, pink{.93f, .62f, .62f}, ink{.09f, .08f, .09f};

/// Fur: two colours and how they are laid over the body.
struct Coat {
  enum Pattern { plain, tabby, patches, spots, points } pattern;
  Colour base, second, chest;
  std::uint32_t seed;
  float frequency;

  static Coat roll(Dice& dice, bool cat) {
    Coat coat;
    coat.pattern = static_cast<Pattern>(dice.below(5));
    if (cat && coat.pattern == spots) coat.pattern = tabby;
    if (!cat && coat.pattern == tabby) coat.pattern = patches;
    coat.base = dice.near(dice.pick(coat_colours), .06f);
    coat.second = dice.near(dice.pick(coat_colours), .05f);
    if (coat.pattern == tabby) coat.second = coat.base * dice.between(.45f, .62f);
    if (coat.pattern == points || coat.pattern == spots) coat.second = coat.base * dice.between(.3f, .6f);
    if (coat.pattern == plain) coat.second = coat.base * .9f;
    coat.chest = dice.chance(.6f) ? mix(coat.base, white_fur, dice.between(.6f, 1.0f)) : coat.base * 1.08f;
    coat.seed = dice.bits();
    coat.frequency = dice.between(3.2f, 5.0f);
    return coat;
  }

  /// The fur at u (pet units); extremity in [0, 1] says how much of an ear, paw, tail or face it is.
  Colour at(Point u, float extremity) const {
    Colour c = base * (0.9f + 0.2f * noise(seed, u * 4));
    float t = 0;
    if (pattern == tabby)
      t = .85f * smoothstep(.5f, .8f, triangle_wave(u.x * frequency + 0.9f * noise(seed + 1, u * 3.5f) + u.y * .8f));
    if (pattern == patches) t = smoothstep(.52f, .58f, noise(seed + 1, u * 2.6f));
    if (pattern == spots) t = smoothstep(.62f, .68f, noise(seed + 1, u * 9));
    if (pattern == points) t = extremity;
    c = mix(c, second, t);
    return c * (0.88f + 0.24f * noise(seed + 2, {u.x * 34, u.y * 16}));
  }
};

enum class Pose { sitting, standing, lying, portrait };

/// A pet being drawn.
struct Pet {
  Canvas& canvas;
  Dice& dice;
  bool cat;
  Coat coat = Coat::roll(dice, cat);
  float shaggy = dice.between(0, cat ? 1.6f : 2.6f);
  Colour collar = dice.near({.75f, .2f, .22f}, .25f);
  bool has_collar = dice.chance(.4f);

  /// Paints melted figures of fur at a place; unit is the place's length in pet units.
  void fur(const Place& place, float unit, std::initializer_list<Figure> figures, float extremity, float tone = 1,
           bool pale = false) {
    std::vector<Figure> placed;
    for (const Figure& f : figures) placed.push_back(place.to_pixels(f));
    const float pixels = place.scale / unit;  // a pet unit
    canvas.paint(placed,
                 {.role = Brush::pet,
                  .blend = .09f * pixels,
                  .relief = .11f * pixels,
                  .shadow = .04f * pixels,
                  .shagginess = shaggy * pixels / 60},
                 [&](Point p) {
                   const Point u = place.from_pixels(p) * unit;
                   const Colour c = coat.at(u, extremity);
                   return (pale ? mix(c, coat.chest, .85f) : c) * tone;
                 });
  }
  void flat(const Place& place, std::initializer_list<Figure> figures, Colour colour, float relief = 0,
            float opacity = 1) {
    std::vector<Figure> placed;
    for (const Figure& f : figures) placed.push_back(place.to_pixels(f));
    canvas.paint(placed, {.role = Brush::detail, .relief = relief * place.scale, .opacity = opacity},
                 [&](Point) { return colour; });
  }

  void draw(const Place& place, Pose pose) {
    switch (pose) {
      case Pose::sitting:
        return sit(place);
      case Pose::standing:
        return stand(place);
      case Pose::lying:
        return lie(place);
      case Pose::portrait:
        return pose_for_portrait(place);
    }
  }

  void tail(const Place& place, Point root, Point middle, Point tip) {
    const float thick = cat ? dice.between(.045f, .07f) : dice.between(.05f, .085f), thin = cat ? thick : thick * .5f;
    const Point bend{dice.between(-.06f, .06f), dice.between(-.08f, .08f)};
    const Point a = (root + middle) * .5f + bend, b = (middle + tip) * .5f - bend;
    fur(place, 1,
        {capsule(root, a, thick, thick), capsule(a, middle, thick, thick), capsule(middle, b, thick, thin),
         capsule(b, tip, thin, thin)},
        .9f, .95f);
  }

  void sit(const Place& place) {
    const float w = cat ? .22f : .25f, leg = cat ? .075f : .095f, lean = dice.between(-.06f, .06f);
    if (cat || dice.chance(.5f))
      tail(place, {.3f, -.1f}, {.62f, -.08f}, {dice.between(.5f, .85f), dice.between(-.45f, -.12f)});
    else
      tail(place, {.28f, -.14f}, {.5f, -.2f}, {.68f, -.42f});
    fur(place, 1, {ellipse({.2f, -.2f}, .22f, .2f), capsule({.14f, -.05f}, {.32f, -.05f}, .055f, .05f)}, .2f, .9f);
    fur(place, 1, {ellipse({.06f, -.3f}, w + .07f, .28f), ellipse({lean, -.56f}, w, .3f, turned(.06f))}, 0);
    fur(place, 1, {ellipse({-.03f + lean, -.55f}, w * .55f, .2f)}, 0, 1, true);
    for (const float x : {-.1f, .09f})
      fur(place, 1, {capsule({x + lean, -.42f}, {x, -.08f}, leg, leg), ellipse({x - .02f, -.045f}, leg * 1.25f, .055f)},
          .7f);
    head(place, {-.02f + lean * 2, -.98f}, cat ? .27f : .28f);
  }

  void stand(const Place& place) {
    const float leg = cat ? .062f : .085f, deep = cat ? .18f : .21f, step = dice.between(-.09f, .09f);
    const auto limb = [&](float x, float shift, float tone) {
      fur(place, 1,
          {capsule({x, -.5f}, {x + shift * .5f, -.25f}, leg * 1.4f, leg),
           capsule({x + shift * .5f, -.25f}, {x + shift, -.06f}, leg, leg * .85f),
           ellipse({x + shift - .03f, -.045f}, leg * 1.3f, .055f)},
          .7f, tone);
    };
    const float up = dice.between(-1.15f, -.5f);
    tail(place, {.46f, -.66f}, {.68f, (up - .66f) / 2}, {dice.between(.6f, .85f), up});
    limb(-.24f, step, .78f), limb(.44f, -step, .78f);
    fur(place, 1,
        {ellipse({0, -.56f}, .48f, deep), ellipse({-.34f, -.58f}, .21f, deep + .04f),
         ellipse({.36f, -.57f}, .2f, deep + .02f), capsule({-.38f, -.64f}, {-.52f, -.86f}, .16f, .15f)},
        0);
    limb(-.36f, -step, 1), limb(.33f, step, 1);
    head(place, {-.6f, dice.between(-1.02f, -.86f)}, cat ? .24f : .26f);
  }

  void lie(const Place& place) {
    tail(place, {.6f, -.14f}, {.84f, -.07f}, {dice.between(.7f, 1.05f), dice.between(-.3f, -.07f)});
    fur(place, 1, {capsule({-.2f, -.14f}, {-.62f, -.07f}, .09f, .065f)}, .7f, .82f);
    fur(place, 1,
        {ellipse({.1f, -.25f}, .56f, .23f), ellipse({-.3f, -.33f}, .23f, .25f), ellipse({.45f, -.24f}, .22f, .22f)}, 0);
    fur(place, 1, {ellipse({.42f, -.18f}, .2f, .16f), capsule({.36f, -.055f}, {.2f, -.055f}, .055f, .055f)}, .4f);
    fur(place, 1, {capsule({-.26f, -.14f}, {-.58f, -.055f}, .09f, .06f), ellipse({-.66f, -.055f}, .1f, .06f)}, .7f);
    head(place, {dice.between(-.5f, -.38f), dice.between(-.72f, -.5f)}, cat ? .26f : .28f);
  }

  void pose_for_portrait(const Place& place) {
    fur(place, 1, {ellipse({.03f, -.2f}, .4f, .34f), ellipse({0, -.48f}, .25f, .25f)}, 0);
    fur(place, 1, {ellipse({-.02f, -.36f}, .17f, .22f)}, 0, 1, true);
    head(place, {0, -.86f}, cat ? .36f : .37f);
  }

  void head(const Place& body, Point at, float radius);
};

}  // namespace train_pets
