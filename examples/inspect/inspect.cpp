// Says what is in a folder of images and masks: see --help and the README.

#include <cstdio>
#include <string>
#include <unetpp/io/data/folder_dataset.hpp>
#include <unetpp/io/files/file.hpp>

#include "../declare_image_limit.hpp"
#include "../main.hpp"
#include "../train/data_options.hpp"
#include "../train/folder_data.hpp"
#include "page.hpp"
#include "text.hpp"

namespace inspect {

struct Options {
  training::DataOptions data;
  examples::ImageLimit limit;
  std::string out = "inspect.html";
  int samples = 24;
};

/// Returns the exit status: 1 if there are pairs that cannot be used.
int run(const Options& options) {
  using namespace unetpp;
  const FolderConfig config = folder_config(options.data, options.limit);
  const FolderListing listing = list_folder(config);
  training::print(listing, options.data);
  const FolderDataset dataset(listing, config, training::table_of(class_file(options.data), listing, config));
  const std::vector<Pair> pairs = inspect_pairs(dataset, config.channels);
  print(pairs, dataset.table());
  write_file(options.out, page(options.data.folder, dataset, pairs, training::report_classes(dataset.table()),
                               {static_cast<std::size_t>(options.samples), {options.data.shown}}));
  std::printf("\nThe same with pictures: %s\n", examples::one_line(options.out).c_str());
  return bad(pairs) > 0 ? 1 : 0;
}

}  // namespace inspect

int main(int argc, char** argv) {
  inspect::Options options;
  CLI::App app("Says what is in a folder of images and masks, and what is wrong with it.", "inspect");
  training::declare(app, options.data);
  app.add_option("--out", options.out, "Page of HTML to write")->type_name("FILE")->capture_default_str();
  app.add_option("--samples", options.samples, "Pairs that it shows")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  examples::declare(app, options.limit);
  return examples::run_main(app, argc, argv, [&] { return inspect::run(options); });
}
