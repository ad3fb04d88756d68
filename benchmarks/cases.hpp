#pragma once
// What is timed: training steps and inference of the default U-Net on random batches.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unetpp/io/files/weights.hpp>
#include <utility>
#include <vector>

#include "network.hpp"

namespace bench {

enum class Task { training, inference };

inline std::string to_string(Task task) { return task == Task::training ? "training" : "inference"; }

/// Floating-point operations of one image, counted as direct convolutions: a training step is three forward passes.
/// Units   10^9.
constexpr double gflop_per_image(Task task) {
  return (task == Task::training ? 3 : 1) * 2e-9 * static_cast<double>(Net::multiply_adds);
}

inline std::string to_string(unetpp::Precision precision) {
  return precision == unetpp::Precision::float32 ? "float32" : "bfloat16";
}

/// A task on a batch with memory, parameters and data of its own.
struct Case {
  Task task;
  unetpp::Precision precision;
  std::size_t batch;
  std::size_t workspace_bytes;
  std::size_t other_bytes;  // parameters, gradients, moments, images and labels
  std::function<void()> run;
  /// Of inference: the logits of images in turn, in the batches of this case, with the weights of a model file.
  std::function<std::vector<float>(const std::string& weights, const std::vector<float>& images)> logits = {};
};

template <class Net>
Case make_case_of(Task task, std::size_t batch, int threads) {
  using namespace unetpp;
  constexpr Precision precision = Net::config.precision;
  const auto data = std::make_shared<RandomBatch>(batch);
  const std::size_t data_bytes = data->images.size() * sizeof(float) + data->labels.size();
  const std::size_t parameter_bytes = parameter_count<Net> * sizeof(float);
  if (task == Task::training) {
    const auto parameters = std::make_shared<Parameters<Net>>(HeNormal{1});
    const auto trainer = std::make_shared<Trainer<Net>>(batch, SoftmaxCrossEntropy{}, threads);
    const auto adam = std::make_shared<Adam>();
    return {
        task, precision, batch, TrainingWorkspace<Net>::bytes(batch, threads), data_bytes + 4 * parameter_bytes, [=] {
          trainer->step(*parameters, *adam, std::as_const(data->images).view(), std::as_const(data->labels).view());
        }};
  }
  const auto predictor = [=](Parameters<Net> parameters) {
    return std::make_shared<Predictor<Net>>(std::move(parameters), PredictorConfig{.batch = batch, .threads = threads});
  };
  return {task,
          precision,
          batch,
          InferenceWorkspace<Net>::bytes(batch, threads),
          data_bytes + parameter_bytes,
          [=, timed = predictor(Parameters<Net>(HeNormal{1}))] { timed->logits(data->images); },
          [=](const std::string& weights, const std::vector<float>& images) {
            Parameters<Net> loaded;
            load_weights(weights, loaded);
            const auto judged = predictor(std::move(loaded));
            std::vector<float> all;
            for (std::size_t first = 0; first < images.size(); first += batch * Net::in.size()) {
              const std::size_t count = std::min(batch, (images.size() - first) / Net::in.size());
              const auto y = judged->logits(BatchView<const float, Net::in>(&images[first], count));
              all.insert(all.end(), y.data(), y.data() + y.pixels() * Net::out.channels);
            }
            return all;
          }};
}

inline Case make_case(Task task, std::size_t batch, int threads,
                      unetpp::Precision precision = unetpp::Precision::float32) {
  return precision == unetpp::Precision::float32
             ? make_case_of<Net>(task, batch, threads)
             : make_case_of<NetOf<unetpp::Precision::bfloat16>>(task, batch, threads);
}

}  // namespace bench
