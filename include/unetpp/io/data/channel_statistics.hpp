#pragma once
// The mean and the spread of a training set's channels.

#include <cmath>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/io/data/dataset.hpp"
#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

namespace detail {

/// The mean of numbers, and the sum of their squared distances from it.
struct Moments {
  double count, mean = 0, squares = 0;

  /// Source  Chan, Golub & LeVeque, "Algorithms for computing the sample variance", The American Statistician 1983.
  void add(const Moments& other) {
    const double both = count + other.count, distance = other.mean - mean;
    squares += other.squares + distance * distance * count * other.count / both;
    mean += distance * other.count / both;
    count = both;
  }
};

/// Of an image's values over their full scale, channel by channel; of equal values exactly that value, and 0.
template <PixelValue T>
std::vector<Moments> channel_moments(const PixelView<T>& image) {
  require_pixels(image);
  const auto channels = static_cast<std::size_t>(image.channels);
  const auto pixels = static_cast<double>(pixel_count(image.width, image.height));
  const auto at = [&](std::size_t i) { return static_cast<double>(image.values[i]) / double{full_scale<T>}; };
  std::vector<Moments> moments(channels, {.count = pixels});
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (std::size_t i = c; i < image.values.size(); i += channels) sum += at(i) - at(c);
    moments[c].mean = at(c) + sum / pixels;
    for (std::size_t i = c; i < image.values.size(); i += channels)
      moments[c].squares += (at(i) - moments[c].mean) * (at(i) - moments[c].mean);
  }
  return moments;
}

/// Of sample after sample, in their order; none: it cannot be used.
using SampleMoments = std::vector<std::optional<std::vector<Moments>>>;

/// Errors  What is no unetpp::Error, of load().
template <Dataset Data>
SampleMoments sample_moments(const Data& dataset, const std::vector<std::size_t>& indices, int threads) {
  SampleMoments moments(indices.size());
  std::vector<std::exception_ptr> errors(indices.size());
  parallel_for(threads, indices.size(), [&](std::size_t i, int) {
    try {
      const Raster image = dataset.load(indices[i]).image;
      moments[i] = visit_pixels(image, [](const auto& pixels) { return channel_moments(pixels); });
    } catch (const Error&) {  // a Loader skips it, too, and says so
    } catch (...) {
      errors[i] = std::current_exception();
    }
  });
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  return moments;
}

}  // namespace detail

/// The mean and standard deviation of each channel of samples of a data set, for LoaderConfig::scaling: of all pixels
/// alike, at the sizes that they are loaded at, summed in float64 in the samples' order, so that any number of threads
/// finds the same bits. Each sample is loaded once; those that cannot be used are left out.
/// Errors  ArgumentError for an index out of range, where no sample can be used, for images of different numbers of
///         channels, and for a channel of one value: it tells a network nothing, and has no deviation to divide by.
template <Dataset Data>
ChannelScaling channel_statistics(const Data& dataset, const std::vector<std::size_t>& indices,
                                  int threads = max_threads()) {
  for (const std::size_t index : indices)
    if (index >= dataset.size())
      throw ArgumentError("channel statistics: expected indices less than " + std::to_string(dataset.size()) +
                          ", found " + std::to_string(index));
  std::vector<detail::Moments> all;
  const detail::SampleMoments moments = detail::sample_moments(dataset, indices, threads);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    if (!moments[i]) continue;
    if (all.empty()) {
      all = *moments[i];
      continue;
    }
    if (all.size() != moments[i]->size())
      throw ArgumentError("channel statistics: " + std::string(dataset.name(indices[i])) + ": expected an image of " +
                          std::to_string(all.size()) + " channels as before, found " +
                          std::to_string(moments[i]->size()));
    for (std::size_t c = 0; c < all.size(); ++c) all[c].add((*moments[i])[c]);
  }
  if (all.empty())
    throw ArgumentError("channel statistics: expected samples, found none of " + std::to_string(indices.size()) +
                        " that can be used");
  ChannelScaling scaling;
  for (const detail::Moments& channel : all) {
    scaling.mean.push_back(static_cast<float>(channel.mean));
    scaling.deviation.push_back(static_cast<float>(std::sqrt(channel.squares / channel.count)));
    if (channel.squares == 0)
      throw ArgumentError("channel statistics: expected channels of different values, found channel " +
                          std::to_string(scaling.mean.size() - 1) + " to be " + std::to_string(channel.mean) +
                          " in every pixel (leave it out of the images)");
  }
  detail::require_scaling(scaling, static_cast<int>(all.size()), "channel statistics");
  return scaling;
}

}  // namespace unetpp
