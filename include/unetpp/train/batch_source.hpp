#pragma once
// What training reads from.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/labels.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

/// What `fit` reads from: batches of images with labels, epoch after epoch. The images' values are best in [0, 1].
///   batch()             the largest number of images in a batch; another one than before is an error
///   samples()           the number of images of an epoch; with those skipped always the same
///   start_epoch(e)      begins epoch e = 0, 1, ...
///   next()              moves to the next batch; false at the end of the epoch
///   images(), labels()  the batch, until the next call of next() or start_epoch()
/// It may have more, for training that goes on where it was stopped:
///   start_epoch(e, n)   begins epoch e behind its first n images; without it, `fit` reads these again
///   seed()              what the order of the images comes from; another one than before is an error
///   skipped_samples()   those met so far that cannot be used: std::vector<std::size_t>
///   skip(samples)       tells it of those that were met before
///   first_image()       where the batch's first image is among those of the whole step, of all processes
/// And so that a sample which is skipped late moves no other one's results:
///   positions()         of the batch's images among all that it was given, as skipped_samples(): a span of std::size_t
/// Of each batch it may give some shards (train/shards.hpp) alone, those of this process:
///   ranks()             the shards of a batch; 1: all that it has
///   whole_batch()       the largest number of images in all of them
///   shard_images()      how many images of the batch are in each of its shards
template <class L, class Net>
concept BatchSource = requires(L& loader, int epoch) {
  { loader.batch() } -> std::convertible_to<std::size_t>;
  { loader.samples() } -> std::convertible_to<std::size_t>;
  loader.start_epoch(epoch);
  { loader.next() } -> std::convertible_to<bool>;
  { loader.images() } -> std::convertible_to<BatchView<const float, Net::in>>;
  { loader.labels() } -> std::convertible_to<LabelView<Net::out>>;
};

/// Where there is no validation set.
struct NoValidation {};

namespace detail {

/// Whether a source gives only some shards of each batch.
template <class Source>
bool gives_shards(const Source& source) {
  if constexpr (requires { source.ranks(); })
    return source.ranks() != 1;
  else
    return false;
}

template <class Source>
std::size_t whole_batch(const Source& source) {
  if constexpr (requires { source.whole_batch(); })
    return source.whole_batch();
  else
    return source.batch();
}

template <class Source>
std::size_t first_image(const Source& source) {
  if constexpr (requires { source.first_image(); })
    return source.first_image();
  else
    return 0;
}

/// How many images are in each of the shards that a source gives; {}: as many as there are places.
template <class Source>
std::span<const std::size_t> shard_images(const Source& source) {
  if constexpr (requires { source.shard_images(); })
    if (gives_shards(source)) return source.shard_images();
  return {};
}

/// Errors  ArgumentError for a loader that makes other batches than the state's.
template <class Source>
void match_source(const Source& source, TrainingState& state) {
  const auto match = [](const char* what, auto& before, auto now) {
    if (before && *before != now)
      throw ArgumentError(std::string("unetpp: training goes on: expected a loader whose ") + what + " is " +
                          std::to_string(*before) + ", found " + std::to_string(now));
    before = now;
  };
  if constexpr (requires { source.seed(); }) match("seed", state.seed, source.seed());
  match("batch size", state.batch, whole_batch(source));
  std::size_t images = source.samples();
  if constexpr (requires { source.skipped_samples(); }) images += source.skipped_samples().size();
  match("number of images", state.images, images);
}

/// Whether images have values that no network is made for, as those of 0 to 255 of files; NaN is no such value.
template <Shape S>
bool beyond_range(BatchView<const float, S> images) {
  constexpr float most = 32;  // standardised ones have less, and the darkest of a whole batch in 0 to 255 hardly ever
  for (std::size_t i = 0; i < images.pixels(); ++i)
    if (std::any_of(images.pixel(i), images.pixel(i) + S.channels, [](float v) { return std::abs(v) > most; }))
      return true;
  return false;
}

template <class Source>
void skip(Source& source, const std::vector<std::size_t>& samples) {
  if constexpr (requires { source.skip(samples); }) source.skip(samples);
}

/// Where the images of a batch are among all that the source was given; empty for a source that does not know.
template <class Source>
std::span<const std::size_t> positions(const Source& source) {
  if constexpr (requires { source.positions(); })
    return source.positions();
  else
    return {};
}

/// Those that are skipped, among the same.
template <class Source>
std::span<const std::size_t> skipped_positions(const Source& source) {
  if constexpr (requires {
                  source.positions();
                  source.skipped_samples();
                })
    return source.skipped_samples();
  else
    return {};
}

/// Errors  ArgumentError for a source that gives only a part of each batch, but the shards of this process.
template <class Source>
void require_gives(const Source& source, const Shards& shards) {
  if (!gives_shards(source)) return;
  if constexpr (requires { source.ranks(); }) {
    const std::string found = "found one of " + std::to_string(source.ranks()) + " ranks";
    if (shards.count == 1) throw ArgumentError("unetpp: fit: expected a loader of all samples, " + found);
    if (static_cast<std::size_t>(source.ranks()) != shards.count ||
        first_image(source) != shards.first * shards.images || source.batch() != shards.own * shards.images)
      throw ArgumentError("unetpp: fit: expected a loader of all samples or of " + std::to_string(shards.own) + " of " +
                          std::to_string(shards.count) + " ranks from rank " + std::to_string(shards.first) + " on, " +
                          found + " that gives images " + std::to_string(first_image(source)) + " to " +
                          std::to_string(first_image(source) + source.batch()) + " of each batch");
  }
}

/// Begins the epoch of a state behind the images that were trained on.
/// Errors  ArgumentError if no batch of the epoch ends there.
template <class Source>
void start_epoch(Source& source, const TrainingState& state) {
  if (gives_shards(source)) {
    if constexpr (requires { source.start_epoch(0, std::size_t{}); }) {
      const std::size_t places = state.batches * whole_batch(source);  // skipped ones have some, too
      return source.start_epoch(state.epoch - 1, state.images ? std::min(places, *state.images) : places);
    }
  }
  if constexpr (requires { source.start_epoch(0, std::size_t{}); }) {
    source.start_epoch(state.epoch - 1, state.samples);
  } else {
    source.start_epoch(state.epoch - 1);
    std::size_t passed = 0;
    while (passed < state.samples && source.next()) passed += source.images().count();
    if (passed != state.samples)
      throw ArgumentError("unetpp: training goes on: expected a batch that ends at image " +
                          std::to_string(state.samples) + " of the epoch, found one that ends at " +
                          std::to_string(passed));
  }
}

}  // namespace detail

}  // namespace unetpp
