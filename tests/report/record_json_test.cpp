// A report that goes on from a checkpoint.

#include <algorithm>
#include <functional>
#include <span>
#include <unetpp/report/record_json.hpp>
#include <unetpp/report/segmentation_report.hpp>

#include "catch.hpp"
#include "io/fixtures.hpp"

namespace record_json_test {

using namespace unetpp;
using io_tests::TemporaryFolder;

namespace {

constexpr Shape image{8, 6, 3}, output{8, 6, 2};
constexpr std::size_t images = 3;

SegmentationReport report_in(const TemporaryFolder& folder, std::vector<std::string> names = {"a", "b", "c"}) {
  SegmentationReportConfig config;
  config.folder = folder.path();
  config.names = std::move(names);
  config.images = 2;
  return SegmentationReport(config);
}

/// Tells a report of a validation batch of one image after another; the predictions are other ones every epoch.
void validate(SegmentationReport& report, int epoch, std::size_t count = images, std::vector<std::size_t> bad = {}) {
  std::size_t good = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::find(bad.begin(), bad.end(), i) != bad.end()) continue;
    std::vector<float> pixels(image.size());
    std::vector<std::uint8_t> labels(image.pixels()), predicted(image.pixels());
    for (std::size_t p = 0; p < pixels.size(); ++p) pixels[p] = Random(i).uniform(p);
    for (std::size_t p = 0; p < labels.size(); ++p) {
      labels[p] = pixels[3 * p] > 0.5f;
      predicted[p] = pixels[3 * p] + 0.2f * static_cast<float>(epoch) > 0.7f;
    }
    report.on_validation_batch_end({epoch, 3, ++good, images - bad.size(), image, output, pixels.data(), 3, labels,
                                    predicted, -1, -1, std::span(&i, 1), bad});
  }
}

EpochEnd epoch_end(int epoch) {
  return {epoch, 3, 1.0 / epoch, Evaluation{{3.0 / epoch, 2}, ConfusionMatrix(2, {5, 1, 2, 8})}, 2.5, 30};
}

/// Two epochs, and of the third a part of the validation pass.
std::pair<std::string, std::vector<EpochEnd>> stopped(SegmentationReport report) {
  const TrainingState none;
  report.on_fit_begin({1, 3, none});
  std::vector<EpochEnd> history;
  for (int epoch = 1; epoch <= 2; ++epoch) {
    validate(report, epoch);
    history.push_back(epoch_end(epoch));
    report.on_epoch_end(history.back());
  }
  validate(report, 3, 2);
  return {report.state(), history};
}

nlohmann::json page_of(const SegmentationReport& report) {
  const std::string page = read_file(report.path()), begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a report that goes on has the epochs, images and masks from before, and those to come") {
  const TemporaryFolder folder, other;
  SegmentationReport whole = report_in(folder), resumed = report_in(other);
  const TrainingState none;
  whole.on_fit_begin({1, 3, none});
  for (int epoch = 1; epoch <= 3; ++epoch) {
    validate(whole, epoch);
    whole.on_epoch_end(epoch_end(epoch));
  }
  const auto [text, history] = stopped(report_in(other));
  resumed.restore(text, history, "here");
  resumed.on_fit_begin({3, 3, none});
  CHECK(page_of(resumed).at("epochs").size() == 2);
  CHECK(page_of(resumed).at("images").at(1).at("masks").size() == 2);
  CHECK_FALSE(page_of(resumed).at("finished"));
  validate(resumed, 3);
  resumed.on_epoch_end(epoch_end(3));
  for (const char* key : {"epochs", "images", "classes", "planned", "finished"})
    CHECK(page_of(resumed).at(key) == page_of(whole).at(key));
  for (const char* file : {"metrics.csv", "curves.png"})
    CHECK(read_file(other.path() / file) == read_file(folder.path() / file));
  for (std::size_t i = 0; i < 2; ++i) CHECK(resumed.run().images[i].image.rgb == whole.run().images[i].image.rgb);
}

TEST_CASE("a report goes on without an image that turned bad meanwhile") {
  const TemporaryFolder folder;
  const auto [text, history] = stopped(report_in(folder));
  SegmentationReport resumed = report_in(folder);
  resumed.restore(text, history, "here");
  REQUIRE(resumed.run().images.size() == 2);
  const ShownImage bad = resumed.run().images.front(), kept = resumed.run().images.back();
  const TrainingState none;
  resumed.on_fit_begin({3, 3, none});
  validate(resumed, 3, images, {bad.position});
  resumed.on_epoch_end(epoch_end(3));
  REQUIRE(resumed.run().images.size() == 1);
  const ShownImage& shown = resumed.run().images.front();
  CHECK(shown.name == kept.name);
  CHECK(shown.masks.size() == 3);
  CHECK(shown.truth.values == kept.truth.values);
}

TEST_CASE("a report that goes on behind the last epoch writes its files again") {
  const TemporaryFolder folder, other;
  const auto [text, history] = stopped(report_in(folder));
  SegmentationReport resumed = report_in(other);
  resumed.restore(text, history, "here");
  const TrainingState none;
  resumed.on_fit_begin({3, 2, none});
  CHECK(page_of(resumed).at("finished"));
  CHECK(read_file(other.path() / "metrics.csv") == read_file(folder.path() / "metrics.csv"));
}

TEST_CASE("a report that was not restored begins anew") {
  const TemporaryFolder folder;
  SegmentationReport report = report_in(folder);
  const auto [text, history] = stopped(report_in(folder));
  const TrainingState none;
  report.restore(text, history, "here");
  report.on_fit_begin({3, 3, none});
  CHECK(report.run().epochs.size() == 2);
  report.on_fit_begin({1, 3, none});
  CHECK(report.run().epochs.empty());
}

TEST_CASE("a report refuses another validation set or other shown images than before") {
  const TemporaryFolder folder;
  const auto [text, history] = stopped(report_in(folder));
  SegmentationReport other = report_in(folder, {"a", "x", "y"});
  CHECK_THROWS_AS(other.restore(text, history, "here"), FormatError);
  SegmentationReportConfig config;
  config.folder = folder.path();
  config.images = 3;
  SegmentationReport more(config);
  more.restore(text, history, "here");
  const TrainingState none;
  more.on_fit_begin({3, 3, none});
  CHECK_THROWS_AS(validate(more, 3), ArgumentError);
}

TEST_CASE("a report goes on with images whose names are not UTF-8") {
  const TemporaryFolder folder;
  const std::vector<std::string> names{"caf\xe9", "\xff\xfe", "c"};
  const auto [text, history] = stopped(report_in(folder, names));
  SegmentationReport resumed = report_in(folder, names), other = report_in(folder, {"cafe", "x", "y"});
  resumed.restore(text, history, "here");
  CHECK(resumed.run().images.size() == 2);
  CHECK_THROWS_AS(other.restore(text, history, "here"), FormatError);
}

TEST_CASE("a report goes on with as many and as large images as it was written with") {
  const Image grey{2048, 2048, std::vector<std::uint8_t>(std::size_t{3} * 2048 * 2048, 127)};
  const Mask truth{2048, 2048, std::vector<std::uint8_t>(std::size_t{1} * 2048 * 2048, 1)};
  RunRecord run{numbered_classes(2), 1, {epoch_end(1)}, {}}, back = run;
  const ShownImage shown{0, "grey", {}, encode_jpeg(grey), truth, {}, {encode_mask(truth.values, 2)}, {1.0}};
  run.images.assign(13, shown);
  const std::string text = to_text(run);
  parse_record(text, "here", back);
  CHECK(to_text(back) == text);
}

TEST_CASE("a report's small text gets no memory for a large image") {
  std::string huge = encode_jpeg(Image{8, 8, std::vector<std::uint8_t>(192, 127)});
  const std::size_t size_at = huge.find("\xff\xc0") + 5;  // height and width in the frame's header
  huge.replace(size_at, 4, "\x07\xd0\x07\xd0");
  const Mask truth{8, 8, std::vector<std::uint8_t>(64, 1)};
  RunRecord run{numbered_classes(2), 1, {epoch_end(1)}, {}}, back = run;
  run.images = {{0, "huge", {}, huge, truth, {}, {encode_mask(truth.values, 2)}, {1.0}}};
  const std::string message = io_tests::message_of<FormatError>([&] { parse_record(to_text(run), "here", back); });
  INFO(message);
  CHECK(io_tests::contains(message, "here: images: jpeg: expected at most "));
  CHECK(io_tests::contains(message, "found 2000x2000"));
}

TEST_CASE("each value of a report's text is checked, and nothing is taken of a wrong one") {
  const TemporaryFolder folder;
  const auto before = stopped(report_in(folder));  // clang 14 cannot capture structured bindings
  struct Fault {
    const char* says;
    std::function<void(nlohmann::json&)> edit;
  };
  const Fault faults[] = {
      {"images: expected a list", [](auto& j) { j["images"] = 1; }},
      {"images: expected an object with width", [](auto& j) { j["images"][0] = 1; }},
      {"images: width: expected an integer from 1", [](auto& j) { j["images"][0]["width"] = 0; }},
      {"images: width: expected fewer pixels",
       [](auto& j) { j["images"][0]["width"] = j["images"][0]["height"] = 30000; }},
      {"images: jpeg: expected base64", [](auto& j) { j["images"][0]["jpeg"] = "<script>"; }},
      {"images: jpeg: expected a JPEG", [](auto& j) { j["images"][0]["jpeg"] = "Zm9v"; }},
      {"images: truth: expected a mask of 6x8 pixels", [](auto& j) { j["images"][0]["truth"] = "Zm9v"; }},
      {"images: masks: expected a list of 2", [](auto& j) { j["images"][1]["masks"].push_back(""); }},
      {"images: masks: expected masks of 6x8 pixels", [](auto& j) { j["images"][1]["masks"][0] = 5; }},
      {"images: iou: expected a number", [](auto& j) { j["images"][1]["iou"][0] = "0.5"; }},
      {"expected validation images that are there", [](auto& j) { j["images"][1]["position"] = 9; }},
      {"started: expected an integer", [](auto& j) { j["started"] = -5; }},
      {"report_seconds: expected a number", [](auto& j) { j["report_seconds"] = "long"; }},
  };
  for (const Fault& fault : faults) {
    nlohmann::json json = nlohmann::json::parse(before.first);
    fault.edit(json);
    SegmentationReport report = report_in(folder);
    const std::string message =
        io_tests::message_of<FormatError>([&] { report.restore(json.dump(), before.second, "here"); });
    INFO(message);
    CHECK(io_tests::contains(message, "here: "));
    CHECK(io_tests::contains(message, fault.says));
    CHECK(report.run().epochs.empty());
  }
}

}  // namespace record_json_test
