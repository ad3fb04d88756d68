#pragma once
// Which images and masks there are to learn from.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unetpp/core/shape.hpp>
#include <unetpp/io/data/folder_config.hpp>
#include <vector>

#include "../image_limit.hpp"

namespace training {

struct DataOptions {
  std::string folder;
  std::string images = "images";
  std::string masks = "masks";
  std::string mask_pattern = "{stem}";
  std::string pairs;    // empty: none
  std::string classes;  // empty: FOLDER/classes.csv
  std::string unknown = "error";
  int channels = 0;
  std::optional<int> folds, fold;
  std::string group;  // empty: each pair is one
  std::optional<unetpp::Extent> crop;
  std::vector<int> shown;  // empty: the first
};

/// HEIGHTxWIDTH, or one number for both.
/// Errors  CLI::ValidationError.
inline unetpp::Extent parse_size(const std::string& text) {
  int height = 0, width = 0, end = 0;
  const int found = std::sscanf(text.c_str(), "%dx%d%n", &height, &width, &end);
  const bool both = found == 2 && std::size_t(end) == text.size();
  if (!both) {
    if (std::sscanf(text.c_str(), "%d%n", &height, &end) != 1 || std::size_t(end) != text.size()) height = 0;
    width = height;
  }
  constexpr int most = 1 << 14;
  if (height < 1 || width < 1 || height > most || width > most)
    throw CLI::ValidationError(text, "expected HEIGHTxWIDTH in pixels, such as 128x192");
  return {height, width};
}

/// Declares the options; parsing fills `data`.
inline void declare(CLI::App& app, DataOptions& data) {
  const std::string group = "The data";
  app.add_option_function<std::string>(
         "--crop", [&](const std::string& text) { data.crop = parse_size(text); },
         "Learn from parts of so many pixels of the images as they are, in place of images that are resized")
      ->type_name("HxW");
  app.add_option("--data", data.folder, "Folder with images and masks, or with train, val and test that have them")
      ->type_name("DIR")
      ->required();
  const auto text = [&](const char* name, std::string& value, const char* help) {
    return app.add_option(name, value, help)->group(group);
  };
  text("--images", data.images, "Folder in DIR, or in its train, val and test, of the images")->capture_default_str();
  text("--masks", data.masks, "The same of the masks")->capture_default_str();
  text("--mask-pattern", data.mask_pattern, "Name of an image's mask: {stem}_mask; of a class's: {class}/{stem}")
      ->capture_default_str();
  text("--pairs", data.pairs, "CSV file with the columns image and mask, in place of these")->type_name("FILE");
  text("--classes", data.classes, "Class table; one that is not there is written [DIR/classes.csv]")->type_name("FILE");
  text("--unknown", data.unknown, "What becomes of pixels that are of no class of the table")
      ->check(CLI::IsMember({"error", "ignore"}))
      ->capture_default_str();
  app.add_option("--channels", data.channels, "Of images: 3 makes RGB of all; 0: as their files have them")
      ->check(CLI::Range(0, 32))
      ->capture_default_str()
      ->group(group);
  app.add_option("--shown", data.shown, "Channels, from 0, that pictures show as red, green and blue, or one [0,1,2]")
      ->delimiter(',')
      ->type_name("R,G,B")
      ->group(group);
  CLI::Option* folds =
      app.add_option("--folds", data.folds, "Divide the pairs into so many parts with the same shares of the classes")
          ->check(CLI::Range(2, 1 << 20))
          ->type_name("K")
          ->group(group);
  CLI::Option* fold = app.add_option("--fold", data.fold, "Validate with part I, from 0")
                          ->check(CLI::NonNegativeNumber)
                          ->needs(folds)
                          ->type_name("I")
                          ->group(group);
  folds->needs(fold);
  text("--group", data.group, "Pairs in whose names the same text matches stay on one side of the split")
      ->type_name("REGEX");
}

inline unetpp::FolderConfig folder_config(const DataOptions& data, const examples::ImageLimit& limit) {
  return {.folder = data.folder,
          .images = data.images,
          .masks = data.masks,
          .mask_pattern = data.mask_pattern,
          .pairs = data.pairs,
          .channels = data.channels,
          .unknown = data.unknown == "ignore" ? unetpp::Unknown::ignore : unetpp::Unknown::error,
          .max_pixels = limit.pixels(),
          .crop = data.crop.value_or(1)};
}

/// What results depend on.
inline nlohmann::ordered_json to_json(const DataOptions& data) {
  nlohmann::ordered_json json{{"data", data.folder}};
  const auto add = [&](const char* key, const auto& value, const auto& usual) {
    if (value != usual) json[key] = value;
  };
  const DataOptions usual;
  add("images", data.images, usual.images);
  add("masks", data.masks, usual.masks);
  add("mask_pattern", data.mask_pattern, usual.mask_pattern);
  add("pairs", data.pairs, usual.pairs);
  add("classes", data.classes, usual.classes);
  add("unknown", data.unknown, usual.unknown);
  add("channels", data.channels, usual.channels);
  add("group", data.group, usual.group);
  if (data.folds) json.update({{"folds", *data.folds}, {"fold", *data.fold}});
  return json;
}

}  // namespace training
