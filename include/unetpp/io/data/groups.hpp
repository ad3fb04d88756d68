#pragma once
// Samples that belong together, such as those of a patient or a video. (A header of its own: std::regex is slow to compile.)

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/dataset.hpp"

namespace unetpp {

/// The group of each sample: what the first ( ) of a regular expression matches in its name, or all that it matches where
/// it has none.
/// Errors  ArgumentError for an expression that is none, and for a name in which it matches nothing.
[[gnu::cold]] inline std::vector<std::string> group_keys(const std::vector<std::string>& names,
                                                         const std::string& expression) {
  std::vector<std::string> keys;
  std::vector<std::string> without;
  try {
    const std::regex regex(expression);
    for (const std::string& name : names) {
      std::smatch match;
      const bool found = std::regex_search(name, match, regex);
      const std::string key = found ? match.str(match.size() > 1 ? 1 : 0) : "";
      (key.empty() ? without : keys).push_back(key.empty() ? name : key);
    }
  } catch (const std::regex_error& error) {
    throw ArgumentError("groups: expected a regular expression, found " + detail::printable(expression) + ": " +
                        error.what());
  }
  if (!without.empty())
    throw ArgumentError("groups: expected " + detail::printable(expression) +
                        " to match something in each name, found " + std::to_string(without.size()) +
                        " in which it does not, such as " + detail::printable(without.front()));
  return keys;
}

/// Shuffles samples and keeps the first `limit` of them, as split does, and sets up to `validation` of the last ones aside
/// so that no group is on both sides: a group that is too large for what is left of these trains. Where each sample is a
/// group of its own, the split is that of split.
/// Errors  ArgumentError when nothing is left to train with, or no group is small enough to validate with.
[[gnu::cold]] inline Split grouped_split(const std::vector<std::string>& groups, std::size_t validation,
                                         std::uint64_t seed,
                                         std::size_t limit = std::numeric_limits<std::size_t>::max()) {
  const Split all = split(groups.size(), 0, seed, limit);
  std::map<std::string, std::size_t> sizes;
  for (const std::size_t i : all.train) ++sizes[groups[i]];
  std::set<std::string> aside;
  std::size_t left = validation;
  for (auto i = all.train.rbegin(); i != all.train.rend(); ++i) {
    const std::string& group = groups[*i];
    if (aside.contains(group) || sizes[group] > left) continue;
    aside.insert(group);
    left -= sizes[group];
  }
  Split parts;
  for (const std::size_t i : all.train) (aside.contains(groups[i]) ? parts.validation : parts.train).push_back(i);
  if (parts.train.empty() || (validation > 0 && parts.validation.empty()))
    throw ArgumentError("the validation set: expected groups of " + std::to_string(validation) + " of the " +
                        std::to_string(all.train.size()) + " samples at most and others to train with, found " +
                        std::to_string(sizes.size()) + " groups, " +
                        (parts.train.empty() ? "all of which would validate" : "all of them larger"));
  return parts;
}

}  // namespace unetpp
