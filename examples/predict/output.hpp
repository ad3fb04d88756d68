#pragma once
// What predictions leave in their folder: a mask and an overlay for each image, and predictions.json.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <unetpp/io/file.hpp>
#include <unetpp/io/resize.hpp>
#include <unetpp/report/classes.hpp>
#include <unetpp/report/panel.hpp>
#include <utility>
#include <vector>

#include "../folder.hpp"

namespace predict {

/// The folder that predictions are written to.
class Output {
 public:
  /// Errors  FileError if the folder holds files and is not that of predictions which may be overwritten, or cannot be
  ///         made.
  Output(std::filesystem::path folder, bool overwrite) : folder_(std::move(folder)) {
    std::error_code error;
    if (std::filesystem::is_directory(folder_, error) && !std::filesystem::is_empty(folder_, error)) {
      if (!std::filesystem::exists(folder_ / "predictions.json", error))
        throw unetpp::FileError(folder_.string() +
                                ": expected a new, an empty or a folder of predictions, found other files in it");
      if (!overwrite)
        throw unetpp::FileError(folder_.string() +
                                ": expected a new or an empty folder, found predictions (--overwrite replaces them)");
    }
    for (const char* name : {"masks", "overlays"}) {
      examples::make_folder(folder_ / name);
      examples::remove_files(folder_ / name, examples::is_picture);
      examples::remove_files(folder_ / name, unetpp::detail::is_temporary);  // what a killed program left
    }
  }

  const std::filesystem::path& folder() const { return folder_; }

  void write_json(const nlohmann::ordered_json& json) const {
    unetpp::write_file(folder_ / "predictions.json",
                       json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }

  /// masks/NAME.png: the class of each pixel.
  void write_mask(const std::string& name, const unetpp::Mask& mask) const {
    unetpp::write_file(folder_ / "masks" / (name + ".png"), unetpp::encode_png(mask), false);
  }

  /// overlays/NAME.png: the classes' colours over the image. Of a large image a smaller one: what encoding takes
  /// then does not grow with it.
  void write_overlay(const std::string& name, const unetpp::Image& image, const unetpp::Mask& mask,
                     const std::vector<unetpp::Rgb>& colours) const {
    constexpr int longest = 2048;
    const int side = std::max(image.width, image.height);
    const auto shown = [&](int size) {
      return side <= longest ? size : std::max(1, static_cast<int>(std::int64_t{size} * longest / side));
    };
    const int height = shown(image.height), width = shown(image.width);
    const unetpp::Image over = side <= longest ? unetpp::overlay(image, mask, colours)
                                               : unetpp::overlay(unetpp::resize_bilinear(image, height, width),
                                                                 unetpp::resize_nearest(mask, height, width), colours);
    unetpp::write_file(folder_ / "overlays" / (name + ".png"), unetpp::encode_png(over), false);
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace predict
