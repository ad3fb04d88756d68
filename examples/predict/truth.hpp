#pragma once
// True masks, and what the predicted ones are worth.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <unetpp/core/error.hpp>
#include <unetpp/io/data/true_mask.hpp>
#include <unetpp/io/image/image.hpp>
#include <unetpp/train/metrics.hpp>
#include <utility>
#include <vector>

#include "inputs.hpp"

namespace predict {

/// A folder of true masks, and the confusion of all images at their own size.
class Truth {
 public:
  /// Errors  FileError for what is no folder.
  Truth(std::filesystem::path folder, int classes, std::size_t max_pixels)
      : folder_(std::move(folder)), max_pixels_(max_pixels), confusion_(classes) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder_, error))
      throw unetpp::FileError(folder_.string() + ": expected a folder of true masks, found " +
                              (error ? error.message() : "a file"));
  }

  /// The true mask of an image; it is called as the image's results are.
  /// Errors  As unetpp::read_true_mask.
  unetpp::Mask load(const Input& input, const unetpp::Raster& image) const {
    return unetpp::read_true_mask(folder_ / (input.name + ".png"), {input.file, {image.height, image.width}},
                                  confusion_.classes(), max_pixels_);
  }

  void add(const unetpp::Mask& truth, const unetpp::Mask& predicted) { confusion_.add(truth.values, predicted.values); }

  const unetpp::ConfusionMatrix& confusion() const { return confusion_; }

 private:
  std::filesystem::path folder_;
  std::size_t max_pixels_;
  unetpp::ConfusionMatrix confusion_;
};

/// For predictions.json: counts of pixels by true class, then by predicted class, and the table's numbers.
inline nlohmann::ordered_json to_json(const unetpp::ConfusionMatrix& m) {
  nlohmann::ordered_json json{{"mean_iou", m.mean_iou()}, {"mean_dice", m.mean_dice()}};
  for (int t = 0; t < m.classes(); ++t) {
    std::vector<std::uint64_t> row;
    for (int p = 0; p < m.classes(); ++p) row.push_back(m(t, p));
    json["iou"].push_back(m.iou(t));
    json["dice"].push_back(m.dice(t));
    json["precision"].push_back(m.precision(t));
    json["recall"].push_back(m.recall(t));
    json["confusion"].push_back(row);
  }
  return json;
}

}  // namespace predict
