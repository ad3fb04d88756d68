// Trains a U-Net to cut pets out of photographs: see --help and the README.

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <unetpp/io/loader.hpp>
#include <unetpp/io/weights.hpp>
#include <unetpp/report/class_table.hpp>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/unet.hpp>

#include "download.hpp"
#include "open_page.hpp"
#include "options.hpp"
#include "output.hpp"
#include "synthetic.hpp"

namespace train_pets {

using namespace unetpp;

/// The drawn pets are simpler than the photographs: a smaller network learns them in a minute.
using SyntheticNet = UNet<UNetConfig{.height = 64, .width = 64, .base_channels = 16, .depth = 3}>;

/// On a line of its own, whatever the progress line is at.
void warn(const std::string& line) {
  std::fprintf(stderr, "%strain_pets: warning: %s\n", isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", line.c_str());
}

nlohmann::ordered_json names_of(const Dataset auto& dataset, const std::vector<std::size_t>& indices) {
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const std::size_t i : indices) names.push_back(dataset.name(i));
  return names;
}

/// The background is not coloured when the page opens, so that the photographs can be seen.
const std::vector<ReportClass> classes{
    {"pet", okabe_ito[0]}, {"background", okabe_ito[1], false}, {"outline", okabe_ito[2]}};

void open_report(const SegmentationReport& report) {
  try {
    open_page(report.path());
  } catch (const FileError& error) {  // which is no reason not to train
    warn(error.what());
  }
}

/// Trains on a data set and writes all that a run leaves.
template <Layer Net>
void train(const Dataset auto& dataset, Options options, Output& output) {
  const std::size_t count = options.limit ? std::min<std::size_t>(dataset.size(), *options.limit) : dataset.size();
  if (!options.validation)
    options.validation = static_cast<int>(std::min<std::size_t>(1000, std::max<std::size_t>(1, count / 7)));
  const Split parts = split(dataset.size(), static_cast<std::size_t>(*options.validation), options.seed, count);

  output.write_run(
      {{"unetpp", version},
       {"settings", to_json(options)},
       {"seed", options.seed},
       {"network",
        {{"input", {Net::in.height, Net::in.width, Net::in.channels}},
         {"base_channels", Net::config.base_channels},
         {"depth", Net::config.depth},
         {"classes", {"pet", "background", "outline"}},
         {"parameters", Net::parameter_count}}},
       {"split", {{"train", names_of(dataset, parts.train)}, {"validation", names_of(dataset, parts.validation)}}}});
  std::printf("%zu images to train, %zu to validate; U-Net %s, %zu parameters, %.2f GMAC an image\n",
              parts.train.size(), parts.validation.size(), to_string(Net::in).c_str(), Net::parameter_count,
              static_cast<double>(Net::multiply_adds) * 1e-9);
  std::fflush(stdout);

  using Data = std::remove_cvref_t<decltype(dataset)>;
  LoaderConfig config{
      .batch = options.batch, .seed = options.seed, .workers = options.threads, .strict = options.strict, .warn = warn};
  Loader<Net::in, Data> training(dataset, parts.train, config);
  config.shuffle = false;
  Loader<Net::in, Data> validation(dataset, parts.validation, config);

  for (validation.start_epoch(0); validation.next();) {  // bad pairs are found before an epoch is spent
  }
  const std::vector<std::size_t> shown = validation.usable();
  SegmentationReport report({.folder = output.folder(),
                             .title = "U-Net on " + (options.data.empty() ? "drawn pets" : options.data),
                             .classes = classes,
                             .names = names_of(dataset, shown),
                             .images = static_cast<std::size_t>(options.report_images),
                             .seed = options.seed,
                             .settings = to_json(options),
                             .network = summary<Net>(),
                             .tensorboard = options.tensorboard ? output.tensorboard() : ""});
  std::printf("report: %s, written after every epoch\n", report.path().c_str());
  std::fflush(stdout);

  Parameters<Net> parameters(HeNormal{options.seed});
  Adam adam({.learning_rate = options.learning_rate});
  const auto show = [&](const EpochBegin& e) {
    if (options.open && e.epoch == 1) open_report(report);
  };
  const auto save = [&](const EpochEnd&) {
    save_weights(output.model(), parameters, to_metadata(model_info<Net>(model_classes(classes))));
  };
  const std::vector<EpochEnd> epochs =
      fit(parameters, adam, training, validation, {.epochs = options.epochs}, save, report, show);
  const double report_share = report.share();

  if (const std::size_t bad = training.skipped() + validation.skipped()) std::printf("%zu bad pairs skipped\n", bad);
  write_predictions(output, parameters, dataset, shown, validation.batch());
  std::printf("%zu masks and panels, metrics.csv, curves.png, run.json and model.safetensors are in %s\n\n%s\n",
              shown.size(), output.folder().c_str(), class_table(epochs.back().validation->confusion, classes).c_str());
  std::printf("report: %s (writing it took %.2f s, %.2f %% of the time)\n", report.path().c_str(), report.seconds(),
              100 * report_share);
}

void run(Options options) {
  if (options.threads > 0) set_threads(options.threads);
  options.threads = max_threads();
  if (options.download) download_pets(options.data, std::cout);
  if (options.data.empty()) {
    std::printf(
        "No --data: training on drawn cats and dogs. For photographs: --download --data DIR (Oxford-IIIT Pet, 770 "
        "MB).\n");
    Output output(options.out, options.overwrite);
    train<SyntheticNet>(SyntheticPets(static_cast<std::size_t>(options.synthetic), options.seed), options, output);
    return;
  }
  const PetDataset dataset(options.data);
  const PassedOver& passed = dataset.passed_over();
  std::printf("%zu pairs in %s; passed over: %zu .mat files, %zu dotfiles, %zu without a partner, %zu others\n",
              dataset.size(), options.data.c_str(), passed.mat, passed.dotfiles, passed.unpaired, passed.other);
  Output output(options.out, options.overwrite);
  train<UNet<>>(dataset, options, output);
}

}  // namespace train_pets

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large for its limit is then an error of write(), like a full disk
  train_pets::Options options;
  CLI::App app("Trains a U-Net on Oxford-IIIT Pet trimaps, or on drawn pets where there are none.", "train_pets");
  train_pets::declare(app, options);
  try {
    app.parse(argc, argv);
    train_pets::run(options);
    return 0;
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "train_pets: %s (--help lists the options)\n", error.what());
    return 2;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "train_pets: not enough memory; a smaller --batch needs less\n");
    return 1;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "train_pets: %s\n", error.what());
    return 1;
  }
}
