#pragma once
// The command line.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <unetpp/core/parallel.hpp>

#include "../network_source.hpp"
#include "options.hpp"
#include "recipe.hpp"

namespace training {

inline void declare_parts(CLI::App& app, RecipeChanges& changes) {
  const std::string group = "Parts of the recipe [tutorial's, best's]";
  const auto text = [](const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
      return value;
    else
      return CLI::detail::to_string(value);
  };
  const auto both = [&](const auto& part) {
    return std::string(part.help) + " [" + text(tutorial().*part.value) + ", " + text(best().*part.value) + "]";
  };
  for (const NumberPart& part : number_parts())
    app.add_option_function<double>(
           std::string("--") + part.name, [&changes, &part](double value) { changes.numbers[part.name] = value; },
           both(part))
        ->check([&part](const std::string& given) {
          const double value =
              std::strtod(given.c_str(), nullptr);  // that it is a number is checked when it is converted
          return value >= part.low && value <= part.high
                     ? std::string()
                     : "Value " + given + " not in [" + CLI::detail::to_string(part.low) + " - " +
                           CLI::detail::to_string(part.high) + "]";
        })
        ->group(group);
  for (const WordPart& part : word_parts())
    app.add_option_function<std::string>(
           std::string("--") + part.name,
           [&changes, &part](const std::string& value) { changes.words[part.name] = value; }, both(part))
        ->check(CLI::IsMember(part.words))
        ->group(group);
}

/// A recipe with these changes.
/// Errors  CLI::ValidationError for parts that do not go together.
inline Recipe changed(Recipe recipe, const RecipeChanges& changes) {
  for (const NumberPart& part : number_parts())
    if (const auto found = changes.numbers.find(part.name); found != changes.numbers.end())
      recipe.*part.value = found->second;
  for (const WordPart& part : word_parts())
    if (const auto found = changes.words.find(part.name); found != changes.words.end())
      recipe.*part.value = found->second;
  if (recipe.optimizer == "adam" && recipe.decay > 0) {
    if (changes.numbers.contains("decay")) throw CLI::ValidationError("--decay", "needs --optimizer adamw or sgd");
    recipe.decay = 0;
  }
  if (recipe.schedule == "one-cycle" && !changes.numbers.contains("warm-up")) recipe.warm_up = 0;  // it rises itself
  return recipe;
}

/// What is not of the program is of run.sh, which starts it.
inline void declare_processes(CLI::App& app, Options& options) {
  const std::string group = "Many processes (run.sh starts them over MPI)";
  const auto of_script = [&](CLI::Option* option) { option->group(group); };
  CLI::Option* processes =
      app.add_option("--processes", options.processes, "Processes that train together; the bits are those of one")
          ->check(CLI::Range(1, 65536))
          ->group(group);
  app.add_option("--shards", options.given_shards,
                 "Parts of a batch that are batches of their own to batch normalisation, and are summed in a tree; "
                 "--batch is a multiple [1; the smallest power of two that is at least --processes]")
      ->check(CLI::Range(1, 65536))
      ->group(group);
  app.add_option("--bucket", options.bucket_kib,
                 "KiB of gradients that are sent while others are computed; 0: all, behind them")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str()
      ->group(group);
  of_script(app.add_option("--hosts", "File with a line for each machine that has an equal share of the processes")
                ->type_name("FILE")
                ->needs(processes));
  of_script(app.add_option("--mpi", "Of several that are installed [that of mpirun, or openmpi]")
                ->check(CLI::IsMember({"openmpi", "mpich"}))
                ->needs(processes));
  const auto flag = [&](const char* name, const std::string& help) {
    of_script(app.add_flag(name, help)->needs(processes));
  };
  flag("--oversubscribe", "More processes and threads than cores, which are then not bound to any");
  flag("--allow-run-as-root", "Open MPI refuses root without it");
}

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
  app.add_option(
         "--precision", options.precision,
         "How values between layers are stored; bfloat16 takes half of their memory, and run.sh compiles for it")
      ->check(CLI::IsMember(examples::precision_names))
      ->capture_default_str()
      ->group(more);
  app.add_option("--images-at-once", options.images_at_once,
                 "Images of a step that are computed at once; fewer than --batch need less memory; 0: all")
      ->check(CLI::Range(0, 65536))
      ->capture_default_str()
      ->group(more);
  declare_processes(app, options);
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
/// Errors  CLI::ValidationError for parts of a recipe that do not go together, and for shards that do not divide a batch.
inline void settle(Options& options) {
  options.recipe = changed(options.recipe_name == "best" ? best() : tutorial(), options.changes);
  if (options.given_shards && options.batch % *options.given_shards != 0)
    throw CLI::ValidationError("--shards", "expected a divisor of --batch " + std::to_string(options.batch) +
                                               ", found " + std::to_string(*options.given_shards));
  if (options.threads > 0) unetpp::set_threads(options.threads);
  options.threads = unetpp::max_threads();
}

}  // namespace training
