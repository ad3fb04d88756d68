#pragma once
// Images through the program: decoded, predicted, written.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <unetpp/io/image/pixels.hpp>
#include <unetpp/io/image/read_raster.hpp>
#include <unetpp/report/classes.hpp>
#include <unetpp/train/status_line.hpp>
#include <utility>
#include <vector>

#include "../in_parallel.hpp"
#include "../messages.hpp"
#include "inputs.hpp"
#include "masks.hpp"
#include "options.hpp"
#include "output.hpp"
#include "prediction.hpp"
#include "truth.hpp"

namespace predict {

/// Predicts images batch by batch and writes what comes of it.
class Run {
 public:
  Run(const Options& options, const std::vector<unetpp::ReportClass>& classes, Inputs inputs, const Output& output)
      : options_(options), classes_(classes.size()), inputs_(std::move(inputs)), output_(output) {
    for (const unetpp::ReportClass& c : classes) colours_.push_back(c.colour);
    if (!options.metrics.empty())
      truth_.emplace(options.metrics, static_cast<int>(classes.size()), options.limit.pixels());
  }

  /// Errors  That of the first image that cannot be used, if --strict; FileError when a result cannot be written.
  void operator()(Masks& masks) {
    watch_ = {};
    for (std::size_t first = 0; first < inputs_.images.size(); first += masks.batch()) {
      const std::size_t count = std::min(masks.batch(), inputs_.images.size() - first);
      std::vector<unetpp::Raster> images = load({inputs_.images.data() + first, count}, masks.channels());
      if (images.empty()) continue;
      const std::vector<unetpp::Mask> predicted = masks(images);
      write(images, predicted);
      show("");
    }
    seconds_ = watch_.seconds();
    line_.clear();
  }

  /// The line that shows how far it is; `part` is what goes on within the image.
  void show(const std::string& part) {
    if (!line_.due()) return;
    const std::size_t done = predictions_.size(), all = inputs_.images.size();
    char line[96];
    std::snprintf(line, sizeof line, "%s %zu/%zu images  %.1f s", unetpp::progress_bar(done, all).c_str(), done, all,
                  watch_.seconds());
    line_.draw(line + part);
  }

  const std::vector<Prediction>& predictions() const { return predictions_; }
  /// Of the images predicted, if there is something to compare them with.
  const unetpp::ConfusionMatrix* confusion() const { return truth_ && good_ > 0 ? &truth_->confusion() : nullptr; }
  std::size_t skipped() const { return predictions_.size() - good_; }
  std::size_t good() const { return good_; }
  double seconds() const { return seconds_; }

 private:
  /// Decodes images, and their true masks if wanted; skipped ones are named.
  std::vector<unetpp::Raster> load(std::span<const Input> inputs, int channels) {
    std::vector<unetpp::Raster> images(inputs.size()), good_images;
    std::vector<unetpp::Mask> truths(inputs.size());
    truths_.clear();
    const auto errors = examples::in_parallel(inputs.size(), [&](std::size_t i) {
      images[i] = unetpp::read_raster(inputs[i].file, channels, options_.limit.pixels());
      if (truth_) truths[i] = truth_->load(inputs[i], images[i]);
    });
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      predictions_.push_back({.file = inputs[i].file.string(), .name = inputs[i].name});
      try {
        if (errors[i]) std::rethrow_exception(errors[i]);
        if (const std::string& doubt = images[i].doubt; !doubt.empty()) {
          if (options_.strict) throw unetpp::FormatError(doubt);
          line_.clear();
          examples::warn("predict", doubt);
        }
        good_images.push_back(std::move(images[i]));
        truths_.push_back(std::move(truths[i]));
      } catch (const unetpp::Error& error) {
        if (options_.strict) throw;
        predictions_.back().error = error.what();
        line_.clear();
        examples::warn("predict", error.what() + std::string("; skipped"));
      }
    }
    return good_images;
  }

  /// Writes the results of the last predictions without an error.
  void write(const std::vector<unetpp::Raster>& images, const std::vector<unetpp::Mask>& masks) {
    std::vector<Prediction*> written;
    for (auto p = predictions_.rbegin(); written.size() < images.size(); ++p)
      if (p->good()) written.insert(written.begin(), &*p);
    examples::rethrow_first(examples::in_parallel(2 * images.size(), [&](std::size_t k) {
      const std::size_t i = k / 2;
      if (k % 2 == 0) {
        output_.write_overlay(written[i]->name, images[i], masks[i], colours_, {options_.shown});
      } else {
        written[i]->count(masks[i], classes_);
        output_.write_mask(written[i]->name, masks[i]);
      }
    }));
    if (truth_)
      for (std::size_t i = 0; i < masks.size(); ++i) truth_->add(truths_[i], masks[i]);
    good_ += images.size();
  }

  const Options& options_;
  std::size_t classes_;
  std::vector<unetpp::Rgb> colours_;
  Inputs inputs_;
  const Output& output_;
  std::optional<Truth> truth_;
  std::vector<unetpp::Mask> truths_;  // of the images loaded last
  std::vector<Prediction> predictions_;
  std::size_t good_ = 0;
  unetpp::StatusLine line_;
  Stopwatch watch_;
  double seconds_ = 0;
};

}  // namespace predict
