#include "unetpp/io/data/mask_pattern.hpp"

#include <set>
#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace mask_pattern_test {

namespace {

using unetpp::MaskPattern;

/// "stem|class" of a mask's name; empty where it does not match.
std::string match(const std::string& pattern, const std::string& name, const std::set<std::string>& stems) {
  const auto found = MaskPattern(pattern).match(name, stems);
  return found ? found->stem + "|" + found->class_name : "";
}

std::string error_of(const std::string& pattern) {
  return io_tests::message_of<unetpp::ArgumentError>([&] { MaskPattern{pattern}; });
}

}  // namespace

TEST_CASE("a mask may be called like its image") {
  CHECK(match("{stem}", "a/b", {"a/b"}) == "a/b|");
  CHECK(match("{stem}", "a/c", {"a/b"}).empty());
}

TEST_CASE("a mask may be called like its image with text before and behind") {
  CHECK(match("m_{stem}_mask", "m_a_mask", {"a"}) == "a|");
  CHECK(match("m_{stem}_mask", "m_a_mas", {"a"}).empty());
  CHECK(match("m_{stem}_mask", "a_mask", {"a"}).empty());
  CHECK(match("ab{stem}bc", "abc", {""}).empty());
}

TEST_CASE("a class is a folder or a part of a mask's name") {
  CHECK(match("{class}/{stem}", "cat/s/1", {"s/1"}) == "s/1|cat");
  CHECK(match("{stem}/{class}", "s/1/cat", {"s/1"}) == "s/1|cat");
  CHECK(match("x{stem}_{class}y", "x1_caty", {"1"}) == "1|cat");
  CHECK(match("x{class}_{stem}y", "xcat_1y", {"1"}) == "1|cat");
  CHECK(match("{class}/{stem}", "1", {"1"}).empty());
}

TEST_CASE("a class has a name") {
  CHECK(match("{stem}_{class}", "a_", {"a"}).empty());
  CHECK(match("{class}/{stem}", "/a", {"a"}).empty());
}

TEST_CASE("of several images that a mask may be of, it is that with the longest name") {
  CHECK(match("{stem}_{class}", "a_b_c", {"a"}) == "a|b_c");
  CHECK(match("{stem}_{class}", "a_b_c", {"a_b"}) == "a_b|c");
  CHECK(match("{stem}_{class}", "a_b_c", {"a", "a_b"}) == "a_b|c");
  CHECK(match("{class}_{stem}", "a_b_c", {"c", "b_c"}) == "b_c|a");
}

TEST_CASE("a pattern that is none is an error") {
  CHECK(error_of("{class}/x") == "a mask pattern: expected {stem} in it, found {class}/x");
  CHECK(error_of("").starts_with("a mask pattern: expected {stem} in it"));
  CHECK(error_of("{stem}{class}") == "a mask pattern: expected text between {stem} and {class}, found {stem}{class}");
  CHECK(error_of("{stem}_{stem}") == "a mask pattern: expected {stem} once, found {stem}_{stem}");
  CHECK(error_of("{class}{stem}{class}") == "a mask pattern: expected {class} once, found {class}{stem}{class}");
}

}  // namespace mask_pattern_test
