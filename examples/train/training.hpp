#pragma once
// A run: from the split of the data to the last picture.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <unetpp/io/data/channel_statistics.hpp>
#include <unetpp/io/data/loader.hpp>
#include <unetpp/io/data/own_shards.hpp>
#include <unetpp/io/files/checkpoint_writer.hpp>
#include <unetpp/io/files/json.hpp>
#include <unetpp/report/class_table.hpp>
#include <unetpp/train/averaged.hpp>
#include <unetpp/train/stop_on_signal.hpp>
#include <unetpp/unet.hpp>
#include <vector>

#include "ingredients.hpp"
#include "learning_rate.hpp"
#include "open_page.hpp"
#include "options.hpp"
#include "output.hpp"
#include "predictions.hpp"
#include "report.hpp"
#include "resume.hpp"
#include "task.hpp"
#include "team.hpp"

namespace training {

inline nlohmann::ordered_json names_of(const AnyDataset& dataset, const std::vector<std::size_t>& indices) {
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const std::size_t i : indices) names.push_back(dataset.name(i));
  return names;
}

inline nlohmann::ordered_json names_of(const std::vector<ReportClass>& classes) {
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const ReportClass& c : classes) names.push_back(c.name);
  return names;
}

inline void open_report(const Report& report, const std::string& program) {
  try {
    open_page(report.path());
  } catch (const FileError& error) {  // which is no reason not to train
    examples::warn(program, error.what());
  }
}

/// The pairs to train and to validate with; those to validate with are counted where no option does.
/// Errors  ArgumentError when there are too few.
inline Split split_pairs(const Task& task, Options& options) {
  if (task.split) {
    options.validation = static_cast<int>(task.split->validation.size());
    return *task.split;
  }
  const std::size_t size = task.dataset.size();
  const std::size_t count = options.limit ? std::min<std::size_t>(size, *options.limit) : size;
  if (count < 2)
    throw ArgumentError(task.data + ": expected at least 2 pairs, one to train and one to validate with, found 1 (" +
                        (size > 1 ? "a larger --limit takes more" : task.more_pairs) + ")");
  if (!options.validation)
    options.validation = static_cast<int>(std::min<std::size_t>(1000, std::max<std::size_t>(1, count / 7)));
  return split(size, static_cast<std::size_t>(*options.validation), options.seed, count);
}

/// Counts of the images and a checksum of their names, which say whether two splits are the same.
inline std::string split_text(const nlohmann::ordered_json& train, const nlohmann::ordered_json& validation) {
  char checksum[9];
  std::snprintf(checksum, sizeof checksum, "%08x", crc32c(dump_json(train) + dump_json(validation)));
  return std::to_string(train.size()) + " + " + std::to_string(validation.size()) + " images, checksum " + checksum;
}

/// Says how a run that a signal stopped goes on, of several processes the first, and returns the program's exit status.
inline int stopped(const StopOnSignal& signals, const Task& task, const Options& options) {
  if (options.team->rank == 0)
    examples::complain(task.program,
                       "stopped by " + signals.name() + ", nothing is lost; to go on: " + options.resume_command);
  return signals.stop() ? signals.exit_status() : 128 + SIGTERM;  // which another process got
}

/// Of a loader that changes nothing and gives all samples.
inline LoaderConfig loader_config(const Task& task, const Options& options) {
  return {.batch = options.batch,
          .seed = options.seed,
          .shuffle = false,
          .workers = options.threads,
          .strict = options.strict,
          .warn = [program = task.program](const std::string& line) { examples::warn(program, line); },
          .resize = resize_of(options.recipe),
          .resize_first = !crops(options.recipe)};
}

/// The weights that the recipe gives the classes, by the images that there are to train with, or by crops of them, without
/// those that a run which goes on has skipped: whatever they are by now, the weights stay as they were.
template <Layer Net>
std::vector<float> class_weights(const Task& task, const std::vector<std::size_t>& indices,
                                 const std::vector<std::size_t>& skipped, const Options& options) {
  if (options.recipe.class_weights == "none") return {};
  LoaderConfig config = loader_config(task, options);
  config.warn = {};  // those to skip are named when training meets them
  if (crops(options.recipe)) config.transform = make_crops(Net::in, Net::out.channels);
  return of_first(*options.team, [&] {
    Loader<Net::in, AnyDataset> loader(task.dataset, indices, config);
    loader.skip(skipped);
    return make_class_weights(options.recipe, count_classes(loader, Net::out.channels, task.ignore_label));
  });
}

/// What training makes small, for the images that there are to train with.
template <Layer Net>
FitConfig fit_config(const Task& task, const std::vector<std::size_t>& indices, const std::vector<std::size_t>& skipped,
                     const Options& options) {
  return {.epochs = options.epochs,
          .loss = make_loss(options.recipe, class_weights<Net>(task, indices, skipped, options), task.ignore_label),
          .images_at_once = static_cast<std::size_t>(options.images_at_once),
          .shards = static_cast<std::size_t>(options.shards),
          .team = *options.team,
          .bucket_bytes = static_cast<std::size_t>(options.bucket_kib) * 1024,
          .schedule = make_schedule(options.recipe, indices.size(), options.batch, options.epochs),
          .clip = make_clip(options.recipe)};
}

/// The scaling of the images' channels: a run that goes on has it from its checkpoint, whatever its images are now.
inline ChannelScaling scaling_of(const Task& task, const std::vector<std::size_t>& training, const Options& options,
                                 const Checkpoint* before, const std::string& checkpoint) {
  if (options.scaling == "unit") return {};
  if (before) return parse_model_info(before->metadata, checkpoint).scaling;
  const std::vector<float> both = of_first(*options.team, [&] {
    const ChannelScaling scaling = channel_statistics(task.dataset, training);
    std::vector<float> values = scaling.mean;
    values.insert(values.end(), scaling.deviation.begin(), scaling.deviation.end());
    return values;
  });
  const auto half = both.begin() + static_cast<std::ptrdiff_t>(both.size() / 2);
  return {.mean = {both.begin(), half}, .deviation = {half, both.end()}};
}

/// Of several processes: how many, with how many threads each, and where.
inline nlohmann::ordered_json describe_processes(const Options& options) {
  return {{"count", options.team->size},
          {"threads", options.threads},
          {"shards", options.shards},
          {"hosts", options.hosts}};
}

/// Trains for a task and writes all that a run leaves. Returns the program's exit status. Tile: Net at the size at which it
/// predicts images of any size, if it may train on crops of them.
template <Layer Net, class Tile = void>
int train_network(const Task& task, Options options, Output& output) {
  const StopOnSignal signals;
  const Team& team = *options.team;
  const bool first = team.rank == 0;
  const Split parts = split_pairs(task, options);
  const nlohmann::ordered_json train_names = names_of(task.dataset, parts.train),
                               validation_names = names_of(task.dataset, parts.validation);

  Parameters<Net> parameters(HeNormal{options.seed});
  AnyOptimizer optimizer = make_optimizer(options.recipe, weight_ranges<Net>());
  Checkpoint before;
  const std::string last = output.last().string();
  const bool goes_on = options.resume && output.has_checkpoint();
  const std::string settings_before = goes_on ? read_metadata(last)["settings"] : "";
  if (goes_on && !options.given_shards) options.shards = shards_of(settings_before, last);
  nlohmann::ordered_json settings = to_json(task, options);
  settings["split"] = split_text(train_names, validation_names);
  if (goes_on) {
    require_same_settings(settings_before, settings, last);
    before = load_checkpoint(last, parameters, optimizer);
    require_possible(before.state, parts, options.seed, options.epochs, last);
    std::printf("Going on in epoch %d after %zu images\n", before.state.epoch, before.state.samples);
    if (first) name_skipped(task, parts.train, before.state.train_skipped, options.strict);
    if (first) name_skipped(task, parts.validation, before.state.validation_skipped, options.strict);
  } else {
    if (options.resume) std::printf("No %s to go on from: beginning\n", examples::one_line(last).c_str());
    if (first) output.clear();  // before run.json says that another run is here
  }

  nlohmann::ordered_json run{{"unetpp", version},
                             {"decoders", decoders()},
                             {"threads", describe_threads()},
                             {"settings", to_json(task, options)},
                             {"seed", options.seed},
                             {"network",
                              {{"input", {Net::in.height, Net::in.width, Net::in.channels}},
                               {"base_channels", Net::config.base_channels},
                               {"depth", Net::config.depth},
                               {"classes", names_of(task.classes)},
                               {"parameters", parameter_count<Net>}}},
                             {"split", {{"train", train_names}, {"validation", validation_names}}}};
  if (team.size > 1) run["processes"] = describe_processes(options);
  if (first) output.write_run(run);
  std::printf("%zu images to train, %zu to validate; U-Net %s, %zu parameters, %.2f GMAC an image\n",
              parts.train.size(), parts.validation.size(), to_string(Net::in).c_str(), parameter_count<Net>,
              static_cast<double>(Net::multiply_adds) * 1e-9);
  std::fflush(stdout);

  LoaderConfig config = loader_config(task, options);
  config.scaling = scaling_of(task, parts.train, options, goes_on ? &before : nullptr, last);
  const auto shards = static_cast<std::size_t>(options.shards);
  LoaderConfig validating = own_shards(config, shards, first ? Team{} : team);  // the first shows what all predict
  if (!first) validating.warn = {};
  Loader<Net::in, AnyDataset> validation(task.dataset, parts.validation, validating);
  config = own_shards(config, shards, team);
  config.shuffle = true;
  config.transform = make_transform(options.recipe, Net::in, Net::out.channels);
  Loader<Net::in, AnyDataset> training(task.dataset, parts.train, config);

  FitConfig fitting = fit_config<Net>(task, parts.train, before.state.train_skipped, options);
  if (options.find_learning_rate && team.size > 1)
    throw ArgumentError("--find-learning-rate: expected 1 process, found " + std::to_string(team.size));
  if (options.find_learning_rate) return search_learning_rate(parameters, training, fitting, options, output);

  validation.skip(before.state.validation_skipped);
  validation.start_epoch(0);  // pairs to skip are found before an epoch is spent
  while (!signals.stop() && validation.next()) {
  }
  if (unetpp::detail::any(team, signals.stop())) return stopped(signals, task, options);
  if (first && validation.samples() == 0)
    throw FormatError(task.data + ": expected images to validate with, found " +
                      std::to_string(parts.validation.size()) +
                      " skipped ones (named above; a larger --validation takes more)");
  // Skipped when the run first looked at them: to validate with, and in the first epoch to train with.
  const std::size_t skipped_validation = goes_on ? before.state.validation_skipped.size() : validation.skipped();
  std::size_t skipped_training = before.state.train_skipped.size();
  std::optional<Report> report;
  if (first)
    report.emplace(SegmentationReportConfig{.folder = output.folder(),
                                            .title = "U-Net on " + task.data,
                                            .classes = task.classes,
                                            .names = validation_names,
                                            .images = static_cast<std::size_t>(options.report_images),
                                            .seed = options.seed,
                                            .shown = task.shown,
                                            .scaling = config.scaling,
                                            .settings = to_json(task, options),
                                            .network = summary<Net>(),
                                            .tensorboard = options.tensorboard ? output.folder() / "tensorboard" : ""});
  if (first && before.state.steps > 0)
    report->restore(before.metadata["report"], before.state.history, last + ": metadata report");
  const std::string page = first ? examples::one_line(report->path().string()) : "";
  std::printf("report: %s, written after every epoch\n", page.c_str());
  std::fflush(stdout);

  const Metadata model = to_metadata(model_info<Net>(model_classes(task.classes), config.resize, config.scaling));
  std::optional<CheckpointWriter<Net, AnyOptimizer>> checkpoints;
  if (first)
    checkpoints.emplace(parameters, optimizer,
                        CheckpointWriterConfig{.folder = output.folder(),
                                               .minutes = options.checkpoint_minutes,
                                               .metadata =
                                                   [&] {
                                                     Metadata metadata = model;
                                                     metadata["settings"] = dump_json(settings);
                                                     metadata["report"] = report->state();
                                                     return metadata;
                                                   },
                                               .warn = config.warn});
  const auto count_skipped = [&](const ResumePoint& e) {
    if (e.epoch == 2 && e.state.samples == 0) skipped_training = e.state.train_skipped.size();
  };
  EarlyStopping early({.patience = options.patience.value_or(std::numeric_limits<int>::max())});
  const auto save = [&](const TrainingState& state) {  // behind the checkpoint: without one there is no model
    if (first && state.samples == 0 && state.steps > 0)
      save_weights(output.model(), averaged(parameters, optimizer), model);
  };
  const auto begin = [&](const FitBegin& e) {
    save(e.start);
    if (first && options.open) open_report(*report, task.program);
  };
  fitting.start = before.state;
  const TrainingState trained = fit(
      parameters, optimizer, training, validation, fitting, AtFirst(report), AtFirst(checkpoints),
      [&](const ResumePoint& e) { save(e.state); }, begin, count_skipped, early, signals);
  const bool ended = !unetpp::detail::any(team, signals.stop());
  if (!ended) return stopped(signals, task, options);
  if (!first) return 0;
  const double report_share = report->share();
  if (early.stop())
    std::printf("Ended early: no epoch was better than epoch %d, of mean IoU %.4f\n", early.best().epoch(),
                early.best().score());

  if (const std::size_t skipped = trained.train_skipped.size() + validation.skipped())
    std::printf("%zu pairs skipped\n", skipped);
  const std::vector<std::size_t> usable = validation.usable();
  const std::size_t masks_missing =
      write_predictions<Tile>(output, averaged(parameters, optimizer), task, usable,
                              {validation.batch(), config.resize, config.scaling}, signals);
  if (signals.stop()) return stopped(signals, task, options);
  std::printf(
      "%zu masks and pictures, metrics.csv, curves.png, run.json, model.safetensors and the checkpoints "
      "last.safetensors and best.safetensors are in %s\n\n%s\n",
      usable.size() - masks_missing, examples::one_line(output.folder().string()).c_str(),
      class_table(trained.history.back().validation->confusion, task.classes).c_str());
  std::printf("report: %s (writing it took %.2f s, %.2f %% of the time)\n", page.c_str(), report->seconds(),
              100 * report_share);
  const std::size_t late =
      trained.train_skipped.size() - skipped_training + validation.skipped() - skipped_validation + masks_missing;
  if (late > 0) std::printf("%zu pairs that were good had to be skipped while the run went on\n", late);
  return late > 0 ? 1 : 0;
}

}  // namespace training
