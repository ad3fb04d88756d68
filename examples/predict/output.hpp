#pragma once
// What predictions leave in their folder: a mask and an overlay for each image, and predictions.json.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unetpp/io/files/file.hpp>
#include <unetpp/io/files/json.hpp>
#include <unetpp/io/image/resize.hpp>
#include <unetpp/report/classes.hpp>
#include <unetpp/report/picture.hpp>
#include <unetpp/report/shown_channels.hpp>
#include <utility>
#include <vector>

#include "../folder.hpp"

namespace predict {

/// The folder that predictions are written to.
class Output {
 public:
  /// Changes nothing yet.
  /// Errors  FileError if the folder holds files and is not that of predictions which may be overwritten.
  Output(std::filesystem::path folder, bool overwrite) : folder_(std::move(folder)), overwrite_(overwrite) {
    require_free();
  }

  const std::filesystem::path& folder() const { return folder_; }

  /// Makes the folder one of predictions, without those from before, and keeps other programs out of it.
  /// Errors  FileError when another program writes into it, and as the constructor's.
  void begin(const nlohmann::ordered_json& json) {
    examples::make_folder(folder_);
    lock_.emplace(folder_);
    require_free();                                                 // again, now that what is in it stays so
    examples::remove_files(folder_, unetpp::detail::is_temporary);  // what a killed program left
    write_json(json);  // first, so that the folder is known for one of predictions, should this end early
    for (const char* name : {"masks", "overlays"}) {
      examples::make_folder(folder_ / name);
      examples::remove_files(folder_ / name, examples::is_png);
      examples::remove_files(folder_ / name, unetpp::detail::is_temporary);
    }
  }

  void write_json(const nlohmann::ordered_json& json) const {
    unetpp::write_file(folder_ / "predictions.json", unetpp::dump_json(json, 2) + "\n");
  }

  /// masks/NAME.png: the class of each pixel.
  void write_mask(const std::string& name, const unetpp::Mask& mask) const {
    unetpp::write_file(folder_ / "masks" / (name + ".png"), unetpp::encode_png(mask), false);
  }

  /// overlays/NAME.png: the classes' colours over the image. Of a large image a smaller one: what encoding takes
  /// then does not grow with it.
  void write_overlay(const std::string& name, const unetpp::Raster& image, const unetpp::Mask& mask,
                     const std::vector<unetpp::Rgb>& colours, const unetpp::ShownChannels& channels) const {
    constexpr int longest = 2048;
    const int side = std::max(image.width, image.height);
    const auto shown = [&](int size) {
      return side <= longest ? size : std::max(1, static_cast<int>(std::int64_t{size} * longest / side));
    };
    const int height = shown(image.height), width = shown(image.width);
    const unetpp::Image over =
        side <= longest ? unetpp::overlay(unetpp::to_picture(image, channels), mask, colours)
                        : unetpp::overlay(unetpp::to_picture(unetpp::resize_bilinear(image, height, width), channels),
                                          unetpp::resize_nearest(mask, height, width), colours);
    unetpp::write_file(folder_ / "overlays" / (name + ".png"), unetpp::encode_png(over), false);
  }

 private:
  void require_free() const {
    examples::require_free(folder_, {"predictions", {"predictions.json"}, "--overwrite replaces them"}, overwrite_);
  }

  std::filesystem::path folder_;
  bool overwrite_;
  std::optional<examples::FolderLock> lock_;
};

}  // namespace predict
