#include <unetpp/report/mask_code.hpp>
#include <vector>

#include "catch.hpp"

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
