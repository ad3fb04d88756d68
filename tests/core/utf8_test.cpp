#include "unetpp/core/utf8.hpp"

#include <string>

#include "../catch.hpp"

namespace utf8_test {

using unetpp::to_utf8;

TEST_CASE("what is not UTF-8 in a text becomes replacement characters, one for each piece; other text stays") {
  for (const std::string& good :
       {std::string(), std::string("caf\xc3\xa9 \"\\\n\0x", 11), std::string("\xf0\x9f\x90\xb1")})
    CHECK(to_utf8(good) == good);
  CHECK(to_utf8("caf\xe9 1") == "caf\xef\xbf\xbd 1");
  CHECK(to_utf8("\xff") == "\xef\xbf\xbd");
  CHECK(to_utf8("cut \xf0\x9f") == "cut \xef\xbf\xbd");
  CHECK(to_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
}

}  // namespace utf8_test
