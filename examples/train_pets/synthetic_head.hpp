#pragma once
// The heads of the drawn pets: pointed ears, slit pupils and whiskers, or floppy ears, a snout and perhaps a tongue.

#include "synthetic_pet.hpp"

namespace train_pets {

inline constexpr Colour cat_eyes[] = {{.72f, .80f, .33f}, {.93f, .76f, .27f}, {.45f, .70f, .85f}, {.45f, .72f, .45f}};
inline constexpr Colour dog_eyes[] = {{.30f, .18f, .10f}, {.22f, .14f, .09f}, {.40f, .26f, .13f}, {.45f, .58f, .70f}};

inline void draw_cat_head(Pet& pet, const Place& at, float unit, float gaze) {
  const float ear = pet.dice.between(1.25f, 1.55f), wide = pet.dice.between(.72f, .9f);
  for (const float side : {-1.0f, 1.0f}) {
    pet.fur(at, unit, {triangle({side * .92f, -.2f}, {side * .2f, -.72f}, {side * wide, -ear}, .05f)}, 1);
    pet.flat(at, {triangle({side * .8f, -.4f}, {side * .4f, -.7f}, {side * (wide - .02f), -ear + .22f}, .03f)},
             mix(pink, pet.coat.base, .35f), .1f);
  }
  pet.fur(at, unit,
          {ellipse({0, -.05f}, .95f, .8f), ellipse({-.48f, .28f}, .52f, .4f), ellipse({.48f, .28f}, .52f, .4f)}, .15f);
  const Colour muzzle = mix(pet.coat.chest, pet.coat.second, pet.coat.pattern == Coat::points ? .7f : 0);
  pet.flat(at, {ellipse({gaze - .2f, .42f}, .29f, .25f), ellipse({gaze + .2f, .42f}, .29f, .25f)}, muzzle, .3f, .85f);

  const Colour iris = pet.dice.near(pet.dice.pick(cat_eyes), .05f);
  const float slit = pet.dice.between(.06f, .15f);
  for (const float side : {-1.0f, 1.0f}) {
    const Point eye{gaze + side * .42f, -.05f};
    pet.flat(at, {ellipse(eye, .27f, .26f)}, ink);
    pet.flat(at, {ellipse(eye, .22f, .21f)}, iris);
    pet.flat(at, {ellipse(eye + Point{gaze * .3f, 0}, slit, .19f)}, ink);
    pet.flat(at, {ellipse(eye + Point{-.07f, -.09f}, .06f, .06f)}, white_fur);
    for (const float fall : {-.1f, .12f})
      pet.flat(at, {capsule({gaze + side * .34f, .42f}, {gaze + side * 1.25f, .38f + fall}, .022f, .008f)}, white_fur,
               0, .6f);
  }
  pet.flat(at, {triangle({gaze - .1f, .2f}, {gaze + .1f, .2f}, {gaze, .3f}, .04f)}, mix(pink, ink, .12f));
  for (const float side : {-1.0f, 1.0f})
    pet.flat(at,
             {capsule({gaze, .34f}, {gaze, .43f}, .025f, .025f),
              capsule({gaze, .43f}, {gaze + side * .12f, .51f}, .025f, .03f),
              capsule({gaze + side * .12f, .51f}, {gaze + side * .27f, .43f}, .03f, .02f)},
             ink, 0, .75f);
}

inline void draw_dog_head(Pet& pet, const Place& at, float unit, float gaze) {
  const float hang = pet.dice.between(.25f, .75f), out = pet.dice.between(.88f, 1.06f),
              deep = pet.dice.between(.4f, .54f);
  const bool tongue = pet.dice.chance(.4f);
  pet.fur(at, unit, {ellipse({0, -.12f}, .84f, .8f), ellipse({gaze, .4f}, .6f, .5f)}, .15f);
  for (const float side : {-1.0f, 1.0f})  // over the skull, hanging down beside it
    pet.fur(at, unit,
            {capsule({side * .62f, -.68f}, {side * out, -.3f}, .22f, .3f),
             capsule({side * out, -.3f}, {side * out, hang}, .3f, .23f)},
            1, pet.coat.pattern == Coat::plain ? .72f : .88f);

  const Colour muzzle = mix(pet.coat.chest, pet.coat.second, pet.coat.pattern == Coat::points ? .7f : 0);
  pet.flat(at, {capsule({gaze, -.5f}, {gaze, .1f}, .1f, .16f)}, muzzle, .2f, .6f);
  if (tongue) pet.flat(at, {capsule({gaze, .62f}, {gaze + .03f, .92f}, .15f, .14f)}, {.89f, .42f, .45f}, .12f);
  pet.flat(at, {ellipse({gaze, .38f}, .47f, deep * .85f)}, muzzle, .35f, .95f);
  for (const float side : {-1.0f, 1.0f})
    pet.flat(at,
             {capsule({gaze, .48f}, {gaze + side * .15f, .58f}, .035f, .035f),
              capsule({gaze + side * .15f, .58f}, {gaze + side * .33f, .47f}, .035f, .025f)},
             ink, 0, .85f);
  pet.flat(at, {capsule({gaze, .3f}, {gaze, .5f}, .03f, .03f)}, ink, 0, .8f);
  pet.flat(at, {ellipse({gaze, .2f}, .22f, .16f)}, ink, .08f);
  pet.flat(at, {ellipse({gaze - .06f, .14f}, .07f, .04f)}, white_fur, 0, .7f);

  const Colour iris = pet.dice.near(pet.dice.pick(dog_eyes), .03f);
  const int patch = pet.dice.below(4);  // over the left eye, the right eye, none, none
  for (const float side : {-1.0f, 1.0f}) {
    const Point eye{gaze * .8f + side * .38f, -.2f};
    if (patch == (side < 0 ? 0 : 1))
      pet.flat(at, {ellipse(eye, .3f, .34f, turned(side * .2f))}, pet.coat.second, 0, .85f);
    pet.flat(at, {ellipse(eye, .19f, .18f)}, ink);
    pet.flat(at, {ellipse(eye + Point{0, .01f}, .15f, .14f)}, iris);
    pet.flat(at, {ellipse(eye + Point{gaze * .2f, .01f}, .09f, .09f)}, ink);
    pet.flat(at, {ellipse(eye + Point{-.05f, -.06f}, .06f, .06f)}, white_fur);
    pet.flat(at, {capsule(eye + Point{side * -.12f, -.28f}, eye + Point{side * .12f, -.25f}, .04f, .03f)},
             pet.coat.second * .6f, 0, .6f);
  }
}

inline void Pet::head(const Place& body, Point at, float radius) {
  const float tilt = dice.between(-.12f, .12f), gaze = dice.between(-.16f, .16f);
  const Point t = turned(tilt);
  const Place place{body.to_pixels(at),
                    {body.axis.x * t.x - body.axis.y * t.y, body.axis.x * t.y + body.axis.y * t.x},
                    body.scale * radius,
                    body.mirror};
  if (has_collar) {
    flat(place, {capsule({-.55f, .82f}, {.55f, .82f}, .13f, .13f)}, collar, .1f);
    flat(place, {ellipse({.0f, 1.0f}, .13f, .13f)}, {.95f, .8f, .3f}, .1f);
  }
  if (cat)
    draw_cat_head(*this, place, radius, gaze);
  else
    draw_dog_head(*this, place, radius, gaze);
}

}  // namespace train_pets
