#pragma once
// The command line.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unetpp/core/parallel.hpp>

#include "../image_limit.hpp"
#include "recipe.hpp"
#include "task.hpp"

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
  int images_at_once = 0;
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
};

/// Declares the options that are not of the data; parsing fills `options`.
inline void declare(CLI::App& app, Options& options) {
  const CLI::Range positive(1, 1 << 30);
  const std::string more = "More of the run";
  app.add_option("--out", options.out, "Folder for what training writes")->type_name("DIR")->capture_default_str();
  CLI::Option* overwrite =
      app.add_flag("--overwrite", options.overwrite, "Replace the results of another run in --out");
  CLI::Option* resume = app.add_flag("--resume", options.resume,
                                     "Go on with the run in --out where it stopped; begin it if there is none")
                            ->excludes(overwrite);
  app.add_flag("--find-learning-rate", options.find_learning_rate,
               "Do not train, but try 100 steps of growing learning rates and write OUT/learning_rate.png")
      ->excludes(resume)
      ->group(more);
  app.add_option("--checkpoint-minutes", options.checkpoint_minutes,
                 "Time between checkpoints within an epoch; 0: one after every batch")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str()
      ->group(more);
  app.add_option("--epochs", options.epochs, "Passes over the training images")->check(positive)->capture_default_str();
  app.add_option("--batch", options.batch, "Images a training step")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--validation", options.validation, "Images held out [1000 of the full set, 1 in 7 of a smaller one]")
      ->check(positive);
  app.add_option("--seed", options.seed, "Seed of the split, the weights and the order")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--recipe", options.recipe_name,
                 "tutorial: what the Keras tutorial does. best: what learns most from few photographs")
      ->check(CLI::IsMember({"tutorial", "best"}))
      ->capture_default_str();
  app.add_option(
         "--scaling", options.scaling,
         "unit: values from 0 to 1. standard: each channel minus its mean over its standard deviation, both of the "
         "training images")
      ->check(CLI::IsMember({"unit", "standard"}))
      ->capture_default_str()
      ->group(more);
  app.add_option("--images-at-once", options.images_at_once,
                 "Images of a step that are computed at once; fewer than --batch need less memory; 0: all")
      ->check(CLI::Range(0, 65536))
      ->capture_default_str()
      ->group(more);
  app.add_option("--limit", options.limit, "Use only the first N pairs of the shuffled list, validation included")
      ->check(positive)
      ->group(more);
  app.add_option("--patience", options.patience, "End training when N epochs brought no better mean IoU")
      ->check(positive)
      ->type_name("N")
      ->group(more);
  app.add_option("--threads", options.threads, "Threads [as many as cores, at most the container's quota]")
      ->check(CLI::Range(1, unetpp::most_threads));
  app.add_flag("--strict", options.strict,
               "A pair that cannot be used is an error; without, it is named, skipped and counted")
      ->group(more);
  app.add_option("--report-images", options.report_images, "Validation images that report.html shows")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str()
      ->group(more);
  app.add_flag("--open", options.open, "Open report.html, which follows the training");
  app.add_flag("--tensorboard", options.tensorboard, "Write event files for TensorBoard into OUT/tensorboard, too")
      ->group(more);
  declare_parts(app, options.changes);
}

/// Makes the recipe of what the command line has, and the threads of the machine's.
/// Errors  CLI::ValidationError for parts of a recipe that do not go together.
inline void settle(Options& options) {
  options.recipe = changed(options.recipe_name == "best" ? best() : tutorial(), options.changes);
  if (options.threads > 0) unetpp::set_threads(options.threads);
  options.threads = unetpp::max_threads();
}

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
  if (o.images_at_once > 0) json["images_at_once"] = o.images_at_once;
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
