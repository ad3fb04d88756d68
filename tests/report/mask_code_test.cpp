#include <unetpp/report/mask_code.hpp>
#include <vector>

#include "catch.hpp"

namespace mask_code_test {

using namespace unetpp;

TEST_CASE("base64 writes the examples of RFC 4648") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xFB\xFF\xFE") == "+//+");
}

TEST_CASE("encode_mask writes a number for each run: its length less one times the values, and the step to its value") {
  // Runs of 1, 3, 2 pixels: 0·3+1, 2·3+(0−1 mod 3), 1·3+2.
  CHECK(encode_mask(std::vector<std::uint8_t>{1, 0, 0, 0, 2, 2}, 3) == base64(std::string{1, 8, 5}));
}

TEST_CASE("encode_mask begins a run of value 0 with step 0") {
  CHECK(encode_mask(std::vector<std::uint8_t>(10, 0), 3) == base64(std::string{27}));
}

TEST_CASE("encode_mask writes numbers from 128 in groups of 7 bits, the lowest first") {
  // 99·3+1 = 298 = 2·128 + 42.
  CHECK(encode_mask(std::vector<std::uint8_t>(100, 1), 3) == base64(std::string{static_cast<char>(128 | 42), 2}));
}

TEST_CASE("encode_mask takes 256 values") {
  CHECK(encode_mask(std::vector<std::uint8_t>{255}, 256) == base64(std::string{static_cast<char>(255), 1}));
}

TEST_CASE("encode_mask of no pixels is empty") { CHECK(encode_mask({}, 3).empty()); }

TEST_CASE("base64_bytes reads what base64 wrote, and refuses all else") {
  for (const char* text : {"", "f", "fo", "foo", "foobar", "\xFB\xFF\xFE"}) CHECK(base64_bytes(base64(text)) == text);
  for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zg==Zg==", "Zm9v\n", "Zm9*", "====", "=m9v"})
    CHECK_FALSE(base64_bytes(text));
}

TEST_CASE("decode_mask_code reads what encode_mask wrote") {
  std::vector<std::uint8_t> mask;
  for (std::size_t i = 0; i < 5000; ++i) mask.push_back(static_cast<std::uint8_t>(i * i / 700 % 7));
  mask.resize(9000, 3);
  CHECK(decode_mask_code(encode_mask(mask, 7), mask.size(), 7) == mask);
  CHECK(decode_mask_code("", 0, 3) == std::vector<std::uint8_t>{});
}

TEST_CASE("decode_mask_code refuses masks of more or fewer pixels, and numbers that do not end or are too large") {
  const std::string ten = encode_mask(std::vector<std::uint8_t>(10, 1), 3);
  CHECK_FALSE(decode_mask_code(ten, 9, 3));
  CHECK_FALSE(decode_mask_code(ten, 11, 3));
  CHECK_FALSE(decode_mask_code("!", 10, 3));
  CHECK_FALSE(decode_mask_code(ten, 10, 0));
  CHECK_FALSE(decode_mask_code(base64(std::string{27, static_cast<char>(128)}), 10, 3));
  CHECK_FALSE(decode_mask_code(base64(std::string(20, static_cast<char>(255))), 10, 3));
  CHECK_FALSE(decode_mask_code(base64(std::string{27, 0}), 10, 3));
}

}  // namespace mask_code_test
