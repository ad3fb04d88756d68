#include <sys/resource.h>

#include <csignal>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/unet.hpp>

#include "catch.hpp"
#include "io/fixtures.hpp"
#include "io/numbers.hpp"

namespace segmentation_report_test {

using namespace unetpp;
using io_tests::TemporaryFolder;

namespace {

using Net = UNet<UNetConfig{.height = 8, .width = 8, .channels = 1, .classes = 2, .base_channels = 4, .depth = 1}>;

/// Images whose bright pixels are class 1.
ArrayLoader<Net::in> bright_pixels(std::size_t count, std::size_t batch) {
  Batch<Net::in> images(count);
  Batch<Shape{8, 8, 1}, std::uint8_t> labels(count);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images.span()[i] = Random(8).uniform(i);
    labels.span()[i] = images.span()[i] > 0.5f;
  }
  return {images, labels, {.batch = batch, .shuffle = false}};
}

/// Trains for two epochs, with the callbacks given.
template <class... Callbacks>
void train(Callbacks&&... callbacks) {
  auto data = bright_pixels(8, 4), validation = bright_pixels(7, 3);
  Parameters<Net> parameters;
  SGD sgd;
  FitConfig config;
  config.epochs = 2;
  config.progress = false;
  config.loss = SoftmaxCrossEntropy({.ignore_label = 0});
  fit(parameters, sgd, data, validation, config, callbacks...);
}

SegmentationReportConfig config_in(const std::filesystem::path& folder, std::size_t images) {
  SegmentationReportConfig config;
  config.folder = folder;
  config.images = images;
  return config;
}

std::vector<std::size_t> positions(const SegmentationReport& report) {
  std::vector<std::size_t> all;
  for (const ShownImage& i : report.run().images) all.push_back(i.position);
  return all;
}

}  // namespace

TEST_CASE("a report records images, truths and the predictions of every epoch as the validation pass has them") {
  const TemporaryFolder folder;
  SegmentationReport report(config_in(folder.path(), 7));
  std::vector<std::vector<std::uint8_t>> predicted(2);
  train(report, [&](const ValidationBatchEnd& e) {
    auto& all = predicted.at(static_cast<std::size_t>(e.epoch - 1));
    all.insert(all.end(), e.predicted.begin(), e.predicted.end());
  });
  REQUIRE(positions(report) == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6});
  for (const ShownImage& shown : report.run().images) {
    const float first = Random(8).uniform(shown.position * 64);
    CHECK(shown.image.rgb.at(0) == static_cast<int>(255 * first + 0.5f));
    CHECK(shown.image.rgb.at(2) == shown.image.rgb.at(0));
    CHECK(shown.truth.values.at(0) == (first > 0.5f ? 1 : 2));  // 0 is ignored here, which is one beyond the classes
    REQUIRE(shown.masks.size() == 2);
    for (std::size_t epoch = 0; epoch < 2; ++epoch)
      CHECK(shown.masks[epoch] == encode_mask(std::span(predicted[epoch]).subspan(64 * shown.position, 64), 2));
    CHECK(shown.iou.size() == 2);
  }
}

TEST_CASE("a validation image that turns bad is no longer shown, and the others keep their own masks") {
  using io_tests::NumberLoader;
  using SmallNet = Sequential<Conv2D<io_tests::in, Conv2DConfig{.filters = 3, .kernel = 3}>>;
  const TemporaryFolder folder;
  const io_tests::Numbers good(6);
  io_tests::Numbers numbers(8, {1});
  NumberLoader data(good, io_tests::first(6), {.batch = 3});
  NumberLoader validation(numbers, io_tests::first(8), {.batch = 3, .shuffle = false, .cache_bytes = 0});
  SegmentationReportConfig config = config_in(folder.path(), 8);
  for (std::size_t i = 0; i < 8; ++i) config.names.push_back(numbers.name(i));
  validation.start_epoch(0);
  while (validation.next()) {
  }
  SegmentationReport report(config);
  std::vector<std::string> masks(8);  // of the last epoch, by the number that is in the image
  const auto watch = [&](const ValidationBatchEnd& e) {
    for (std::size_t i = 0; i < e.count(); ++i)
      masks.at(static_cast<std::size_t>(e.images[i * SmallNet::in.size()] * 255 + 0.5f)) =
          encode_mask(e.predicted.subspan(i * SmallNet::out.pixels(), SmallNet::out.pixels()), 3);
  };
  const auto spoil = [&](const EpochEnd&) { numbers.bad.insert(4); };
  Parameters<SmallNet> parameters(GlorotUniform{1});
  Adam adam;
  FitConfig fit_config;
  fit_config.epochs = 3;
  fit_config.progress = false;
  fit(parameters, adam, data, validation, fit_config, report, watch, spoil);
  CHECK(positions(report) == std::vector<std::size_t>{0, 2, 3, 5, 6, 7});
  for (const ShownImage& shown : report.run().images) {
    CHECK(shown.name == numbers.name(shown.position));
    CHECK(shown.image.rgb.at(0) == shown.position);
    REQUIRE(shown.masks.size() == 3);
    CHECK(shown.masks.back() == masks[shown.position]);
  }
  CHECK_NOTHROW(report.state());
}

TEST_CASE("the seed chooses which images are shown, the same ones every time") {
  const TemporaryFolder folder;
  const auto chosen = [&](std::uint64_t seed) {
    SegmentationReportConfig config = config_in(folder.path(), 3);
    config.seed = seed;
    SegmentationReport report(config);
    train(report);
    return positions(report);
  };
  CHECK(chosen(1).size() == 3);
  CHECK(chosen(1) == chosen(1));
  CHECK(chosen(1) != chosen(2));
}

TEST_CASE("a report writes its files after every epoch, and its page before the first") {
  const TemporaryFolder folder;
  SegmentationReport report(config_in(folder.path(), 2));
  std::vector<std::ptrdiff_t> files;
  train(report, [&](const EpochBegin&) { files.push_back(folder.entries()); });
  CHECK(files == std::vector<std::ptrdiff_t>{1, 3});
  const std::string csv = read_file(folder.path() / "metrics.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
  CHECK(csv.find("val_iou_class 1") != std::string::npos);
  CHECK(read_image(folder.path() / "curves.png").width > 600);
  CHECK(report.seconds() > 0);
}

TEST_CASE("a second fit with a report begins a new one") {
  const TemporaryFolder folder;
  SegmentationReport report(config_in(folder.path(), 2));
  train(report);
  train(report);
  CHECK(report.run().epochs.size() == 2);
  CHECK(report.run().images.at(0).masks.size() == 2);
}

TEST_CASE("a report of other classes or names than there are is an error that says how many there must be") {
  const TemporaryFolder folder;
  SegmentationReportConfig config = config_in(folder.path(), 2);
  config.classes = numbered_classes(3);
  CHECK_THROWS_WITH(train(SegmentationReport(config)),
                    "a segmentation report: expected the network's 2 classes, found 3");
  config.classes = {};
  config.names = {"one"};
  CHECK_THROWS_WITH(train(SegmentationReport(config)),
                    "a segmentation report: expected names of 7 validation images, found 1");
}

TEST_CASE("a page that cannot be written leaves the page from before, and no other file") {
  const TemporaryFolder folder;
  SegmentationReport report(config_in(folder.path(), 2));
  std::string before;
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const std::string message = io_tests::message_of<FileError>([&] {
    train(report, [&](const EpochEnd&) {
      before = read_file(report.path());
      const rlimit less{before.size(), old_limit.rlim_max};  // the next page is longer; the other files are shorter
      setrlimit(RLIMIT_FSIZE, &less);
    });
  });
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  CHECK(io_tests::contains(message, "report.html: cannot be written: File too large"));
  CHECK(read_file(report.path()) == before);
  CHECK(folder.entries() == 3);
}

TEST_CASE("with a folder for TensorBoard a report writes an event file, with scalars and images") {
  const TemporaryFolder folder;
  SegmentationReportConfig config = config_in(folder.path(), 2);
  config.tensorboard = folder.path() / "events";
  train(SegmentationReport(config));
  const auto file = *std::filesystem::directory_iterator(folder.path() / "events");
  const std::string events = read_file(file.path());
  for (const char* tag : {"loss/train", "loss/validation", "validation/mean_iou", "iou/class 1", "images/image "})
    CHECK(events.find(tag) != std::string::npos);
}

TEST_CASE("the mean IoU of a shown image leaves out the class that the means of fit leave out") {
  const std::vector<std::uint8_t> labels{0, 1, 1, 1}, predicted{0, 1, 1, 0};
  const auto iou = [&](int left_out) {
    ValidationBatchEnd e{1, 1, 1, 1, {1, 4, 1}, {1, 4, 2}, nullptr, 1, labels, predicted, 0, left_out};
    ShownImage shown{};
    shown.truth = {4, 1, {2, 1, 1, 1}};  // 0 is ignored
    detail::add_prediction(shown, e, 0);
    return shown.iou.at(0);
  };
  CHECK(iou(-1) == Approx(1.0 / 3));
  CHECK(iou(0) == Approx(2.0 / 3));
}

TEST_CASE("a report shows the first batch that was trained on, also when it goes on in the first epoch") {
  const TemporaryFolder folder;
  SegmentationReport report(config_in(folder.path(), 3));
  std::string after_first;
  train(report, [&](const BatchEnd& e) {
    if (e.epoch == 1 && e.samples == 4) after_first = report.state();
  });
  const std::vector<TrainedImage>& batch = report.run().first_batch;
  REQUIRE(batch.size() == 3);  // of 4
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::vector<std::uint8_t> truth;  // the ignored label is 0, and shown as one more than there are
    for (std::size_t p = 0; p < 64; ++p) truth.push_back(Random(8).uniform(i * 64 + p) > 0.5f ? 1 : 2);
    CHECK(batch[i].truth.values == truth);
    CHECK(decode_image(batch[i].jpeg, "").width == 8);
  }

  SegmentationReport later(config_in(folder.path(), 3));
  later.restore(after_first, {}, "here");
  REQUIRE(later.run().first_batch.size() == 3);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CHECK(later.run().first_batch[i].truth.values == batch[i].truth.values);
    CHECK(later.run().first_batch[i].jpeg == batch[i].jpeg);
  }
}

TEST_CASE("a report shows what the first process has of a first batch that several have") {
  const TemporaryFolder folder;
  SegmentationReport report(config_in(folder.path(), 3));
  const TrainingState none;
  report.on_fit_begin({1, 1, none});
  const std::vector<float> pixels(8);
  const std::vector<std::uint8_t> labels(8);
  BatchEnd e{1, 1, 6, 12, 0, 0, 0, {2, 2, 1}, {2, 2, 2}, pixels.data(), 1, labels, -1};
  report.on_batch_end(e);  // 2 of 6 images
  CHECK(report.run().first_batch.size() == 2);
  e.samples = 12;
  e.labels = e.labels.first(4);
  report.on_batch_end(e);
  CHECK(report.run().first_batch.size() == 2);
}

}  // namespace segmentation_report_test
