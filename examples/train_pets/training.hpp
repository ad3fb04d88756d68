#pragma once
// A run: from the split of the data to the last picture.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#include <unetpp/io/checkpoint_writer.hpp>
#include <unetpp/io/json.hpp>
#include <unetpp/io/loader.hpp>
#include <unetpp/io/stop_on_signal.hpp>
#include <unetpp/report/class_table.hpp>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/unet.hpp>
#include <vector>

#include "open_page.hpp"
#include "options.hpp"
#include "output.hpp"
#include "resume.hpp"

namespace train_pets {

using namespace unetpp;

/// On a line of its own, whatever the progress line is at.
inline void warn(const std::string& line) {
  std::fprintf(stderr, "%strain_pets: warning: %s\n", isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", line.c_str());
}

nlohmann::ordered_json names_of(const Dataset auto& dataset, const std::vector<std::size_t>& indices) {
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const std::size_t i : indices) names.push_back(dataset.name(i));
  return names;
}

/// The background is not coloured when the page opens, so that the photographs can be seen.
inline const std::vector<ReportClass> classes{
    {"pet", okabe_ito[0]}, {"background", okabe_ito[1], false}, {"outline", okabe_ito[2]}};

inline void open_report(const SegmentationReport& report) {
  try {
    open_page(report.path());
  } catch (const FileError& error) {  // which is no reason not to train
    warn(error.what());
  }
}

/// Counts of the images and a checksum of their names, which say whether two splits are the same.
inline std::string split_text(const nlohmann::ordered_json& train, const nlohmann::ordered_json& validation) {
  char checksum[9];
  std::snprintf(checksum, sizeof checksum, "%08x", crc32c(dump_json(train) + dump_json(validation)));
  return std::to_string(train.size()) + " + " + std::to_string(validation.size()) + " images, checksum " + checksum;
}

/// Says how a run that a signal stopped goes on, and returns the program's exit status.
inline int stopped(const StopOnSignal& signals, const Options& options) {
  std::fflush(stdout);
  std::fprintf(stderr, "train_pets: stopped by %s, nothing is lost; to go on: %s\n", signals.name().c_str(),
               options.resume_command.c_str());
  return signals.exit_status();
}

/// Trains on a data set and writes all that a run leaves. Returns the program's exit status.
template <Layer Net>
int train(const Dataset auto& dataset, Options options, Output& output) {
  const StopOnSignal signals;
  const std::size_t count = options.limit ? std::min<std::size_t>(dataset.size(), *options.limit) : dataset.size();
  if (!options.validation)
    options.validation = static_cast<int>(std::min<std::size_t>(1000, std::max<std::size_t>(1, count / 7)));
  const Split parts = split(dataset.size(), static_cast<std::size_t>(*options.validation), options.seed, count);
  const nlohmann::ordered_json train_names = names_of(dataset, parts.train),
                               validation_names = names_of(dataset, parts.validation);

  Parameters<Net> parameters(HeNormal{options.seed});
  Adam adam({.learning_rate = options.learning_rate});
  nlohmann::ordered_json settings = to_json(options);
  settings["split"] = split_text(train_names, validation_names);
  Checkpoint before;
  const std::string last = output.last().string();
  if (options.resume && output.has_checkpoint()) {
    require_same_settings(read_metadata(last)["settings"], settings, last);
    before = load_checkpoint(last, parameters, adam);
    require_possible(before.state, parts, options.seed, options.epochs, last);
    std::printf("Going on in epoch %d after %zu images\n", before.state.epoch, before.state.samples);
  } else {
    if (options.resume) std::printf("No %s to go on from: beginning\n", last.c_str());
    output.clear();  // before run.json says that another run is here
  }

  output.write_run({{"unetpp", version},
                    {"settings", to_json(options)},
                    {"seed", options.seed},
                    {"network",
                     {{"input", {Net::in.height, Net::in.width, Net::in.channels}},
                      {"base_channels", Net::config.base_channels},
                      {"depth", Net::config.depth},
                      {"classes", {"pet", "background", "outline"}},
                      {"parameters", Net::parameter_count}}},
                    {"split", {{"train", train_names}, {"validation", validation_names}}}});
  std::printf("%zu images to train, %zu to validate; U-Net %s, %zu parameters, %.2f GMAC an image\n",
              parts.train.size(), parts.validation.size(), to_string(Net::in).c_str(), Net::parameter_count,
              static_cast<double>(Net::multiply_adds) * 1e-9);
  std::fflush(stdout);

  using Data = std::remove_cvref_t<decltype(dataset)>;
  LoaderConfig config{
      .batch = options.batch, .seed = options.seed, .workers = options.threads, .strict = options.strict, .warn = warn};
  Loader<Net::in, Data> training(dataset, parts.train, config);
  config.shuffle = false;
  Loader<Net::in, Data> validation(dataset, parts.validation, config);

  validation.leave_out(before.state.validation_left_out);
  validation.start_epoch(0);  // bad pairs are found before an epoch is spent
  while (!signals.stop() && validation.next()) {
  }
  if (signals.stop()) return stopped(signals, options);
  const std::vector<std::size_t> shown = validation.usable();
  SegmentationReport report({.folder = output.folder(),
                             .title = "U-Net on " + (options.data.empty() ? "drawn pets" : options.data),
                             .classes = classes,
                             .names = names_of(dataset, shown),
                             .images = static_cast<std::size_t>(options.report_images),
                             .seed = options.seed,
                             .settings = to_json(options),
                             .network = summary<Net>(),
                             .tensorboard = options.tensorboard ? output.folder() / "tensorboard" : ""});
  if (before.state.steps > 0)
    report.restore(before.metadata["report"], before.state.history, last + ": metadata report");
  std::printf("report: %s, written after every epoch\n", report.path().c_str());
  std::fflush(stdout);

  const Metadata model = to_metadata(model_info<Net>(model_classes(classes)));
  CheckpointWriter checkpoints(parameters, adam,
                               {.folder = output.folder(),
                                .minutes = options.checkpoint_minutes,
                                .metadata =
                                    [&] {
                                      Metadata metadata = model;
                                      metadata["settings"] = dump_json(settings);
                                      metadata["report"] = report.state();
                                      return metadata;
                                    },
                                .warn = warn});
  EarlyStopping early({.patience = options.patience.value_or(std::numeric_limits<int>::max())});
  const auto save = [&](const TrainingState& state) {  // behind the checkpoint: without one there is no model
    if (state.samples == 0 && state.steps > 0) save_weights(output.model(), parameters, model);
  };
  const auto begin = [&](const FitBegin& e) {
    save(e.start);
    if (options.open) open_report(report);
  };
  const std::vector<EpochEnd> epochs = fit(
      parameters, adam, training, validation, {.epochs = options.epochs, .start = before.state}, report, checkpoints,
      [&](const ResumePoint& e) { save(e.state); }, begin, early, signals);
  const double report_share = report.share();
  if (signals.stop()) return stopped(signals, options);
  if (early.stop())
    std::printf("Ended early: no epoch was better than epoch %d, of mean IoU %.4f\n", early.best().epoch(),
                early.best().score());

  if (const std::size_t bad = training.skipped() + validation.skipped()) std::printf("%zu bad pairs skipped\n", bad);
  write_predictions(output, parameters, dataset, shown, validation.batch(), signals);
  if (signals.stop()) return stopped(signals, options);
  std::printf(
      "%zu masks and panels, metrics.csv, curves.png, run.json, model.safetensors and the checkpoints "
      "last.safetensors and best.safetensors are in %s\n\n%s\n",
      shown.size(), output.folder().c_str(), class_table(epochs.back().validation->confusion, classes).c_str());
  std::printf("report: %s (writing it took %.2f s, %.2f %% of the time)\n", report.path().c_str(), report.seconds(),
              100 * report_share);
  return 0;
}

}  // namespace train_pets
