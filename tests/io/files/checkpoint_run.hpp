#pragma once
// A small training for the tests of checkpoints.

#include <cstddef>
#include <utility>
#include <vector>

#include "../numbers.hpp"
#include "unetpp/unet.hpp"

namespace io_tests {

using namespace unetpp;

using Net = Sequential<Conv2D<in, Conv2DConfig{.filters = 3, .kernel = 3}>>;
using Data = ArrayLoader<Net::in>;

/// Two epochs of three batches, with a validation set.
struct Run {
  Data train = random_images(8, {.batch = 3, .seed = 4}), validation = random_images(4, {.batch = 4, .shuffle = false});
  Parameters<Net> parameters{GlorotUniform{1}};
  Adam adam{{.learning_rate = 0.02}};

  static Data random_images(std::size_t count, Data::Config config) {
    Batch<Net::in> images(count);
    Data::Labels labels(count);
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(8).uniform(i);
    for (std::size_t i = 0; i < labels.size(); ++i) labels.span()[i] = images.span()[3 * i] > 0.5f;
    return {images, labels, config};
  }
  template <class... Callbacks>
  void fit(TrainingState start, Callbacks&&... callbacks) {
    fit_with(adam, std::move(start), callbacks...);
  }
  template <class Optimizer, class... Callbacks>
  void fit_with(Optimizer& optimizer, TrainingState start, Callbacks&&... callbacks) {
    FitConfig config;
    config.epochs = 2;
    config.progress = false;
    config.threads = 1;
    config.start = std::move(start);
    unetpp::fit(parameters, optimizer, train, validation, config, callbacks...);
  }
  std::vector<float> values() const { return {parameters.span().begin(), parameters.span().end()}; }
};

}  // namespace io_tests
