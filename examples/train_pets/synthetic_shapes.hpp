#pragma once
// What the drawn pets are made of: points, colours, noise, signed distances of simple figures, and a canvas to paint
// on.
//
// Only + - * / sqrt and floor are used, which IEEE 754 rounds alike everywhere: the pictures then have the same bytes
// with any C library (a compiler that fuses multiply-adds may still move a value by one).

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unetpp/core/random.hpp>
#include <vector>

namespace train_pets {

struct Point {
  float x = 0, y = 0;
  friend constexpr Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
  friend constexpr Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
  friend constexpr Point operator*(Point a, float s) { return {a.x * s, a.y * s}; }
};
constexpr float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline float length(Point a) { return std::sqrt(dot(a, a)); }

struct Colour {
  float r = 0, g = 0, b = 0;
  friend constexpr Colour operator+(Colour x, Colour y) { return {x.r + y.r, x.g + y.g, x.b + y.b}; }
  friend constexpr Colour operator*(Colour x, Colour y) { return {x.r * y.r, x.g * y.g, x.b * y.b}; }
  friend constexpr Colour operator*(Colour x, float s) { return {x.r * s, x.g * s, x.b * s}; }
};
constexpr Colour mix(Colour a, Colour b, float t) { return a * (1 - t) + b * t; }

constexpr float clamp01(float v) { return v < 0 ? 0 : v > 1 ? 1 : v; }
constexpr float smoothstep(float low, float high, float v) {
  const float t = clamp01((v - low) / (high - low));
  return t * t * (3 - 2 * t);
}
/// std::floor of a number that fits an int, without the call into the C library that plain x86-64 makes of it.
constexpr float floor_of(float v) {
  const auto towards_zero = static_cast<float>(static_cast<int>(v));
  return towards_zero > v ? towards_zero - 1 : towards_zero;
}
/// Falls from 1 to 0 and rises back once per unit.
inline float triangle_wave(float v) { return std::abs(2 * (v - floor_of(v)) - 1); }

/// One random choice after another out of a stream.
class Dice {
 public:
  explicit Dice(unetpp::Random random) : random_(random) {}
  std::uint32_t bits() { return random_.bits(position_++); }
  float between(float low, float high) { return low + (high - low) * random_.uniform(position_++); }
  bool chance(float probability) { return random_.uniform(position_++) < probability; }
  int below(int count) { return static_cast<int>(random_.below(static_cast<std::uint32_t>(count), position_++)); }
  template <class T, std::size_t n>
  const T& pick(const T (&of)[n]) {
    return of[static_cast<std::size_t>(below(static_cast<int>(n)))];
  }
  Colour near(Colour c, float spread) {
    const float light = between(-spread, spread);
    const auto channel = [&](float v) { return clamp01(v + light + between(-spread, spread) / 2); };
    const float r = channel(c.r), g = channel(c.g);
    return {r, g, channel(c.b)};
  }

 private:
  unetpp::Random random_;
  std::uint64_t position_ = 0;
};

/// Smooth noise in [0, 1] with one bump per unit: random values on a lattice, blended.
/// Source  Perlin's fade curve; integer mixing as in MurmurHash3's finalizer.
inline float noise(std::uint32_t seed, Point p) {
  const float fx = floor_of(p.x), fy = floor_of(p.y);
  const auto x = static_cast<std::uint32_t>(static_cast<std::int32_t>(fx));
  const auto y = static_cast<std::uint32_t>(static_cast<std::int32_t>(fy));
  const auto at = [&](std::uint32_t i, std::uint32_t j) {
    std::uint32_t h = (i * 0x9E3779B1u) ^ (j * 0x85EBCA77u) ^ seed;
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return static_cast<float>((h ^ (h >> 16)) >> 8) * 0x1p-24f;
  };
  const float u = smoothstep(0, 1, p.x - fx), v = smoothstep(0, 1, p.y - fy);
  const float top = at(x, y) * (1 - u) + at(x + 1, y) * u;
  const float bottom = at(x, y + 1) * (1 - u) + at(x + 1, y + 1) * u;
  return top * (1 - v) + bottom * v;
}

enum class Kind { ellipse, capsule, triangle, box };

/// A figure whose signed distance (negative inside) is known.
/// Units  pixels, or those of the pet before it is placed.
struct Figure {
  Kind kind;
  Point a;          // ellipse, box: the centre; else the first corner or end
  Point b;          // ellipse, box: the unit vector along the first radius; else the second corner or end
  Point c;          // triangle: the third corner
  float r = 0;      // first radius or half side; capsule: radius at a; triangle: rounding
  float s = 0;      // second radius or half side; capsule: radius at b
  float round = 0;  // box: of its corners
};
constexpr Figure ellipse(Point centre, float r, float s, Point axis = {1, 0}) {
  return {Kind::ellipse, centre, axis, {}, r, s};
}
constexpr Figure capsule(Point a, Point b, float r, float s) { return {Kind::capsule, a, b, {}, r, s}; }
constexpr Figure triangle(Point a, Point b, Point c, float round) { return {Kind::triangle, a, b, c, round, 0}; }
constexpr Figure box(Point centre, float r, float s, float round, Point axis = {1, 0}) {
  return {Kind::box, centre, axis, {}, r, s, round};
}

/// Signed distance of p from the figure's edge; the ellipse's is exact only near its edge.
/// Source  Inigo Quilez, "2D distance functions".
inline float distance(const Figure& f, Point p) {
  const auto along = [&](Point from, Point to) {
    return clamp01(dot(p - from, to - from) / dot(to - from, to - from));
  };
  const Point q{dot(p - f.a, f.b), dot(p - f.a, {-f.b.y, f.b.x})};  // in the axes of an ellipse or box
  switch (f.kind) {
    case Kind::ellipse: {
      const float near = length({q.x / f.r, q.y / f.s});
      const float slope = length({q.x / (f.r * f.r), q.y / (f.s * f.s)});
      return slope > 0 ? near * (near - 1) / slope : -std::min(f.r, f.s);
    }
    case Kind::capsule: {
      const float t = along(f.a, f.b);
      return length(p - f.a - (f.b - f.a) * t) - (f.r + (f.s - f.r) * t);
    }
    case Kind::triangle: {
      float nearest = 1e9f;
      int left = 0;
      const Point corner[] = {f.a, f.b, f.c, f.a};
      for (int i = 0; i < 3; ++i) {
        const Point from = corner[i], edge = corner[i + 1] - from, to = p - from;
        nearest = std::min(nearest, length(to - edge * along(from, corner[i + 1])));
        left += edge.x * to.y - edge.y * to.x > 0;
      }
      return (left == 0 || left == 3 ? -nearest : nearest) - f.r;
    }
    case Kind::box:
      break;
  }
  const Point d{std::abs(q.x) - f.r + f.round, std::abs(q.y) - f.s + f.round};
  return length({std::max(d.x, 0.0f), std::max(d.y, 0.0f)}) + std::min(std::max(d.x, d.y), 0.0f) - f.round;
}

/// The union of two distances with the notch between them filled over a width.
/// Source  Inigo Quilez, "smooth minimum" (quadratic).
inline float melted(float a, float b, float width) {
  const float t = std::max(width - std::abs(a - b), 0.0f) / width;
  return std::min(a, b) - t * t * width / 4;
}

/// How figures go onto the canvas.
/// Units  pixels.
struct Brush {
  enum Role { scenery, pet, detail, in_front } role = scenery;  // what it does to the silhouette: -, adds, -, cuts
  float blend = 0;                                              // figures nearer than this melt into each other
  float relief = 0;                                             // width of the rounded, shaded rim
  float shadow = 0;                                             // width of the dark seam around it
  float shagginess = 0;                                         // how far the edge frays
  float opacity = 1;
};

/// A picture in linear floats with the signed distance of the pet's silhouette.
struct Canvas {
  int width, height;
  Point light{0, -1};  // towards it
  std::uint32_t fray = 0;
  std::vector<Colour> pixels{static_cast<std::size_t>(width) * static_cast<std::size_t>(height)};
  std::vector<float> silhouette = std::vector<float>(pixels.size(), 1e9f);
  std::vector<float> field = silhouette;

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }

  /// Paints the union of the figures; colour(pixel centre) is its colour there before shading.
  template <class Paint>
  void paint(std::span<const Figure> figures, const Brush& brush, const Paint& colour) {
    const bool outlined = brush.role == Brush::pet || brush.role == Brush::in_front;  // needs distances around it, too
    const float around = outlined ? 3 + .03f * static_cast<float>(std::max(width, height)) : 2;
    const float margin = around + brush.blend + brush.shadow + brush.shagginess;
    float left = 1e9f, right = -1e9f, top = 1e9f, bottom = -1e9f;
    for (const Figure& f : figures) {
      const bool two_ends = f.kind == Kind::capsule || f.kind == Kind::triangle;
      const float reach = margin + (f.kind == Kind::box ? f.r + f.s : std::max(f.r, f.s));
      for (const Point p : {f.a, two_ends ? f.b : f.a, f.kind == Kind::triangle ? f.c : f.a}) {
        left = std::min(left, p.x - reach), right = std::max(right, p.x + reach);
        top = std::min(top, p.y - reach), bottom = std::max(bottom, p.y + reach);
      }
    }
    const int x0 = std::clamp(static_cast<int>(left), 0, width), x1 = std::clamp(static_cast<int>(right), 0, width);
    const int y0 = std::clamp(static_cast<int>(top), 0, height), y1 = std::clamp(static_cast<int>(bottom), 0, height);
    const auto centre = [](int x, int y) { return Point{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f}; };

    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x) {
        const Point p = centre(x, y);
        float d = 1e9f;
        for (const Figure& f : figures) {
          const float next = distance(f, p);
          d = brush.blend > 0 ? melted(d, next, brush.blend) : std::min(d, next);
        }
        if (brush.shagginess > 0 && std::abs(d) < 8) d += brush.shagginess * (noise(fray, p * 0.45f) - 0.5f);
        field[index(x, y)] = d;
      }

    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x) {
        const std::size_t i = index(x, y);
        const float d = field[i], cover = clamp01(0.5f - d) * brush.opacity;
        if (brush.role == Brush::pet) silhouette[i] = melted(silhouette[i], d, 2);
        if (brush.role == Brush::in_front) silhouette[i] = std::max(silhouette[i], -d);
        if (d > 0 && d < brush.shadow) {
          const float t = 1 - d / brush.shadow;
          pixels[i] = pixels[i] * (1 - 0.4f * t * t);
        }
        if (cover <= 0) continue;
        float lit = 1;
        if (brush.relief > 0) {
          const int xa = std::max(x - 1, x0), xb = std::min(x + 1, x1 - 1);
          const int ya = std::max(y - 1, y0), yb = std::min(y + 1, y1 - 1);
          const Point slope{(field[index(xb, y)] - field[index(xa, y)]) / 2,
                            (field[index(x, yb)] - field[index(x, ya)]) / 2};
          const float rim = 1 - clamp01(-d / brush.relief);
          lit += rim * (0.32f * dot(slope, light) - 0.16f * rim);
        }
        pixels[i] = mix(pixels[i], colour(centre(x, y)) * lit, cover);
      }
  }
};

}  // namespace train_pets
