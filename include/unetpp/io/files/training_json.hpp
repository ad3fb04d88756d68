#pragma once
// Where training stands, as text in a checkpoint.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/files/json_fields.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

namespace detail {

inline constexpr const char* generator = "Philox4x32-10";  // of core/random.hpp

inline nlohmann::ordered_json to_json(const EpochEnd& e) {
  nlohmann::ordered_json json{{"epoch", e.epoch},
                              {"epochs", e.epochs},
                              {"train_loss", e.train_loss},
                              {"seconds", e.seconds},
                              {"images_per_second", e.images_per_second}};
  if (std::isfinite(e.learning_rate)) json["learning_rate"] = e.learning_rate;
  if (!e.validation) return json;
  nlohmann::ordered_json counts = nlohmann::ordered_json::array();
  const ConfusionMatrix& confusion = e.validation->confusion;
  for (int truth = 0; truth < confusion.classes(); ++truth)
    for (int predicted = 0; predicted < confusion.classes(); ++predicted) counts.push_back(confusion(truth, predicted));
  json["validation"] = {
      {"loss", e.validation->loss.loss}, {"weight", e.validation->loss.weight}, {"confusion", std::move(counts)}};
  if (confusion.left_out() >= 0) json["validation"]["left_out"] = confusion.left_out();
  return json;
}

inline EpochEnd parse_epoch(const JsonFields& json, int classes) {
  EpochEnd e{json.integer("epoch", 1), json.integer("epochs", 1),       json.number("train_loss"), {},
             json.number("seconds"),   json.number("images_per_second")};
  if (json.has("learning_rate")) e.learning_rate = json.number("learning_rate");
  if (!json.has("validation")) return e;
  const JsonFields validation(json.object("validation"), json.where("validation"));
  const auto size = static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes);
  validation.list("confusion", size);
  e.validation = Evaluation{{validation.number("loss"), validation.number("weight")},
                            ConfusionMatrix(classes, validation.counts("confusion"))};
  if (validation.has("left_out")) e.validation->confusion.leave_out(validation.integer("left_out", 0, classes - 1));
  return e;
}

}  // namespace detail

/// A training state and its optimizer's, all but the moments, in JSON.
inline std::string to_text(const TrainingState& state, const OptimizerState& optimizer) {
  nlohmann::ordered_json json{
      {"epoch", state.epoch},
      {"batches", state.batches},
      {"samples", state.samples},
      {"loss", state.loss.loss},
      {"weight", state.loss.weight},
      {"seconds", state.seconds},
      {"steps", state.steps},
      {"random", {{"generator", detail::generator}}},
      {"train_left_out", state.train_skipped},
      {"validation_left_out", state.validation_skipped},
      {"optimizer", {{"name", optimizer.name}, {"steps", optimizer.steps}, {"settings", optimizer.settings}}},
      {"history", nlohmann::ordered_json::array()}};
  if (state.seed) json["random"]["seed"] = *state.seed;
  if (state.batch) json["batch"] = *state.batch;
  if (state.images) json["images"] = *state.images;
  if (state.shards) json["shards"] = *state.shards;
  for (const EpochEnd& e : state.history) json["history"].push_back(detail::to_json(e));
  return dump_json(json);
}

/// Reads what `to_text` wrote for a network of this many classes; the optimizer's moments are empty then.
/// Errors  FormatError, which begins with `where`, for anything that no training can have been at.
inline std::pair<TrainingState, OptimizerState> parse_training(std::string_view text, int classes,
                                                               const std::string& where) {
  constexpr JsonLimits limits{.bytes = 100'000'000, .depth = 5};
  const nlohmann::ordered_json parsed = parse_json(text, where, limits);
  const detail::JsonFields json(parsed, where);
  TrainingState state{.epoch = json.integer("epoch", 1),
                      .batches = json.count("batches"),
                      .samples = json.count("samples"),
                      .loss = {json.number("loss"), json.number("weight")},
                      .seconds = json.number("seconds"),
                      .steps = json.count("steps"),
                      .history = {},
                      .seed = {},
                      .batch = {},
                      .images = {},
                      .shards = {},
                      .train_skipped = json.counts("train_left_out"),
                      .validation_skipped = json.counts("validation_left_out")};
  const detail::JsonFields random(json.object("random"), json.where("random"));
  if (const std::string name = random.text("generator"); name != detail::generator)
    throw FormatError(random.where("generator") + ": expected " + detail::generator + ", found " +
                      detail::printable(name));
  if (random.has("seed")) state.seed = random.count("seed");
  if (json.has("batch")) state.batch = json.count("batch");
  if (json.has("images")) state.images = json.count("images");
  if (json.has("shards"))
    state.shards = json.count("shards");
  else if (state.batch)
    state.shards = 1;  // of before there were any
  for (const nlohmann::ordered_json& epoch : json.list("history"))
    state.history.push_back(detail::parse_epoch({epoch, json.where("history")}, classes));

  const detail::JsonFields settings(json.object("optimizer"), json.where("optimizer"));
  OptimizerState optimizer{.name = detail::printable(settings.text("name")), .steps = settings.integer("steps", 0)};
  const detail::JsonFields values(settings.object("settings"), settings.where("settings"));
  for (const auto& setting : settings.at("settings").items())
    optimizer.settings[setting.key()] = values.number(setting.key());
  try {
    detail::require_consistent(state);
  } catch (const ArgumentError& error) {
    throw FormatError(where + ": " + error.what());
  }
  return {std::move(state), std::move(optimizer)};
}

}  // namespace unetpp
