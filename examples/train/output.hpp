#pragma once
// What a run leaves behind beside its report: run.json, model.safetensors, masks and pictures.

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/files/file.hpp>
#include <unetpp/io/files/json.hpp>
#include <unetpp/report/picture.hpp>
#include <unetpp/report/shown_channels.hpp>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

#include "../folder.hpp"
#include "../messages.hpp"
#include "task.hpp"

namespace training {

/// The folder of a run.
class Output {
 public:
  /// writes: whether this process does; of several the first.
  /// Errors  FileError if the folder holds files and is not that of a run which may be overwritten or gone on with,
  ///         cannot be made, or another program writes into it.
  Output(std::filesystem::path folder, bool overwrite, bool resume, bool writes = true) : folder_(std::move(folder)) {
    if (!writes) return;
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
  /// pixels high. classes(height, width) is the predicted mask at that size.
  template <class Classes>
  void write_prediction(const Task& task, std::size_t index, const unetpp::Sample& sample,
                        const Classes& classes) const {
    const unetpp::Raster& image = sample.image;
    const std::string file = task.dataset.name(index) + ".png";
    for (const char* kind : {"masks", "pictures"}) examples::make_folder((folder_ / kind / file).parent_path());
    unetpp::write_file(folder_ / "masks" / file, task.encode_mask(classes(image.height, image.width)), false);

    constexpr int picture_height = 192;
    const int height = std::min(image.height, picture_height);
    const int width = std::max(1, static_cast<int>(static_cast<long>(image.width) * height / image.height));
    const unetpp::Sample shown = unetpp::resize(sample, height, width);
    unetpp::write_file(folder_ / "pictures" / file,
                       unetpp::encode_png(unetpp::picture(unetpp::to_picture(shown.image, task.shown), shown.mask,
                                                          classes(height, width))),
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

}  // namespace training
