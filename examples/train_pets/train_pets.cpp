// Trains a U-Net to cut pets out of photographs: see --help and the README.

#include <cstdio>
#include <iostream>

#include "../declare_image_limit.hpp"
#include "../main.hpp"
#include "../network_source.hpp"
#include "../networks.hpp"
#include "../train/declare_options.hpp"
#include "../train/network.hpp"
#include "../train/output.hpp"
#include "../train/resume.hpp"
#include "../train/task.hpp"
#include "../train/team.hpp"
#include "download.hpp"
#include "synthetic.hpp"

namespace train_pets {

using namespace unetpp;

struct Options : training::Options {
  std::string data;  // empty: drawn
  bool download = false;
  int synthetic = 1200;
};

/// Declares all options; parsing fills `options`.
void declare(CLI::App& app, Options& options) {
  CLI::Option* data =
      app.add_option("--data", options.data, "Folder in the layout of the Oxford-IIIT Pet data set")->type_name("DIR");
  app.add_flag("--download", options.download, "Fetch the data set (about 770 MB) into the --data folder first")
      ->needs(data);
  examples::declare(app, options.image_limit)->needs(data);
  app.add_option("--synthetic", options.synthetic, "Number of drawn pets to train on where there is no --data")
      ->check(CLI::Range(1, 1 << 30))
      ->excludes(data)
      ->capture_default_str()
      ->group("More of the run");
  training::declare(app, options);
}

/// A mask in the data set's encoding: 1 pet, 2 background, 3 outline.
std::string encode_trimap(Mask mask) {
  for (std::uint8_t& value : mask.values) ++value;
  return encode_png(mask);
}

/// The background is not coloured when the page opens, so that the photographs can be seen.
training::Task task_of(AnyDataset dataset, const Options& options) {
  const bool drawn = options.data.empty();
  training::Task task{
      .program = "train_pets",
      .data = drawn ? "drawn pets" : options.data,
      .dataset = std::move(dataset),
      .classes = {{"pet", okabe_ito[0]}, {"background", okabe_ito[1], false}, {"outline", okabe_ito[2]}},
      .settings = {},
      .more_pairs = drawn ? "--synthetic draws as many as it is told"
                          : "add a NAME.jpg to images and its NAME.png to annotations/trimaps",
      .encode_mask = encode_trimap};
  if (drawn)
    task.settings["synthetic"] = options.synthetic;
  else
    task.settings["data"] = options.data;
  task.settings["download"] = options.download;
  return task;
}

/// Photographs need the tutorial's network; a smaller one learns drawn pets.
UNetConfig network_of(const Options& options) {
  const UNetConfig config = options.data.empty() ? examples::drawn_pets : UNetConfig{};
  return examples::with_precision(options.recipe.network == "best" ? examples::best(config) : config,
                                  options.precision);
}

int run(Options options) {
  training::settle(options);
  const UNetConfig network = network_of(options);
  if (examples::answer_with_network(network, training::has_network(network))) return 0;
  if (!training::has_network(network))
    throw ArgumentError("--precision: expected float32, for which this program was compiled, found " +
                        options.precision + " (examples/train_pets/run.sh compiles for it)");
  training::join_team(options);
  if (options.download) {
    if (options.team->rank == 0) download_pets(options.data, std::cout);
    unetpp::detail::any(*options.team, false);  // the others wait for it
  }
  std::optional<AnyDataset> dataset;
  if (options.data.empty()) {
    std::printf(
        "No --data: training on drawn cats and dogs. For photographs: --download --data DIR (Oxford-IIIT Pet, 770 "
        "MB).\n");
    dataset.emplace(SyntheticPets(static_cast<std::size_t>(options.synthetic), options.seed));
  } else {
    const PetDataset pets(options.data, options.image_limit.pixels());
    const PassedOver& passed = pets.passed_over();
    std::printf("%zu pairs in %s; passed over: %zu .mat files, %zu dotfiles, %zu without a partner, %zu others\n",
                pets.size(), examples::one_line(options.data).c_str(), passed.mat, passed.dotfiles, passed.unpaired,
                passed.other);
    dataset.emplace(pets);
  }
  training::Output output(options.out, options.overwrite, options.resume, options.team->rank == 0);
  const training::Task task = task_of(*std::move(dataset), options);
  return training::train(network, task, options, output);
}

}  // namespace train_pets

int main(int argc, char** argv) {
  train_pets::Options options;
  CLI::App app("Trains a U-Net on Oxford-IIIT Pet trimaps, or on drawn pets where there are none.", "train_pets");
  train_pets::declare(app, options);
  return examples::run_main(app, argc, argv, [&] {
    options.resume_command = training::resume_command(argc, argv);
    return train_pets::run(options);
  });
}
