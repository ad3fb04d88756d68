#pragma once
// What processes that train together must have in common.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>

#include "unetpp/core/version.hpp"
#include "unetpp/kernels/instruction_set.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/train/fit_config.hpp"
#include "unetpp/train/team.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp::detail {

inline void add_settings(std::ostream& text, const FitConfig& config, const TrainingState& start) {
  text << version << ' ' << static_cast<int>(kernels::instruction_set()) << ' ' << config.epochs << ' '
       << config.loss.terms() << ' ' << config.loss.ignored_label() << ' ' << config.images_at_once << ' '
       << config.shards << ' ' << config.bucket_bytes << ' ' << static_cast<int>(config.ignored_class) << ' '
       << static_cast<bool>(config.clip);
  text << ' ' << start.epoch << ' ' << start.batches << ' ' << start.samples << ' ' << start.steps << ' '
       << start.loss.loss << ' ' << start.seed.value_or(0) << ' ' << start.batch.value_or(0) << ' '
       << start.images.value_or(0);
  for (const std::uint64_t later : std::array<std::uint64_t, 5>{0, 1, 10, 100, 1000})
    text << ' ' << (config.schedule ? config.schedule(start.steps + later) : -1);
}

/// Errors  ArgumentError, on all processes, where they would train differently: with other instructions, settings,
///         parameters or state of the optimizer. What functions do is seen of schedules alone, at a few steps.
template <Layer Net, class Optimizer>
[[gnu::cold]] void require_same_training(const Parameters<Net>& parameters, [[maybe_unused]] const Optimizer& optimizer,
                                         const FitConfig& config, const TrainingState& start) {
  if (config.team.size == 1) return;
  std::ostringstream text;
  text.precision(17);
  add_settings(text, config, start);
  for (const NamedTensor& tensor : parameter_tensors<Net>()) text << ' ' << tensor.name << ' ' << tensor.size;
  std::uint64_t moments = 0;
  if constexpr (requires { optimizer.state(); }) {
    const auto state = optimizer.state();
    text << ' ' << state.name << ' ' << state.steps;
    for (const auto& [name, value] : state.settings) text << ' ' << name << ' ' << value;
    for (const auto& [name, values] : state.moments) moments = checksum(std::as_bytes(std::span(values)), moments);
  }
  require_same(config.team, "settings and instruction set", checksum(text.str()));
  const std::uint64_t trained = checksum(std::as_bytes(parameters.span()), moments);
  require_same(config.team, "parameters and optimizer", checksum(std::as_bytes(parameters.statistics()), trained));
}

/// Errors  ArgumentError, on all processes, where their first batches are not the same.
template <class Images, class Labels>
void require_same_batch(const Team& team, const Images& images, const Labels& labels) {
  if (team.size == 1) return;
  std::uint64_t sum = checksum(std::as_bytes(std::span(labels.data(), labels.pixels())));
  for (std::size_t i = 0; i < images.pixels(); ++i)
    sum = checksum(std::as_bytes(std::span(images.pixel(i), Images::shape.channels)), sum);
  require_same(team, "images and labels in the first batch", sum);
}

}  // namespace unetpp::detail
