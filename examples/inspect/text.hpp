#pragma once
// What an inspection found, in words.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <unetpp/io/data/class_table.hpp>
#include <vector>

#include "inspection.hpp"

namespace inspect {

/// A class in numbers.
struct ClassShare {
  std::string name;
  double share;         // of the pixels that count
  std::size_t samples;  // in which it is
};

inline std::vector<ClassShare> class_shares(const std::vector<Pair>& pairs, const unetpp::ClassTable& table) {
  std::vector<ClassShare> shares;
  double all = 0;
  for (std::size_t c = 0; c < table.classes.size(); ++c) {
    ClassShare share{table.classes[c].name, 0, 0};
    for (const Pair& pair : pairs) {
      share.share += static_cast<double>(pair.pixels[c]);
      share.samples += pair.pixels[c] > 0;
    }
    all += share.share;
    shares.push_back(share);
  }
  for (ClassShare& share : shares) share.share = all > 0 ? share.share / all : 0;
  return shares;
}

/// "60 of 64x64, 2 of 64x80 and 3 more sizes", the most frequent first.
template <class T, class Text>
std::string counts_text(const std::map<T, std::size_t>& counts, const Text& text) {
  std::vector<std::pair<std::size_t, T>> order;
  for (const auto& [value, count] : counts) order.emplace_back(count, value);
  std::sort(order.begin(), order.end(), std::greater<>());
  std::string line;
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < std::min(order.size(), most); ++i)
    line += (i > 0 ? ", " : "") + std::to_string(order[i].first) + " of " + text(order[i].second);
  if (order.size() > most) line += ", and " + std::to_string(order.size() - most) + " others";
  return line;
}

/// Sizes and channels of the images that can be used, a line each.
inline std::vector<std::string> size_lines(const std::vector<Pair>& pairs) {
  std::map<std::pair<int, int>, std::size_t> sizes;
  std::map<int, std::size_t> channels;
  for (const Pair& pair : pairs) {
    if (!pair.good()) continue;
    ++sizes[{pair.image.width, pair.image.height}];
    ++channels[pair.image.channels];
  }
  return {"sizes: " + counts_text(sizes,
                                  [](const std::pair<int, int>& size) {
                                    return std::to_string(size.first) + "x" + std::to_string(size.second);
                                  }),
          "channels: " + counts_text(channels, [](int count) { return std::to_string(count); })};
}

inline std::size_t bad(const std::vector<Pair>& pairs) {
  return static_cast<std::size_t>(
      std::count_if(pairs.begin(), pairs.end(), [](const Pair& pair) { return !pair.good(); }));
}

inline void print(const std::vector<Pair>& pairs, const unetpp::ClassTable& table) {
  using unetpp::detail::one_line;
  std::printf("%zu pairs can be used, %zu cannot\n", pairs.size() - bad(pairs), bad(pairs));
  for (const std::string& line : size_lines(pairs)) std::printf("%s\n", line.c_str());
  std::printf("\n%-24s %9s %9s\n", "class", "pixels", "images");
  for (const ClassShare& share : class_shares(pairs, table))
    std::printf("%-24s %8.2f%% %9zu\n", one_line(share.name).c_str(), 100 * share.share, share.samples);
  std::printf("\n");
  for (const Pair& pair : pairs)
    if (!pair.good()) std::printf("bad: %s\n", one_line(pair.image.error).c_str());
  for (const std::string& line : doubts(pairs, table)) std::printf("doubtful: %s\n", one_line(line).c_str());
}

}  // namespace inspect
