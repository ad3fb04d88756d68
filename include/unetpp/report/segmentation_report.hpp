#pragma once
// See what the model sees: a callback of `fit` that writes an interactive page while training goes on.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/io/image/resize.hpp"
#include "unetpp/report/curves.hpp"
#include "unetpp/report/html.hpp"
#include "unetpp/report/measures.hpp"
#include "unetpp/report/record_json.hpp"
#include "unetpp/report/shown_channels.hpp"
#include "unetpp/report/tensorboard.hpp"

namespace unetpp {

struct SegmentationReportConfig {
  std::filesystem::path folder = ".";  ///< of report.html, metrics.csv and curves.png; is made if it is not there
  std::string title = "unetpp";        ///< of the page
  std::vector<ReportClass> classes{};  ///< one for each of the network's; none: numbered_classes
  std::vector<std::string> names{};    ///< of the validation images as the loader was given them; none: numbers
  std::size_t images =
      16;  ///< of these that are shown, and of the first batch, at most; 16 of 15 epochs make a page of 0.5 MB
  std::uint64_t seed = 0;               ///< chooses which
  ShownChannels shown{};                ///< of the images
  ChannelScaling scaling{};             ///< as LoaderConfig's, so that it is undone where images are shown
  nlohmann::ordered_json settings{};    ///< an object of what is worth knowing of the run; none: nothing is shown
  std::string network{};                ///< summary<Net>(); empty: nothing is shown
  std::filesystem::path tensorboard{};  ///< a folder for event files; empty: no such files
};

/// Writes report.html, metrics.csv and curves.png into a folder after every epoch, each whole or not at all; a page
/// that waits for the first epoch when training begins. To be given to `fit`; a second `fit` begins a new report,
/// unless it goes on from a checkpoint and the report does so, too. An image that is skipped later is no longer shown.
/// Units   images in [0, 1], before they are scaled; what is outside is shown as the nearer end, unless it is stretched.
/// Errors  FileError when a file cannot be written; ArgumentError when the number of classes (at most 255) or names is
///         not the network's or the validation set's.
class SegmentationReport {
 public:
  explicit SegmentationReport(SegmentationReportConfig config) : config_(std::move(config)) {
    run_.classes = config_.classes;
    std::error_code error;
    if (!config_.folder.empty()) std::filesystem::create_directories(config_.folder, error);
    if (error) throw FileError(config_.folder.string() + ": cannot be made: " + error.message());
  }

  std::filesystem::path path() const { return config_.folder / "report.html"; }
  /// The time that recording and writing took so far.
  /// Units   seconds.
  double seconds() const { return seconds_; }
  /// The same as a share of the time since training began.
  double share() const { return seconds_ / since(began_); }
  const RunRecord& run() const { return run_; }

  /// What the report knows of the epochs that are over beside their numbers, as text for a checkpoint.
  std::string state() const {
    RunRecord run = run_;
    run.report_seconds += seconds_;
    return to_text(run);
  }
  /// Makes the next `fit` go on with this report: `text` is its state() after these epochs.
  /// Errors  FormatError, which begins with `where`, unless it is of these epochs and of the validation images there are.
  void restore(std::string_view text, const std::vector<EpochEnd>& epochs, const std::string& where) {
    RunRecord run{config_.classes, 0, epochs, {}};
    if (!epochs.empty() && epochs.front().validation)
      detail::name_classes(run, epochs.front().validation->confusion.classes());
    parse_record(text, where, run);
    for (const ShownImage& shown : run.images)
      if (!config_.names.empty() &&
          (shown.position >= config_.names.size() || to_utf8(shown.name) != to_utf8(config_.names[shown.position])))
        throw FormatError(where + ": expected validation images that are there, found " +
                          detail::printable(shown.name));
    run_ = std::move(run);
    restored_ = true;
  }

  void on_fit_begin(const FitBegin& e) {
    if (!std::exchange(restored_, false)) run_ = {config_.classes, 0, {}, {}, unix_time()};
    run_.planned = e.epochs;
    begins_ = e.start.steps == 0;
    ended_early_ = false;
    shown_.reset();
    if (!config_.tensorboard.empty()) events_.emplace(config_.tensorboard, e.epoch);
    seconds_ = 0;
    began_ = Clock::now();
    measured([&] {
      if (!run_.epochs.empty()) write_curves();
      write_page();
    });
  }

  void on_batch_end(const BatchEnd& e) {
    if (!std::exchange(begins_, false) || config_.images == 0) return;
    measured([&] {
      detail::name_classes(run_, e.output.channels);
      run_.first_batch.clear();
      for (std::size_t i = 0; i < std::min(e.count(), config_.images); ++i)
        run_.first_batch.push_back({encode_jpeg(image_of(e, i)), detail::truth_of(e, i)});
    });
  }

  void on_validation_batch_end(const ValidationBatchEnd& e) {
    measured([&] {
      if (!shown_) choose(e);
      for (std::size_t i = 0; i < e.count(); ++i) {
        const std::size_t position = e.positions.empty() ? e.samples - e.count() + i : e.positions[i];
        if (std::binary_search(shown_->begin(), shown_->end(), position)) record(e, i, position);
      }
    });
  }

  void on_epoch_end(const EpochEnd& e) {
    measured([&] {
      run_.epochs.push_back(e);
      if (e.validation) detail::name_classes(run_, e.validation->confusion.classes());
      if (e.validation)
        std::erase_if(run_.images, [&](const ShownImage& shown) { return shown.masks.size() < run_.epochs.size(); });
      write_curves();
      if (events_) write_events(e);
      write_page();
    });
  }

  void on_fit_end(const FitEnd&) {
    if (run_.finished()) return;
    ended_early_ = true;
    measured([&] { write_page(); });
  }

 private:
  using Clock = std::chrono::steady_clock;
#ifdef __clang__
  static constexpr const char* compiler = __VERSION__;
#else
  static constexpr const char* compiler = "gcc " __VERSION__;
#endif

  static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
  static std::int64_t unix_time() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  template <class Work>
  void measured(const Work& work) {
    const Clock::time_point start = Clock::now();
    work();
    seconds_ += since(start);
  }

  /// Before the first batch of the first pass: which images are shown.
  void choose(const ValidationBatchEnd& e) {
    detail::name_classes(run_, e.output.channels);
    const std::size_t given = e.all_samples + e.skipped.size();
    if (!config_.names.empty() && config_.names.size() != given)
      throw ArgumentError("a segmentation report: expected names of " + std::to_string(given) +
                          " validation images, found " + std::to_string(config_.names.size()));
    const auto is_skipped = [&](std::size_t position) {
      return std::find(e.skipped.begin(), e.skipped.end(), position) != e.skipped.end();
    };
    shown_ = permutation(given, Random(config_.seed, random_stream(RandomUse::report)));
    std::erase_if(*shown_, is_skipped);
    shown_->resize(std::min(config_.images, shown_->size()));
    if (!run_.epochs.empty()) {  // those from before are shown on, but for skipped ones
      std::erase_if(run_.images, [&](const ShownImage& shown) { return is_skipped(shown.position); });
      keep_shown(*shown_, e.skipped.size());
    }
    std::sort(shown_->begin(), shown_->end());
  }

  /// Leaves of the images that a new report would show those that this one shows.
  /// Errors  ArgumentError when it shows others, or when more than the skipped ones are missing.
  void keep_shown(std::vector<std::size_t>& chosen, std::size_t skipped) const {
    const std::size_t wanted = chosen.size();
    std::erase_if(chosen, [&](std::size_t position) {
      return std::none_of(run_.images.begin(), run_.images.end(),
                          [&](const ShownImage& shown) { return shown.position == position; });
    });
    const bool same_names = std::all_of(run_.images.begin(), run_.images.end(), [&](const ShownImage& shown) {
      return config_.names.empty() || to_utf8(config_.names.at(shown.position)) == shown.name;
    });
    if (chosen.size() != run_.images.size() || wanted > chosen.size() + skipped || !same_names)
      throw ArgumentError(
          "a segmentation report that goes on: expected the validation images and settings from before");
  }

  template <class Batch>
  Image image_of(const Batch& e, std::size_t i) const {
    return detail::image_of(e, i, config_.shown, config_.scaling);
  }

  void record(const ValidationBatchEnd& e, std::size_t i, std::size_t position) {
    const auto known = std::find_if(run_.images.begin(), run_.images.end(),
                                    [&](const ShownImage& shown) { return shown.position == position; });
    if (known != run_.images.end()) {
      if (known->prediction.values.empty()) known->image = image_of(e, i);  // of a checkpoint: only its JPEG
      return detail::add_prediction(*known, e, i);
    }
    const std::string name = config_.names.empty() ? "image " + std::to_string(position + 1) : config_.names[position];
    run_.images.push_back(detail::shown_without_prediction(e, i, position, name, image_of(e, i)));
    detail::add_prediction(run_.images.back(), e, i);
  }

  void write_curves() const {
    write_file(config_.folder / "metrics.csv", metrics_csv(run_.epochs, run_.classes), false);
    write_file(config_.folder / "curves.png", encode_png(draw_curves(run_.epochs, run_.classes)), false);
  }

  void write_events(const EpochEnd& e) const {
    TensorBoardStep step;
    for (const Measure& m : measures(e, run_.classes)) step.scalar(m.tag, m.value);
    std::vector<Rgb> palette;
    for (const ReportClass& c : run_.classes) palette.push_back(c.colour);
    for (const ShownImage& shown : run_.images) {
      const Image image = resize_bilinear(shown.image, shown.truth.height, shown.truth.width);
      const Image side_by_side = picture(image, shown.truth, shown.prediction, palette);
      step.image("images/" + shown.name, side_by_side.width, side_by_side.height, encode_png(side_by_side));
    }
    events_->write(e.epoch, step);
  }

  void write_page() const {
    nlohmann::ordered_json data = report_data(run_);
    data["ended_early"] = ended_early_;
    data["title"] = config_.title;
    data["settings"] = config_.settings;
    data["network"] = config_.network;
    data["versions"] = {{"unetpp", version}, {"compiler", compiler}};
    data["started"] = run_.started;
    data["written"] = unix_time();
    data["report_seconds"] = detail::rounded(run_.report_seconds + seconds_);
    const bool last = run_.finished() || ended_early_;
    write_file(path(), html_page(data), last);  // waits for the disk only then
  }

  SegmentationReportConfig config_;
  RunRecord run_;
  std::optional<std::vector<std::size_t>> shown_;  // positions in the validation pass, in order
  std::optional<TensorBoardFile> events_;
  double seconds_ = 0;
  Clock::time_point began_ = Clock::now();
  bool restored_ = false;
  bool begins_ = false;  // whether the next batch is the first of all
  bool ended_early_ = false;
};

}  // namespace unetpp
