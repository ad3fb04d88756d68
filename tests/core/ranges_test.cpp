#include "unetpp/core/ranges.hpp"

#include <string>
#include <vector>

#include "../catch.hpp"

namespace ranges_test {

using namespace unetpp;

namespace {

/// A letter for each position of `whole`: i inside of a range, o outside; parts are set apart by blanks.
std::string parts(IndexRange whole, const std::vector<IndexRange>& ranges) {
  std::string text;
  std::size_t at = whole.first;
  for_each_part(whole, ranges, [&](std::size_t first, std::size_t last, bool inside) {
    CHECK(first == at);
    at = last;
    if (!text.empty()) text += ' ';
    text.append(last - first, inside ? 'i' : 'o');
  });
  CHECK(at == whole.last);
  return text;
}

}  // namespace

TEST_CASE("a range is cut into the parts that lie in one of others and in none") {
  const std::vector<IndexRange> ranges{{2, 4}, {4, 5}, {8, 9}};
  CHECK(parts({0, 10}, ranges) == "oo ii i ooo i o");
  CHECK(parts({3, 8}, ranges) == "i i ooo");
  CHECK(parts({2, 4}, ranges) == "ii");
  CHECK(parts({5, 8}, ranges) == "ooo");
  CHECK(parts({9, 11}, ranges) == "oo");
  CHECK(parts({0, 3}, {}) == "ooo");
  CHECK(parts({5, 5}, ranges).empty());
}

TEST_CASE("ranges that are empty, overlap or do not ascend are refused") {
  const auto refuses = [](std::vector<IndexRange> ranges) {
    CHECK_THROWS_AS(require_ascending(ranges, "here"), ArgumentError);
  };
  refuses({{1, 1}});
  refuses({{2, 1}});
  refuses({{0, 2}, {1, 3}});
  refuses({{3, 4}, {0, 1}});
  const std::vector<IndexRange> overlapping{{0, 2}, {1, 3}};
  CHECK_THROWS_WITH(require_ascending(overlapping, "here"),
                    "here: expected a range that begins at 2 or later and is not empty, found 1 to 3");
  CHECK_NOTHROW(require_ascending(std::vector<IndexRange>{{0, 2}, {2, 3}, {5, 6}}, "here"));
}

}  // namespace ranges_test
