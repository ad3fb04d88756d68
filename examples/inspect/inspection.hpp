#pragma once
// What is in each pair of a data set, and what is odd about it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unetpp/core/error.hpp>
#include <unetpp/core/one_line.hpp>
#include <unetpp/io/data/folder_dataset.hpp>
#include <unetpp/io/data/sample_problems.hpp>
#include <unetpp/io/files/file.hpp>
#include <vector>

#include "../in_parallel.hpp"

namespace inspect {

/// What is in a pair.
struct Pair {
  std::string name;
  unetpp::detail::LoadedSample image;
  std::string doubt;                // what its decoder warned of
  std::vector<std::size_t> pixels;  // of each class
  std::size_t content = 0;          // a hash of the image's file

  bool good() const { return image.error.empty(); }
  std::size_t classes() const {
    std::size_t count = 0;
    for (const std::size_t n : pixels) count += n > 0;
    return count;
  }
};

/// Reads all pairs, on all threads. One whose image has other channels than most is no good, either.
inline std::vector<Pair> inspect_pairs(const unetpp::FolderDataset& dataset, int channels) {
  std::vector<Pair> pairs(dataset.size());
  examples::rethrow_first(examples::in_parallel(dataset.size(), [&](std::size_t i) {
    Pair& pair = pairs[i];
    pair.name = dataset.name(i);
    pair.pixels.resize(dataset.table().classes.size());
    try {
      const unetpp::Sample sample = dataset.load(i);
      pair.image = {.height = sample.image.height, .width = sample.image.width, .channels = sample.image.channels};
      pair.doubt = sample.image.doubt;
      for (const std::uint8_t label : sample.mask.values)
        if (label < pair.pixels.size()) ++pair.pixels[label];
      pair.content = std::hash<std::string>()(unetpp::read_file(dataset.image_path(i)));
    } catch (const unetpp::Error& error) {
      pair.image.error = error.what();
    }
  }));
  std::vector<unetpp::detail::LoadedSample> images;
  for (const Pair& pair : pairs) images.push_back(pair.image);
  if (channels == 0) channels = unetpp::detail::usual_channels(images);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (const std::string problem = pairs[i].good() ? unetpp::detail::problem_of(pairs[i].image, channels) : "";
        !problem.empty())
      pairs[i].image.error = dataset.image_path(i).string() + ": " + problem;
  return pairs;
}

/// What is odd about pairs that are good, a line each.
inline std::vector<std::string> doubts(const std::vector<Pair>& pairs, const unetpp::ClassTable& table) {
  std::vector<std::string> lines;
  std::map<std::size_t, const Pair*> by_content;
  for (const Pair& pair : pairs) {
    if (!pair.good()) continue;
    const auto add = [&](const std::string& what) { lines.push_back(pair.name + ": " + what); };
    if (!pair.doubt.empty()) lines.push_back(pair.doubt);
    if (pair.classes() == 0) add("no pixel of its mask counts: all are ignored");
    for (std::size_t c = 0; pair.classes() == 1 && c < pair.pixels.size(); ++c)
      if (pair.pixels[c] > 0) add("its mask has one class only, " + table.classes[c].name);
    const auto [first, is_new] = by_content.emplace(pair.content, &pair);
    if (!is_new) add("the same image file as " + first->second->name);
  }
  return lines;
}

}  // namespace inspect
