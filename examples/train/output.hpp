#pragma once
// What a run leaves behind beside its report: run.json, model.safetensors, masks and pictures.

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/files/file.hpp>
#include <unetpp/io/files/json.hpp>
#include <unetpp/io/image/full_size.hpp>
#include <unetpp/io/image/preprocessing.hpp>
#include <unetpp/nn/fold_batch_norm.hpp>
#include <unetpp/report/picture.hpp>
#include <unetpp/report/shown_channels.hpp>
#include <unetpp/train/stop_on_signal.hpp>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

#include "../folder.hpp"
#include "../in_parallel.hpp"
#include "../messages.hpp"
#include "task.hpp"

namespace training {

/// The folder of a run.
class Output {
 public:
  /// Errors  FileError if the folder holds files and is not that of a run which may be overwritten or gone on with,
  ///         cannot be made, or another program writes into it.
  Output(std::filesystem::path folder, bool overwrite, bool resume) : folder_(std::move(folder)) {
    const auto refuse = [&](const std::string& expected) {
      throw unetpp::FileError(folder_.string() + ": expected " + expected);
    };
    examples::make_folder(folder_);
    lock_.emplace(folder_);  // first: what is in it stays so from now on
    examples::require_free(
        folder_, {"a run", {"run.json", "last.safetensors"}, "--resume goes on with it, --overwrite replaces it"},
        overwrite || resume);
    if (resume && exists("model.safetensors") && !has_checkpoint())
      refuse("last.safetensors to go on from, found a model without it (--overwrite begins anew)");
    for (const char* name : {"", "masks", "pictures"})
      if (exists(name)) examples::remove_files(folder_ / name, unetpp::detail::is_temporary);  // what a killed run left
  }

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path model() const { return folder_ / "model.safetensors"; }
  std::filesystem::path last() const { return folder_ / "last.safetensors"; }
  bool has_checkpoint() const { return exists("last.safetensors"); }

  /// Removes what another run left. Its checkpoints go behind what can be made again of them: whenever this is killed,
  /// that run goes on, or there is none.
  void clear() const {
    for (const char* name : {"model.safetensors", "report.html", "metrics.csv", "curves.png", "learning_rate.png"})
      examples::remove_file(folder_ / name);
    for (const char* name : {"masks", "pictures", "panels"})  // the last of a version before
      examples::remove_files_below(folder_ / name, examples::is_png);
    for (const char* name : {"last.safetensors", "best.safetensors"}) examples::remove_file(folder_ / name);
    examples::remove_files(folder_ / "tensorboard", is_event_file);
  }

  void write_run(const nlohmann::ordered_json& run) const {
    unetpp::write_file(folder_ / "run.json", unetpp::dump_json(run, 2) + "\n");
  }

  /// Removes the masks and pictures of a run before.
  void clear_predictions() const {
    for (const char* name : {"masks", "pictures"}) {
      examples::make_folder(folder_ / name);
      examples::remove_files_below(folder_ / name, examples::is_png);
    }
  }

  /// Writes masks/NAME.png, in the data set's encoding at the image's size, and pictures/NAME.png, at most picture_height
  /// pixels high.
  template <unetpp::Shape S>
  void write_prediction(const Task& task, std::size_t index, const unetpp::Sample& sample,
                        unetpp::BatchView<const float, S> probabilities) const {
    const unetpp::Raster& image = sample.image;
    const std::string file = task.dataset.name(index) + ".png";
    for (const char* kind : {"masks", "pictures"}) examples::make_folder((folder_ / kind / file).parent_path());
    unetpp::write_file(folder_ / "masks" / file,
                       task.encode_mask(unetpp::classes_at(probabilities, image.height, image.width)), false);

    constexpr int picture_height = 192;
    const int height = std::min(image.height, picture_height);
    const int width = std::max(1, static_cast<int>(static_cast<long>(image.width) * height / image.height));
    const unetpp::Sample shown = unetpp::resize(sample, height, width);
    unetpp::write_file(folder_ / "pictures" / file,
                       unetpp::encode_png(unetpp::picture(unetpp::to_picture(shown.image), shown.mask,
                                                          unetpp::classes_at(probabilities, height, width))),
                       false);
  }

 private:
  bool exists(const char* name) const {
    std::error_code error;
    return std::filesystem::exists(folder_ / name, error);
  }

  static bool is_event_file(const std::filesystem::path& path) { return path.extension() == ".unetpp"; }

  std::filesystem::path folder_;
  std::optional<examples::FolderLock> lock_;
};

/// How samples become input.
struct PredictionConfig {
  std::size_t batch;                                 ///< images that the network takes at once
  unetpp::Resize resize = unetpp::Resize::bilinear;  ///< as the loader's that it was trained with
  unetpp::ChannelScaling scaling{};                  ///< the same
};

/// Predicts the samples with these indices and writes what is predicted, unless a signal stops it. Returns how many of
/// them it skipped, since they have changed since training saw them; each is named.
template <unetpp::Layer Net>
std::size_t write_predictions(const Output& output, const unetpp::Parameters<Net>& parameters, const Task& task,
                              const std::vector<std::size_t>& indices, const PredictionConfig& config,
                              const unetpp::StopOnSignal& signals) {
  using namespace unetpp;
  const std::size_t batch = config.batch;
  const Parameters<Folded<Net>> folded = fold_batch_norm(parameters);
  Predictor<Folded<Net>> predictor(folded, {.batch = batch});
  Batch<Net::in> images(batch);
  std::vector<std::uint8_t> labels(Net::in.pixels());
  output.clear_predictions();
  std::size_t skipped = 0;
  for (std::size_t first = 0; first < indices.size() && !signals.stop(); first += batch) {
    std::vector<std::size_t> shown;
    std::vector<Sample> samples;
    for (std::size_t i = first; i < std::min(indices.size(), first + batch); ++i) {
      const std::span<float> image = images.span().subspan(samples.size() * Net::in.size(), Net::in.size());
      try {
        Sample sample = task.dataset.load(indices[i]);
        write_sample(sample, Net::in, image, labels, config.resize, config.scaling);
        samples.push_back(std::move(sample));
        shown.push_back(indices[i]);
      } catch (const Error& error) {
        examples::warn(task.program, "no mask of " + task.dataset.name(indices[i]) + ": " + error.what());
        ++skipped;
      }
    }
    if (samples.empty()) continue;
    const auto probabilities = predictor.probabilities(std::as_const(images).view().images(0, samples.size()));
    examples::rethrow_first(examples::in_parallel(samples.size(), [&](std::size_t i) {
      output.write_prediction(task, shown[i], samples[i], probabilities.images(i, 1));
    }));
  }
  return skipped;
}

}  // namespace training
