// Trains a U-Net to cut pets out of photographs: see --help and the README.

#include <cstdio>
#include <iostream>

#include "../main.hpp"
#include "download.hpp"
#include "options.hpp"
#include "output.hpp"
#include "resume.hpp"
#include "synthetic.hpp"
#include "train.hpp"

namespace train_pets {

using namespace unetpp;

/// With the network of the recipe.
int train(const Dataset auto& dataset, const Options& options, Output& output) {
  return options.recipe.network == "best" ? train_best(dataset, options, output)
                                          : train_tutorial(dataset, options, output);
}

int run(Options options) {
  options.recipe = changed(options.recipe_name == "best" ? best() : tutorial(), options.changes);
  if (options.threads > 0) set_threads(options.threads);
  options.threads = max_threads();
  if (options.download) download_pets(options.data, std::cout);
  if (options.data.empty()) {
    std::printf(
        "No --data: training on drawn cats and dogs. For photographs: --download --data DIR (Oxford-IIIT Pet, 770 "
        "MB).\n");
    Output output(options.out, options.overwrite, options.resume);
    return train(SyntheticPets(static_cast<std::size_t>(options.synthetic), options.seed), options, output);
  }
  const PetDataset dataset(options.data, options.image_limit.pixels());
  const PassedOver& passed = dataset.passed_over();
  std::printf("%zu pairs in %s; passed over: %zu .mat files, %zu dotfiles, %zu without a partner, %zu others\n",
              dataset.size(), examples::one_line(options.data).c_str(), passed.mat, passed.dotfiles, passed.unpaired,
              passed.other);
  Output output(options.out, options.overwrite, options.resume);
  return train(dataset, options, output);
}

}  // namespace train_pets

int main(int argc, char** argv) {
  train_pets::Options options;
  CLI::App app("Trains a U-Net on Oxford-IIIT Pet trimaps, or on drawn pets where there are none.", "train_pets");
  train_pets::declare(app, options);
  return examples::run_main(app, argc, argv, [&] {
    options.resume_command = train_pets::resume_command(argc, argv);
    return train_pets::run(options);
  });
}
