#pragma once
// What share of an image each class has: one image, all of them as JSON, and as a table.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <unetpp/core/one_line.hpp>
#include <unetpp/io/files/json.hpp>
#include <unetpp/io/image/image.hpp>
#include <vector>

namespace predict {

/// One image's result, or why there is none.
struct Prediction {
  std::string file;
  std::string name;
  std::string error{};
  int width = 0;
  int height = 0;
  std::vector<std::uint64_t> pixels{};  // of each class

  bool good() const { return error.empty(); }
  double share(std::size_t c) const {
    return static_cast<double>(pixels.at(c)) /
           static_cast<double>(std::accumulate(pixels.begin(), pixels.end(), std::uint64_t{0}));
  }
  void count(const unetpp::Mask& mask, std::size_t classes) {
    width = mask.width;
    height = mask.height;
    pixels.assign(classes, 0);
    for (const std::uint8_t c : mask.values) ++pixels.at(c);
  }
};

inline nlohmann::ordered_json to_json(const std::vector<Prediction>& predictions) {
  nlohmann::ordered_json images = nlohmann::ordered_json::array(), skipped = images;
  for (const Prediction& p : predictions) {
    if (!p.good()) {
      skipped.push_back({{"file", p.file}, {"error", p.error}});
      continue;
    }
    std::vector<double> shares;
    for (std::size_t c = 0; c < p.pixels.size(); ++c) shares.push_back(p.share(c));
    images.push_back({{"file", p.file},
                      {"name", p.name},
                      {"width", p.width},
                      {"height", p.height},
                      {"pixels", p.pixels},
                      {"shares", shares}});
  }
  return {{"images", images}, {"skipped", skipped}};
}

/// A table in plain text: a row for each image, of many for the first `most`, and one for all pixels together.
inline std::string share_table(const std::vector<Prediction>& predictions, const std::vector<std::string>& classes,
                               std::size_t most = 20) {
  Prediction all{.file = "", .name = "all", .pixels = std::vector<std::uint64_t>(classes.size())};
  std::vector<const Prediction*> rows;
  for (const Prediction& p : predictions) {
    if (!p.good()) continue;
    rows.push_back(&p);
    for (std::size_t c = 0; c < classes.size(); ++c) all.pixels[c] += p.pixels[c];
  }
  if (rows.empty()) return "";
  const std::size_t hidden = rows.size() - std::min(rows.size(), most);
  if (rows.size() > 1) rows.push_back(&all);
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), most)),
             rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), most) + hidden));

  const auto padded = [](const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ');
  };
  const auto shown = [](const Prediction* row) { return unetpp::detail::one_line(row->name); };
  std::size_t width = 5;
  for (const Prediction* row : rows) width = std::max(width, shown(row).size());
  std::string table = "image" + padded("image", width);
  for (const std::string& c : classes) table += "  " + padded(c, 7) + c;
  for (const Prediction* row : rows) {
    if (row == &all && hidden > 0) table += "\n... and " + std::to_string(hidden) + " more in predictions.json";
    table += "\n" + shown(row) + padded(shown(row), width);
    for (std::size_t c = 0; c < classes.size(); ++c) {
      char text[16];
      std::snprintf(text, sizeof text, "%.1f %%", 100 * row->share(c));
      table += "  " + padded(text, std::max<std::size_t>(7, classes[c].size())) + text;
    }
  }
  return table + "\n";
}

}  // namespace predict
