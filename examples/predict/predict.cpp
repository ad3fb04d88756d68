// Predicts the class of every pixel of images with a model of train or train_pets: see --help and the README.

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unetpp/report/class_table.hpp>
#include <utility>
#include <vector>

#include "../main.hpp"
#include "../network_source.hpp"
#include "../networks.hpp"
#include "inputs.hpp"
#include "load_masks.hpp"
#include "masks.hpp"
#include "options.hpp"
#include "output.hpp"
#include "prediction.hpp"
#include "run.hpp"

namespace predict {

using namespace unetpp;

/// The classes as the model file has them, or numbered.
std::vector<ReportClass> classes_of(const ModelInfo& info) {
  std::vector<ReportClass> classes = numbered_classes(static_cast<std::size_t>(info.classes));
  for (std::size_t c = 0; c < info.class_list.size(); ++c)
    classes.at(c) = {unetpp::detail::printable(info.class_list[c].name), info.class_list[c].colour};
  return classes;
}

void print_speed(const Run& run, double network_seconds) {
  const auto images = static_cast<double>(run.good());
  std::printf("%zu images in %.2f s: %.3g images/s; the network alone in %.2f s: %.3g images/s\n", run.good(),
              run.seconds(), images / run.seconds(), network_seconds, images / network_seconds);
}

/// How the model's images were resized, as it says; one that says nothing, or what is not known, is taken for the default.
Resize resize_of_model(const Options& options, const ModelInfo& info) {
  const std::optional<Resize> resize = unetpp::resize_of(info.preprocessing);
  if (!resize && !info.preprocessing.empty())
    examples::warn("predict", options.model + ": expected images prepared as \"" + default_preprocessing + "\" or \"" +
                                  antialiased_preprocessing + "\" or \"" + cropped_preprocessing + "\", found \"" +
                                  unetpp::detail::printable(info.preprocessing) + "\"");
  return resize.value_or(Resize::bilinear);
}

/// Returns the exit status.
int run(Options options) {
  if (options.threads > 0) set_threads(options.threads);
  const ModelInfo info = examples::read_model_info(options.model, "predict");
  if (examples::answer_with_network(network_of(options, info), has_network(options, info))) return 0;
  const Resize resize = resize_of_model(options, info);
  if (resize == Resize::crop) options.tile = true;
  const std::vector<ReportClass> classes = classes_of(info);
  const Inputs inputs = InputList(options.recursive, options.out)(options.images);
  Output output(options.out, options.overwrite);
  nlohmann::ordered_json json{
      {"unetpp", version}, {"decoders", decoders()}, {"model", options.model}, {"settings", to_json(options)}};
  std::vector<std::string> names;
  for (const ReportClass& c : classes) {
    names.push_back(c.name);
    json["classes"].push_back({{"name", c.name}, {"colour", c.colour}});
  }
  std::printf("%s", passed_over_text(inputs, options.recursive).c_str());
  std::fflush(stdout);

  Run run(options, classes, inputs, output);
  const std::unique_ptr<Masks> masks = load_masks(options, info, resize, [&](std::size_t done, std::size_t all) {
    run.show("  tile " + std::to_string(done) + "/" + std::to_string(all));
  });
  if (options.benchmark) {  // first use of memory and threads
    const int channels = masks->channels();
    (*masks)({Raster{1, 1, channels, std::vector<std::uint8_t>(static_cast<std::size_t>(channels))}});
  }
  const double before = masks->seconds();
  output.begin(json);  // not before it is known that the options, the model and the memory will do
  run(*masks);

  json.update(to_json(run.predictions()));
  std::string table = share_table(run.predictions(), names);
  if (const ConfusionMatrix* confusion = run.confusion()) {
    json["metrics"] = to_json(*confusion);
    table += "\n" + class_table(*confusion, classes);
  }
  output.write_json(json);
  std::printf("%s", table.c_str());
  if (run.skipped() > 0) std::printf("%zu images skipped\n", run.skipped());
  std::printf("masks, overlays and predictions.json of %zu images are in %s\n", run.good(),
              examples::one_line(output.folder().string()).c_str());
  if (options.benchmark) print_speed(run, masks->seconds() - before);
  return run.skipped() > 0 ? 1 : 0;
}

}  // namespace predict

int main(int argc, char** argv) {
  predict::Options options;
  CLI::App app("Predicts the class of every pixel of images with a model of train or train_pets.", "predict");
  predict::declare(app, options);
  return examples::run_main(app, argc, argv, [&] { return predict::run(options); });
}
