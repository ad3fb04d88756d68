#pragma once
// The command line.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unetpp/core/parallel.hpp>
#include <vector>

#include "../declare_image_limit.hpp"
#include "../network_source.hpp"

namespace predict {

struct Options {
  std::string model;
  std::vector<std::string> images;
  bool recursive = false;
  std::string out;
  bool overwrite = false;
  bool tile = false;
  std::optional<int> overlap;
  std::string tta = "none";
  std::string precision = "float32";
  std::string metrics;  // empty: none
  std::optional<int> batch;
  int threads = 0;  // 0 until known: as OpenMP has it
  examples::ImageLimit limit;
  bool strict = false;
  bool benchmark = false;
  std::vector<int> shown;  // empty: the first

  bool flip() const { return tta == "flip"; }
  std::size_t batch_or(std::size_t fallback) const { return batch ? static_cast<std::size_t>(*batch) : fallback; }
};

/// Declares the options; parsing fills `options`.
inline void declare(CLI::App& app, Options& options) {
  app.add_option("MODEL", options.model, "A model of train or train_pets: .safetensors")->required();
  app.add_option("IMAGE", options.images, "Images, and folders of images")->required();
  app.add_flag("--recursive", options.recursive, "Go into the folders in the folders, too");
  app.add_option("--out", options.out, "Folder for masks, overlays and predictions.json")->required()->type_name("DIR");
  app.add_flag("--overwrite", options.overwrite, "Replace the predictions that are in --out");
  CLI::Option* tile = app.add_flag("--tile", options.tile,
                                   "Predict at the images' own resolution, by overlapping tiles, as of a model of "
                                   "crops anyway; without, images are resized to the network's input and its "
                                   "probabilities back");
  app.add_option("--overlap", options.overlap, "Of tiles, in pixels [the network's receptive field]")
      ->check(CLI::NonNegativeNumber)
      ->needs(tile)
      ->group("More");
  app.add_option("--tta", options.tta,
                 "Test-time augmentation: flip takes the mean over each image and its mirror image, in twice the time")
      ->check(CLI::IsMember({"none", "flip"}))
      ->capture_default_str();
  app.add_option(
         "--precision", options.precision,
         "How values between layers are stored; bfloat16 takes half of their memory, and run.sh compiles for it")
      ->check(CLI::IsMember(examples::precision_names))
      ->capture_default_str()
      ->group("More");
  app.add_option("--metrics", options.metrics,
                 "Folder of true masks, for IoU, Dice, precision and recall: NAME.png of the image's size for "
                 "masks/NAME.png, with 1 for the first class (of pets: 1 pet, 2 background, 3 outline)")
      ->type_name("DIR");
  app.add_option("--batch", options.batch, "Images, or tiles, that the network takes at once [8, or 1 tile]")
      ->check(CLI::Range(1, 65536));
  app.add_option("--threads", options.threads, "Threads [as many as cores, at most the container's quota]")
      ->check(CLI::Range(1, unetpp::most_threads));
  examples::declare(app, options.limit);
  app.add_flag("--strict", options.strict,
               "An image that cannot be used ends it; without, it is named, skipped and counted")
      ->group("More");
  app.add_flag("--benchmark", options.benchmark, "Print images/s")->group("More");
  app.add_option("--shown", options.shown,
                 "Channels, from 0, that overlays show as red, green and blue, or one [0,1,2]")
      ->delimiter(',')
      ->type_name("R,G,B")
      ->group("More");
}

/// What a result depends on, for predictions.json.
inline nlohmann::ordered_json to_json(const Options& o) {
  nlohmann::ordered_json json{{"tile", o.tile}, {"tta", o.tta}};
  if (o.overlap) json["overlap"] = *o.overlap;
  if (o.precision != "float32") json["precision"] = o.precision;
  return json;
}

}  // namespace predict
