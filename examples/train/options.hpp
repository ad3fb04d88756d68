#pragma once
// What a run is told to do.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../image_limit.hpp"
#include "recipe.hpp"
#include "task.hpp"

namespace unetpp {
struct Team;
}

namespace training {

struct Options {
  std::string out = "out";
  bool overwrite = false;
  bool resume = false;
  int epochs = 15;
  int batch = 32;
  std::optional<int> validation;  // by default 1,000 of the full set, and as large a share of others
  std::uint64_t seed = 42;
  std::string recipe_name = "tutorial";
  RecipeChanges changes;  // that the command line makes to it
  Recipe recipe;          // with them
  std::string scaling = "unit";
  std::string precision = "float32";
  int images_at_once = 0;
  std::optional<int> given_shards;
  int shards = 1;  // these; without, known when the processes are
  bool find_learning_rate = false;
  std::optional<int> limit;
  examples::ImageLimit image_limit;
  std::optional<int> patience;
  double checkpoint_minutes = 10;
  int threads = 0;  // 0 until known: as OpenMP has it
  bool strict = false;
  int report_images = 16;
  bool open = false;
  bool tensorboard = false;
  std::string resume_command;  // that goes on with this run
  std::optional<int> processes;
  int bucket_kib = 2048;
  std::shared_ptr<const unetpp::Team> team;  // that trains; join_team makes it
  std::vector<std::string> hosts;            // of its processes, on the first one
};

/// Every setting as it was in force, for run.json.
inline nlohmann::ordered_json to_json(const Task& task, const Options& o) {
  nlohmann::ordered_json json = task.settings;
  json["out"] = o.out;
  json["overwrite"] = o.overwrite;
  json["resume"] = o.resume;
  json["epochs"] = o.epochs;
  json["batch"] = o.batch;
  json["validation"] = *o.validation;
  json["seed"] = o.seed;
  json["recipe"] = o.recipe_name;
  add_parts(json, o.recipe);
  // Of these the learning rate depends on how many epochs there are.
  if (o.recipe.schedule != "constant") json["scheduled_epochs"] = o.epochs;
  if (o.scaling != "unit") json["scaling"] = o.scaling;
  if (o.precision != "float32") json["precision"] = o.precision;
  if (o.images_at_once > 0) json["images_at_once"] = o.images_at_once;
  if (o.shards > 1) json["shards"] = o.shards;
  if (o.limit) json["limit"] = *o.limit;
  if (o.image_limit != examples::ImageLimit()) json["limit_megapixels"] = o.image_limit.megapixels;
  if (o.patience) json["patience"] = *o.patience;
  json["checkpoint_minutes"] = o.checkpoint_minutes;
  json["threads"] = o.threads;
  json["strict"] = o.strict;
  json["report_images"] = o.report_images;
  json["tensorboard"] = o.tensorboard;
  return json;
}

}  // namespace training
