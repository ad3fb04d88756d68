#include "unetpp/io/data/groups.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace groups_test {

namespace {

using unetpp::group_keys;
using unetpp::grouped_split;
using unetpp::Split;
using Names = std::vector<std::string>;

std::string error_of(const Names& names, const std::string& expression) {
  return io_tests::message_of<unetpp::ArgumentError>([&] { group_keys(names, expression); });
}

/// Each of `count` samples in a group of its own, or of `size` neighbours.
Names groups_of(std::size_t count, std::size_t size) {
  Names groups;
  for (std::size_t i = 0; i < count; ++i) groups.push_back(std::to_string(i / size));
  return groups;
}

}  // namespace

TEST_CASE("a sample's group is what the first parentheses match in its name") {
  CHECK(group_keys({"p1/scan_2", "p12/scan_1"}, "^p([0-9]+)/(.*)") == Names{"1", "12"});
}

TEST_CASE("a sample's group is all that the expression matches where it has no parentheses") {
  CHECK(group_keys({"video7_frame1", "video7_frame2", "video8_frame1"}, "video[0-9]+") ==
        Names{"video7", "video7", "video8"});
}

TEST_CASE("names in which a group's expression matches nothing are an error") {
  CHECK(error_of({"p1", "q1", "q2"}, "p[0-9]") ==
        "groups: expected p[0-9] to match something in each name, found 2 in which it does not, such as q1");
  CHECK_FALSE(error_of({"a"}, "x*").empty());
  CHECK_FALSE(error_of({"a"}, "(x)?a").empty());
}

TEST_CASE("an expression that is none is an error") {
  CHECK(error_of({"a"}, "(a").starts_with("groups: expected a regular expression, found (a: "));
}

TEST_CASE("samples that are groups of their own are split as without groups") {
  const Split plain = unetpp::split(100, 13, 5, 80), grouped = grouped_split(groups_of(100, 1), 13, 5, 80);
  CHECK(grouped.train == plain.train);
  CHECK(grouped.validation == plain.validation);
}

TEST_CASE("no group is on both sides of a split, and no sample on none") {
  const Names groups = groups_of(103, 7);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Split parts = grouped_split(groups, 60, seed);
    CHECK(parts.validation.size() <= 60);
    CHECK(parts.validation.size() > 60 - 7);
    CHECK(parts.train.size() + parts.validation.size() == 103);
    std::set<std::string> training;
    for (const std::size_t i : parts.train) training.insert(groups[i]);
    for (const std::size_t i : parts.validation) CHECK_FALSE(training.contains(groups[i]));
  }
}

TEST_CASE("a split by groups depends on the seed alone") {
  CHECK(grouped_split(groups_of(50, 5), 10, 1).validation == grouped_split(groups_of(50, 5), 10, 1).validation);
  CHECK(grouped_split(groups_of(50, 5), 10, 1).validation != grouped_split(groups_of(50, 5), 10, 2).validation);
}

TEST_CASE("a group that is larger than the validation set trains") {
  Names groups(20, "large");
  groups.push_back("small");
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    CHECK(grouped_split(groups, 3, seed).validation == std::vector<std::size_t>{20});
}

TEST_CASE("groups that are all too large to validate with are an error, and nothing left to train with") {
  CHECK(io_tests::message_of<unetpp::ArgumentError>([] { grouped_split(groups_of(10, 5), 3, 1); }) ==
        "the validation set: expected groups of 3 of the 10 samples at most and others to train with, found 2 groups, "
        "all "
        "of them larger");
  CHECK(io_tests::message_of<unetpp::ArgumentError>([] {
          grouped_split(groups_of(10, 5), 10, 1);
        }).ends_with("found 2 groups, all of which would validate"));
  CHECK_THROWS_AS(grouped_split({}, 0, 1), unetpp::ArgumentError);
}

}  // namespace groups_test
