// Trains a U-Net on a folder of images and masks: see --help and the README.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <unetpp/io/data/folder_dataset.hpp>
#include <unetpp/io/data/folds.hpp>
#include <unetpp/io/data/groups.hpp>
#include <unetpp/io/image/read_raster.hpp>
#include <utility>
#include <vector>

#include "../declare_image_limit.hpp"
#include "../main.hpp"
#include "../network_source.hpp"
#include "data_options.hpp"
#include "declare_options.hpp"
#include "folder_data.hpp"
#include "network.hpp"
#include "network_options.hpp"
#include "options.hpp"
#include "output.hpp"
#include "resume.hpp"
#include "task.hpp"
#include "team.hpp"

namespace training {

namespace {

using namespace unetpp;

struct FolderOptions : Options {
  DataOptions data;
  NetworkOptions network;
};

/// Which pairs train and validate, where that is not left to split(): the folders' choice, a fold, or whole groups.
/// Each part is in the order in which split() would have it, so that the same parts train to the same bits.
/// Errors  ArgumentError for options that would choose otherwise.
std::optional<Split> chosen_split(const FolderDataset& dataset, const FolderOptions& options) {
  const bool fixed = options.data.folds || (dataset.listing().has_subsets && options.data.group.empty());
  if (fixed && (options.limit || options.validation))
    throw ArgumentError(std::string(options.limit ? "--limit" : "--validation") +
                        ": expected none where folds or the folders train and val choose the split");
  if (dataset.listing().has_subsets && !options.data.folds && !options.data.group.empty())
    throw ArgumentError("--group: expected no folders train and val, which choose the split, found them in " +
                        options.data.folder + " (--folds divides the pairs of both)");
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < dataset.size(); ++i) groups.push_back(dataset.name(i));
  if (!options.data.group.empty()) groups = group_keys(groups, options.data.group);
  std::vector<Subset> subsets(dataset.size(), Subset::train);
  if (options.data.folds) {
    std::vector<std::string> names;
    for (const TableClass& c : dataset.table().classes) names.push_back(c.name);
    const std::vector<int> folds = make_folds(
        groups, class_pixels(dataset), {.folds = *options.data.folds, .seed = options.seed, .class_names = names});
    for (const std::size_t i : fold_split(folds, *options.data.fold).validation) subsets[i] = Subset::validation;
  } else if (dataset.listing().has_subsets) {
    for (std::size_t i = 0; i < dataset.size(); ++i) subsets[i] = dataset.listing().pairs[i].subset;
  } else if (!options.data.group.empty()) {
    const std::size_t validation = static_cast<std::size_t>(
        options.validation.value_or(static_cast<int>(std::max<std::size_t>(1, dataset.size() / 7))));
    return grouped_split(groups, validation, options.seed,
                         options.limit ? static_cast<std::size_t>(*options.limit) : dataset.size());
  } else {
    return std::nullopt;
  }
  // By their names within the subsets' folders, so that it does not matter who chose the same parts.
  std::vector<std::size_t> order(dataset.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto name = [&](std::size_t i) {
    const std::string& whole = dataset.name(i);
    return dataset.listing().has_subsets ? whole.substr(whole.find('/') + 1) : whole;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return name(a) < name(b); });
  Split parts;
  for (const std::size_t place : split(dataset.size(), 0, options.seed).train) {
    const std::size_t i = order[place];
    if (subsets[i] == Subset::train) parts.train.push_back(i);
    if (subsets[i] == Subset::validation) parts.validation.push_back(i);
  }
  if (parts.train.empty() || parts.validation.empty())
    throw ArgumentError(options.data.folder + ": expected pairs to train and others to validate with, found " +
                        std::to_string(parts.train.size()) + " and " + std::to_string(parts.validation.size()) +
                        " (in train and val)");
  return parts;
}

/// What is trained, for run.json and for a run that goes on: the classes by what stands for them, in their order.
nlohmann::ordered_json settings_of(const FolderOptions& options, const ClassTable& table) {
  nlohmann::ordered_json settings = to_json(options.data);
  nlohmann::ordered_json codes = nlohmann::ordered_json::array();
  for (const TableClass& c : table.classes) {
    if (table.code == ClassCode::file)
      codes.push_back(c.name);
    else
      codes.push_back(c.code);
  }
  settings["class_codes"] = codes;
  settings.update(to_json(options.network));
  return settings;
}

int run(FolderOptions options) {
  if (options.data.crop) {
    options.network.size = *options.data.crop;
    options.changes.words["resize"] = "crop";
  }
  settle(options);
  if (!examples::asked_for_network()) join_team(options);
  const FolderConfig config = folder_config(options.data, options.image_limit);
  const FolderListing listing = list_folder(config);
  print(listing, options.data);
  const ClassTable table = table_of(class_file(options.data), listing, config);
  const FolderDataset dataset(listing, config, table);
  const Raster first = read_raster(dataset.image_path(0), options.data.channels, config.max_pixels);
  const int channels = first.channels;
  unetpp::detail::shown_channels(options.data.shown, channels);  // or they are refused
  const UNetConfig network = examples::with_precision(
      make_network(options.network, options.recipe, channels, static_cast<int>(table.classes.size())),
      options.precision);
  if (examples::answer_with_network(network, has_network(network))) return 0;

  const Task task{.program = "train",
                  .data = options.data.folder,
                  .dataset = AnyDataset(dataset),
                  .classes = report_classes(table),
                  .settings = settings_of(options, table),
                  .more_pairs = "add images to " + options.data.images + " and their masks to " + options.data.masks,
                  .encode_mask = [&](const Mask& mask) { return encode_classes(table, mask); },
                  .split = chosen_split(dataset, options),
                  .ignore_label = ignored_label,
                  .shown = {options.data.shown, first.values.empty()}};
  Output output(options.out, options.overwrite, options.resume, options.team->rank == 0);
  return train(network, task, options, output);
}

}  // namespace

}  // namespace training

int main(int argc, char** argv) {
  training::FolderOptions options;
  options.recipe_name = "best";
  options.scaling = "standard";
  options.batch = 8;
  options.epochs = 12;
  CLI::App app("Trains a U-Net on a folder of images and masks.", "train");
  training::declare(app, options.data);
  app.add_option_function<std::string>(
         "--size", [&](const std::string& text) { options.network.size = training::parse_size(text); },
         "Height and width that images are brought to, in pixels [128x128]")
      ->type_name("HxW")
      ->excludes("--crop");
  training::declare(app, options);
  app.get_option("--crop")->excludes("--resize");
  examples::declare(app, options.image_limit);
  training::declare(app, options.network);
  return examples::run_main(app, argc, argv, [&] {
    options.resume_command = training::resume_command(argc, argv);
    return training::run(options);
  });
}
