#pragma once
// The interactive page: one file that asks nothing of any network. Its sources are in cmake/report_page/.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "unetpp/io/files/json.hpp"
#include "unetpp/report/page_template.hpp"
#include "unetpp/report/record.hpp"

namespace unetpp {

namespace detail {

/// With the six decimals of metrics.csv; JSON's null where it is not a number.
inline nlohmann::ordered_json rounded(double value) { return std::round(value * 1e6) / 1e6; }

inline nlohmann::ordered_json epoch_json(const EpochEnd& e) {
  nlohmann::ordered_json json{{"epoch", e.epoch},
                              {"train_loss", rounded(e.train_loss)},
                              {"seconds", rounded(e.seconds)},
                              {"images_per_second", rounded(e.images_per_second)},
                              {"learning_rate", e.learning_rate}};
  if (!e.validation) return json;
  const ConfusionMatrix& m = e.validation->confusion;
  json["val_loss"] = rounded(e.validation->loss.mean());
  json["accuracy"] = rounded(m.accuracy());
  json["mean_iou"] = rounded(m.mean_iou());
  json["mean_dice"] = rounded(m.mean_dice());
  for (int truth = 0; truth < m.classes(); ++truth) {
    json["iou"].push_back(rounded(m.iou(truth)));
    json["dice"].push_back(rounded(m.dice(truth)));
    json["precision"].push_back(rounded(m.precision(truth)));
    json["recall"].push_back(rounded(m.recall(truth)));
    nlohmann::ordered_json row = nlohmann::ordered_json::array();
    for (int predicted = 0; predicted < m.classes(); ++predicted) row.push_back(m(truth, predicted));
    json["confusion"].push_back(std::move(row));
  }
  return json;
}

inline nlohmann::ordered_json image_json(const ShownImage& shown, std::size_t classes) {
  nlohmann::ordered_json json{{"name", shown.name},
                              {"width", shown.truth.width},
                              {"height", shown.truth.height},
                              {"src", "data:image/jpeg;base64," + base64(shown.jpeg)},
                              {"truth", encode_mask(shown.truth.values, classes + 1)},
                              {"masks", shown.masks},
                              {"iou", nlohmann::ordered_json::array()}};
  for (const double value : shown.iou) json["iou"].push_back(rounded(value));
  return json;
}

inline std::string hex_colour(Rgb colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour[0], colour[1], colour[2]);
  return text;
}

}  // namespace detail

/// What the page shows, as its scripts read it; masks are coded as encode_mask says, the true ones with a value more,
/// which is that of ignored pixels.
inline nlohmann::ordered_json report_data(const RunRecord& run) {
  nlohmann::ordered_json data{{"planned", run.planned}, {"finished", run.finished()}};
  for (const char* list : {"classes", "epochs", "images", "first_batch"}) data[list] = nlohmann::ordered_json::array();
  for (const ReportClass& c : run.classes)
    data["classes"].push_back({{"name", c.name}, {"colour", detail::hex_colour(c.colour)}, {"shown", c.shown}});
  for (const EpochEnd& e : run.epochs) data["epochs"].push_back(detail::epoch_json(e));
  for (const ShownImage& i : run.images) data["images"].push_back(detail::image_json(i, run.classes.size()));
  for (const TrainedImage& i : run.first_batch)
    data["first_batch"].push_back({{"width", i.truth.width},
                                   {"height", i.truth.height},
                                   {"src", "data:image/jpeg;base64," + base64(i.jpeg)},
                                   {"truth", encode_mask(i.truth.values, run.classes.size() + 1)}});
  return data;
}

/// The page with its data. Whatever names are in these, they are shown as text: the scripts make no HTML of them, and
/// no "<" is left that could end the element in which they lie.
inline std::string html_page(const nlohmann::ordered_json& data) {
  constexpr std::string_view place = "{{data}}";
  const std::size_t at = page_template.find(place);
  const std::string json = dump_json(data);
  std::string page(page_template.substr(0, at));
  page.reserve(page_template.size() + json.size() + json.size() / 16);
  for (std::size_t from = 0; from < json.size();) {
    const std::size_t end = std::min(json.find('<', from), json.size());
    page.append(json, from, end - from);
    if (end < json.size()) page += "\\u003c";
    from = end + 1;
  }
  page += page_template.substr(at + place.size());
  return page;
}

}  // namespace unetpp
