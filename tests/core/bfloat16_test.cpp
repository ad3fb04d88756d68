#include "unetpp/core/bfloat16.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/kernels/micro_kernels.hpp"

namespace bfloat16_test {

using namespace unetpp;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

constexpr BFloat16 of_bits(std::uint32_t bits) {
  BFloat16 value{};
  value.bits = static_cast<std::uint16_t>(bits);
  return value;
}
constexpr float float_of(std::uint32_t word) { return std::bit_cast<float>(word); }

/// The value that the nearest bfloat16 has, of two as near the even one; by arithmetic in double, where every step is exact:
/// a count of the distances between the bfloat16s around it.
double nearest(float value) {
  const double size = std::abs(double{value});
  if (size == 0 || std::isinf(value)) return value;
  const double step = std::ldexp(1.0, std::max(std::ilogb(size), -126) - 7);
  double count = std::floor(size / step);
  const double rest = size / step - count;
  if (rest > 0.5 || (rest == 0.5 && std::fmod(count, 2) == 1)) ++count;
  const double rounded = count * step;
  return std::copysign(rounded < std::ldexp(1.0, 128) ? rounded : double{infinity}, double{value});
}

/// Whether a float that is a number is rounded as the model says, with its sign.
bool rounds_right(float value) {
  const double got = float{BFloat16(value)}, want = nearest(value);
  return got == want && std::signbit(got) == std::signbit(want);
}

/// Floats of all kinds: each bfloat16 and what lies about half of the way to the next one, and random words.
std::vector<float> all_kinds() {
  std::vector<float> values;
  for (std::uint32_t high = 0; high < 1 << 16; ++high)
    for (const std::uint32_t low : {0x0000u, 0x0001u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu})
      values.push_back(float_of(high << 16 | low));
  for (std::uint64_t i = 0; i < 100'000; ++i)
    values.push_back(float_of(
        static_cast<std::uint32_t>(Random(3).below(1 << 16, 2 * i) << 16 | Random(3).below(1 << 16, 2 * i + 1))));
  return values;
}

std::vector<kernels::InstructionSet> sets_here() {
  std::vector<kernels::InstructionSet> sets;
  for (const kernels::InstructionSet set : kernels::instruction_sets)
    if (kernels::has_micro_kernels && kernels::supports(set)) sets.push_back(set);
  return sets;
}

std::vector<std::uint16_t> bits_of(const std::vector<BFloat16>& values) {
  std::vector<std::uint16_t> bits;
  for (const BFloat16 value : values) bits.push_back(value.bits);
  return bits;
}
std::vector<std::uint32_t> bits_of(const std::vector<float>& values) {
  std::vector<std::uint32_t> bits;
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

}  // namespace

TEST_CASE("every bfloat16 is a float's upper half, and rounds to itself; a NaN becomes quiet") {
  for (std::uint32_t bits = 0; bits < 1 << 16; ++bits) {
    const float value = of_bits(bits);
    CAPTURE(bits);
    REQUIRE(std::bit_cast<std::uint32_t>(value) == bits << 16);
    REQUIRE(BFloat16(value).bits == (std::isnan(value) ? bits | 0x40 : bits));
  }
}

TEST_CASE("floats round to the nearest bfloat16, of two as near to the even one, infinity among them") {
  std::size_t wrong = 0, numbers = 0;
  for (const float value : all_kinds())
    if (!std::isnan(value)) {
      ++numbers;
      if (!rounds_right(value) && ++wrong < 10) CHECK(float{BFloat16(value)} == nearest(value));
    }
  CHECK(wrong == 0);
  CHECK(numbers > 400'000);
}

TEST_CASE("a NaN stays a NaN of its sign, though all that says so is in the half that is cut off") {
  for (std::uint32_t low = 1; low < 1 << 23; low = low * 3 + 1)
    for (const std::uint32_t sign : {0u, 0x80000000u}) {
      const BFloat16 got = float_of(sign | 0x7f800000 | low);
      CAPTURE(low, sign);
      CHECK(std::isnan(float{got}));
      CHECK(got.bits == ((sign | 0x7fc00000 | low) >> 16));
    }
}

TEST_CASE("bfloat16 is computed when compiled, too") {
  STATIC_REQUIRE(sizeof(BFloat16) == 2);
  STATIC_REQUIRE(std::is_trivially_copyable_v<BFloat16>);
  STATIC_REQUIRE(float{BFloat16(1.0f)} == 1.0f);
  STATIC_REQUIRE(BFloat16(1 + 0x1p-8f).bits == 0x3f80);            // halfway, to the even one below
  STATIC_REQUIRE(BFloat16(1 + 0x1p-7f + 0x1p-8f).bits == 0x3f82);  // and above
  STATIC_REQUIRE(BFloat16(1 + 0x1p-8f + 0x1p-23f).bits == 0x3f81);
  STATIC_REQUIRE(BFloat16(-0.0f).bits == 0x8000);
  STATIC_REQUIRE(BFloat16(std::numeric_limits<float>::max()).bits == 0x7f80);
  STATIC_REQUIRE(BFloat16(-infinity).bits == 0xff80);
  STATIC_REQUIRE(BFloat16(std::numeric_limits<float>::denorm_min()).bits == 0);
  STATIC_REQUIRE(BFloat16(0x1p-133f).bits == 1);
  STATIC_REQUIRE(std::is_same_v<StoredValue<Precision::bfloat16>, BFloat16>);
  STATIC_REQUIRE(std::is_same_v<StoredValue<Precision::float32>, float>);
}

TEST_CASE("vectors of every instruction set convert as single values do, subnormal ones and NaNs, too") {
  const std::vector<float> values = all_kinds();
  const std::vector<BFloat16> want(values.begin(), values.end());
  const std::vector<float> want_back(want.begin(), want.end());
  for (const kernels::InstructionSet set : sets_here())
    for (const bool flushing : {false, true}) {
      CAPTURE(kernels::to_string(set), flushing);
      std::vector<BFloat16> got(values.size());
      std::vector<float> back(values.size());
      {
        const auto convert = [&] {
          kernels::image_kernels<BFloat16>(set).from_floats(values.data(), values.size(), got.data());
          kernels::image_kernels<BFloat16>(set).to_floats(got.data(), got.size(), back.data());
        };
        if (flushing) {
          const FlushSubnormals flush;
          convert();
        } else {
          convert();
        }
      }
      CHECK((bits_of(got) == bits_of(want)));  // too many to be printed
      CHECK((bits_of(back) == bits_of(want_back)));
    }
}

TEST_CASE("vectors convert any number of values and touch no others") {
  constexpr std::size_t most = 70, room = 40;
  const Random random(5);
  for (const kernels::InstructionSet set : sets_here())
    for (std::size_t count = 0; count <= most; ++count) {
      CAPTURE(kernels::to_string(set), count);
      std::vector<float> values(count), back(count + room, -7.0f), want_back;
      for (std::size_t i = 0; i < count; ++i) values[i] = random.normal(i);
      std::vector<BFloat16> got(count + room, BFloat16(-3.0f)), want(values.begin(), values.end());
      want_back.assign(want.begin(), want.end());
      want.resize(count + room, BFloat16(-3.0f));
      want_back.resize(count + room, -7.0f);
      kernels::image_kernels<BFloat16>(set).from_floats(values.data(), count, got.data());
      CHECK(bits_of(got) == bits_of(want));
      kernels::image_kernels<BFloat16>(set).to_floats(got.data(), count, back.data());
      CHECK(bits_of(back) == bits_of(want_back));
    }
}

}  // namespace bfloat16_test
