#include "unetpp/core/one_line.hpp"

#include <string>

#include "../catch.hpp"
#include "unetpp/core/error.hpp"

namespace one_line_test {

using unetpp::detail::one_line;

TEST_CASE("what ends a line or commands a terminal is written out") {
  CHECK(one_line("two\nlines\r\tand") == "two\\nlines\\r\\tand");
  CHECK(one_line("\x1b[2J\a\x7f") == "\\x1b[2J\\x07\\x7f");
  CHECK(one_line(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("the controls from 80 to 9f are written out, in UTF-8 and by themselves") {
  CHECK(one_line("\xc2\x9b"
                 "2J") ==
        "\xc2\\x9b"
        "2J");
  CHECK(one_line("\x9b"
                 "2J") ==
        "\\x9b"
        "2J");
  CHECK(one_line("\xc3\xa9\x9b") == "\xc3\xa9\\x9b");
  CHECK(one_line("\xe9\x9b[2J") == "\xe9\\x9b[2J");
}

TEST_CASE("text in UTF-8 and in Latin-1 stays as it is") {
  for (const std::string text : {"caf\xc3\xa9", "\xe2\x82\xac \xf0\x9f\x98\x80 \xc5\x9b", "caf\xe9", "back\\slash", ""})
    CHECK(one_line(text) == text);
}

TEST_CASE("an error is one line, whatever the name of the file is") {
  CHECK(std::string(unetpp::FileError("a\nb\x1b[1m.jpg: cannot be read").what()) ==
        "a\\nb\\x1b[1m.jpg: cannot be read");
}

}  // namespace one_line_test
