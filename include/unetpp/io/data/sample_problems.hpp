#pragma once
// What is wrong with the samples of a data set, before training meets it.

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

namespace detail {

/// What a sample is like.
struct LoadedSample {
  std::string error{};  // empty: it loads
  int height = 0, width = 0, channels = 0;
  std::exception_ptr failure{};  // which is not the sample's
};

/// The channels that most of the samples have, the fewer where two numbers are as frequent.
inline int usual_channels(const std::vector<LoadedSample>& samples) {
  std::map<int, std::size_t> counts;
  for (const LoadedSample& s : samples)
    if (s.error.empty()) ++counts[s.channels];
  const auto usual =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return usual == counts.end() ? 0 : usual->first;
}

/// What is wrong with a sample that loads; empty if nothing is.
[[gnu::cold]] inline std::string problem_of(const LoadedSample& sample, int channels) {
  if (sample.channels == channels) return {};
  return "expected an image of " + std::to_string(channels) + " channels, as the network or most images have, " +
         "found " + std::to_string(sample.channels) + " (--channels converts images, or leave it out)";
}

}  // namespace detail

/// A line for each sample that cannot be loaded, or has not so many channels (0: as many as most samples have), in their
/// order; it names a file. All samples are loaded, on several threads; `dataset` says by image_path(i) which image a
/// sample has.
template <class Data>
std::vector<std::string> sample_problems(const Data& dataset, int channels = 0, int threads = max_threads()) {
  std::vector<detail::LoadedSample> samples(dataset.size());
  parallel_for(threads, samples.size(), [&](std::size_t i, int) {
    try {
      const Raster image = dataset.load(i).image;
      samples[i] = {"", image.height, image.width, image.channels};
    } catch (const Error& error) {
      samples[i].error = error.what();
    } catch (...) {
      samples[i].failure = std::current_exception();
    }
  });
  if (channels == 0) channels = detail::usual_channels(samples);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const detail::LoadedSample& sample = samples[i];
    if (sample.failure) std::rethrow_exception(sample.failure);
    if (!sample.error.empty())
      lines.push_back(sample.error);
    else if (const std::string problem = detail::problem_of(sample, channels); !problem.empty())
      lines.push_back(dataset.image_path(i).string() + ": " + problem);
  }
  return lines;
}

}  // namespace unetpp
