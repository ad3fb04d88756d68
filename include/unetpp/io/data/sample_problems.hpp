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

/// What samples are to be like.
struct SampleDemands {
  int channels = 0;      ///< of an image; 0: as most images have
  int least_height = 0;  ///< of an image, in pixels: that of the crop
  int least_width = 0;   ///< as `least_height`
};

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
[[gnu::cold]] inline std::string problem_of(const LoadedSample& sample, const SampleDemands& demands) {
  if (sample.channels != demands.channels)
    return "expected an image of " + std::to_string(demands.channels) +
           " channels, as the network or most images have, " + "found " + std::to_string(sample.channels) +
           " (--channels converts images, or leave it out)";
  if (sample.height < demands.least_height || sample.width < demands.least_width)
    return "expected an image of at least " + size_text(demands.least_width, demands.least_height) +
           ", the crop's size, found " + size_text(sample.width, sample.height) +
           " (take a smaller crop, or leave it out)";
  return {};
}

}  // namespace detail

/// A line for each sample that cannot be loaded, or is not as demanded, in their order; it names a file. All samples are
/// loaded, on several threads; `dataset` says by image_path(i) which image a sample has.
template <class Data>
std::vector<std::string> sample_problems(const Data& dataset, SampleDemands demands = {}, int threads = max_threads()) {
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
  if (demands.channels == 0) demands.channels = detail::usual_channels(samples);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const detail::LoadedSample& sample = samples[i];
    if (sample.failure) std::rethrow_exception(sample.failure);
    if (!sample.error.empty())
      lines.push_back(sample.error);
    else if (const std::string problem = detail::problem_of(sample, demands); !problem.empty())
      lines.push_back(dataset.image_path(i).string() + ": " + problem);
  }
  return lines;
}

}  // namespace unetpp
