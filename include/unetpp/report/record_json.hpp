#pragma once
// A report's record as text in a checkpoint, so that training that goes on shows the epochs before, too.

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

/// The shown images of a record, with the masks of the epochs that are over, and times; the epochs' numbers are not in it.
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
  return dump_json(json);
}

namespace detail {

/// `room`: the pixels that this image and its mask may still have, so that a small file cannot ask for much memory.
inline ShownImage parse_shown_image(const JsonFields& json, std::size_t epochs, std::size_t classes,
                                    std::size_t& room) {
  constexpr int most = 1 << 15;
  const auto refuse = [&](const char* key, const std::string& expected) {
    throw FormatError(json.where(key) + ": expected " + expected);
  };
  const Mask size{json.integer("width", 1, most), json.integer("height", 1, most), {}};
  const std::size_t pixels = std::size_t{1} * static_cast<unsigned>(size.width) * static_cast<unsigned>(size.height);
  if (pixels > room) refuse("width", "fewer pixels in all");
  room -= pixels;
  ShownImage shown{json.count("position"), json.text("name"), {}, {}, size, {}, {}, {}};
  const std::optional<std::string> jpeg = base64_bytes(json.text("jpeg"));
  if (!jpeg) refuse("jpeg", "base64");
  shown.image = decode_image(*jpeg, json.where("jpeg"), room);
  room -= shown.image.rgb.size() / 3;
  shown.jpeg = *jpeg;
  const auto truth = decode_mask_code(json.text("truth"), pixels, classes + 1);
  if (!truth) refuse("truth", "a mask of " + size_text(size.width, size.height) + " pixels");
  shown.truth.values = *truth;
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
  const auto started = static_cast<std::int64_t>(json.count("started"));
  run.report_seconds = json.number("report_seconds");
  run.started = started;
  run.images = std::move(images);
}

}  // namespace unetpp
