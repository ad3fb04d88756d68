#include "unetpp/io/files/half.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "../../catch.hpp"

namespace half_test {

using namespace unetpp;

TEST_CASE("every half is converted to its value") {
  std::size_t wrong = 0;
  for (std::uint32_t b = 0; b < 0x10000; ++b) {
    const int exponent = static_cast<int>(b >> 10 & 31), fraction = static_cast<int>(b & 1023);
    const double sign = b >> 15 ? -1 : 1;
    const float found = float_of_half(static_cast<std::uint16_t>(b));
    bool right = std::signbit(found) == (b >> 15 != 0);
    if (exponent == 31)
      right = right && (fraction == 0 ? std::isinf(found) : std::isnan(found));
    else
      right = right &&
              found == sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
    wrong += !right;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a bfloat16 is the upper half of a float32") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(float_of_bfloat16(0x3f80) == 1);
  CHECK(float_of_bfloat16(0xc040) == -3);
  CHECK(float_of_bfloat16(0x7f80) == infinity);
  CHECK(float_of_bfloat16(0xff80) == -infinity);
  CHECK(float_of_bfloat16(0x0001) == std::ldexp(1.0f, -133));
  CHECK((float_of_bfloat16(0x8000) == 0 && std::signbit(float_of_bfloat16(0x8000))));
  CHECK(std::isnan(float_of_bfloat16(0x7fc0)));
}

}  // namespace half_test
