#pragma once
// A report's record as text in a checkpoint, so that training that goes on shows the epochs before, too.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/files/json_fields.hpp"
#include "unetpp/report/mask_code.hpp"
#include "unetpp/report/record.hpp"

namespace unetpp {

/// The shown images of a record, with the masks of the epochs that are over, the first batch, and times; the epochs' numbers
/// are not in it.
inline std::string to_text(const RunRecord& run) {
  nlohmann::ordered_json json{
      {"started", run.started}, {"report_seconds", run.report_seconds}, {"images", nlohmann::ordered_json::array()}};
  const std::size_t epochs = run.epochs.size();
  for (const ShownImage& shown : run.images) {
    if (epochs == 0) break;
    const auto past = static_cast<std::ptrdiff_t>(epochs);  // the validation pass after them may have begun
    json["images"].push_back({{"position", shown.position},
                              {"name", shown.name},
                              {"jpeg", base64(shown.jpeg)},
                              {"width", shown.truth.width},
                              {"height", shown.truth.height},
                              {"truth", encode_mask(shown.truth.values, run.classes.size() + 1)},
                              {"masks", std::vector(shown.masks.begin(), shown.masks.begin() + past)},
                              {"iou", std::vector(shown.iou.begin(), shown.iou.begin() + past)}});
  }
  json["classes"] = run.classes.size();
  for (const TrainedImage& trained : run.first_batch)
    json["first_batch"].push_back({{"jpeg", base64(trained.jpeg)},
                                   {"width", trained.truth.width},
                                   {"height", trained.truth.height},
                                   {"truth", encode_mask(trained.truth.values, run.classes.size() + 1)}});
  return dump_json(json);
}

namespace detail {

/// An image and its true mask in a record: the fields that shown images and those of the first batch have in common.
struct ParsedImage {
  Image image;
  std::string jpeg;
  Mask truth;
};

/// `room`: the pixels that this image and its mask may still have, so that a small file cannot ask for much memory.
inline ParsedImage parse_image(const JsonFields& json, std::size_t classes, std::size_t& room) {
  constexpr int most = 1 << 15;
  const auto refuse = [&](const char* key, const std::string& expected) {
    throw FormatError(json.where(key) + ": expected " + expected);
  };
  ParsedImage parsed;
  Mask& truth = parsed.truth;
  truth = {json.integer("width", 1, most), json.integer("height", 1, most), {}};
  const std::size_t pixels = std::size_t{1} * static_cast<unsigned>(truth.width) * static_cast<unsigned>(truth.height);
  if (pixels > room) refuse("width", "fewer pixels in all");
  room -= pixels;
  const std::optional<std::string> jpeg = base64_bytes(json.text("jpeg"));
  if (!jpeg) refuse("jpeg", "base64");
  parsed.image = decode_image(*jpeg, json.where("jpeg"), room);
  room -= parsed.image.rgb.size() / 3;
  parsed.jpeg = *jpeg;
  const auto values = decode_mask_code(json.text("truth"), pixels, classes + 1);
  if (!values) refuse("truth", "a mask of " + size_text(truth.width, truth.height) + " pixels");
  truth.values = *values;
  return parsed;
}

/// `room`: as of parse_image.
inline ShownImage parse_shown_image(const JsonFields& json, std::size_t epochs, std::size_t classes,
                                    std::size_t& room) {
  ParsedImage parsed = parse_image(json, classes, room);
  ShownImage shown{json.count("position"),
                   json.text("name"),
                   std::move(parsed.image),
                   std::move(parsed.jpeg),
                   std::move(parsed.truth),
                   {},
                   {},
                   {}};
  const Mask& size = shown.truth;
  const std::size_t pixels = size.values.size();
  const auto refuse = [&](const char* key, const std::string& expected) {
    throw FormatError(json.where(key) + ": expected " + expected);
  };
  for (const nlohmann::ordered_json& mask : json.list("masks", epochs)) {
    if (!mask.is_string() || !decode_mask_code(mask.get<std::string>(), pixels, classes))
      refuse("masks", "masks of " + size_text(size.width, size.height) + " pixels");
    shown.masks.push_back(mask.get<std::string>());
  }
  for (const nlohmann::ordered_json& iou : json.list("iou", epochs))
    shown.iou.push_back(JsonFields::number_of(iou, json.where("iou")));
  return shown;
}

}  // namespace detail

/// Adds what `to_text` wrote to a record that has its classes and epochs.
/// Errors  FormatError, which begins with `where`, unless it is of as many epochs and classes; the record is then unchanged.
inline void parse_record(std::string_view text, const std::string& where, RunRecord& run) {
  constexpr JsonLimits limits{.bytes = 100'000'000, .depth = 4};
  const nlohmann::ordered_json parsed = parse_json(text, where, limits);
  const detail::JsonFields json(parsed, where);
  std::vector<ShownImage> images;
  // A grey image, which takes fewest bytes, has 48 pixels a byte; its mask may have four times as many.
  std::size_t room = 256 * text.size();
  for (const nlohmann::ordered_json& image : json.list("images"))
    images.push_back(
        detail::parse_shown_image({image, json.where("images")}, run.epochs.size(), run.classes.size(), room));
  std::vector<TrainedImage> first_batch;
  if (parsed.contains("first_batch")) {  // not in files of a version before
    // Before the first validation, classes may have no names yet.
    const std::size_t classes =
        run.classes.empty() ? std::min<std::size_t>(json.count("classes"), 255) : run.classes.size();
    for (const nlohmann::ordered_json& image : json.list("first_batch")) {
      detail::ParsedImage trained = detail::parse_image({image, json.where("first_batch")}, classes, room);
      first_batch.push_back({std::move(trained.jpeg), std::move(trained.truth)});
    }
  }
  const auto started = static_cast<std::int64_t>(json.count("started"));
  run.report_seconds = json.number("report_seconds");
  run.started = started;
  run.images = std::move(images);
  run.first_batch = std::move(first_batch);
}

}  // namespace unetpp
