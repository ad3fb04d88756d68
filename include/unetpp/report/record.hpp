#pragma once
// What a report remembers of a run.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/report/classes.hpp"
#include "unetpp/report/mask_code.hpp"
#include "unetpp/report/picture.hpp"
#include "unetpp/report/shown_channels.hpp"
#include "unetpp/train/callbacks.hpp"

namespace unetpp {

/// An image of the validation set that is shown, with its predicted mask after each epoch.
struct ShownImage {
  std::size_t position;            // in the order of the validation pass
  std::string name;                // as it is shown
  Image image;                     // as the network sees it
  std::string jpeg;                // the same as the bytes of a file
  Mask truth;                      // ignored pixels hold the number of classes
  Mask prediction;                 // of the last epoch
  std::vector<std::string> masks;  // the predicted mask of each epoch, by encode_mask
  std::vector<double> iou;         // mean over the classes that occur, each epoch
};

/// An image of the first batch, as the network was trained on it.
struct TrainedImage {
  std::string jpeg;  // the bytes of a file
  Mask truth;        // ignored pixels hold the number of classes
};

struct RunRecord {
  std::vector<ReportClass> classes;
  int planned = 0;  // epochs
  std::vector<EpochEnd> epochs;
  std::vector<ShownImage> images;
  std::int64_t started = 0;  // seconds since 1970
  std::vector<TrainedImage> first_batch = {};
  double report_seconds = 0;  // that the report took before training went on

  bool finished() const { return !epochs.empty() && epochs.back().epoch == planned; }
};

namespace detail {

/// Gives a run's classes names if they have none.
/// Errors  ArgumentError for more than 255 classes, and for another number than there are names.
inline void name_classes(RunRecord& run, int count) {
  const auto classes = static_cast<std::size_t>(count);
  if (classes > 255)
    throw ArgumentError("a segmentation report: expected at most 255 classes, found " + std::to_string(classes));
  if (run.classes.empty()) run.classes = numbered_classes(classes);
  if (run.classes.size() != classes)
    throw ArgumentError("a segmentation report: expected the network's " + std::to_string(classes) +
                        " classes, found " + std::to_string(run.classes.size()));
}

/// Image i of a batch as a picture, from values that were scaled so.
/// Errors  ArgumentError for shown channels, or a scaling, that the images do not have.
template <class Batch>
Image image_of(const Batch& batch, std::size_t i, const ShownChannels& shown, const ChannelScaling& scaling) {
  const auto [height, width, channels] = batch.image;
  require_scaling(scaling, channels, "a segmentation report");
  const std::size_t first = i * batch.image.pixels();
  return shown_image({width, height, {}}, channels, shown, [&](std::size_t pixel, int channel) {
    const auto c = static_cast<std::size_t>(channel);
    const float value = batch.images[(first + pixel) * batch.pixel_stride + c];
    return scaling.empty() ? value : value * scaling.deviation[c] + scaling.mean[c];
  });
}

/// The true mask of image i of a batch; ignored pixels hold the number of classes.
template <class Batch>
Mask truth_of(const Batch& batch, std::size_t i) {
  const std::size_t pixels = batch.output.pixels();
  const auto labels = batch.labels.subspan(i * pixels, pixels);
  Mask truth{batch.output.width, batch.output.height, {labels.begin(), labels.end()}};
  std::replace(truth.values.begin(), truth.values.end(), static_cast<std::uint8_t>(batch.ignore_label),
               static_cast<std::uint8_t>(batch.ignore_label < 0 ? batch.ignore_label : batch.output.channels));
  return truth;
}

/// Image i of a batch as it is shown before there is a prediction.
inline ShownImage shown_without_prediction(const ValidationBatchEnd& batch, std::size_t i, std::size_t position,
                                           std::string name, Image image) {
  std::string jpeg = encode_jpeg(image);
  return {position, std::move(name), std::move(image), std::move(jpeg), truth_of(batch, i), {}, {}, {}};
}

/// Adds the prediction of image i of a batch.
/// Errors  ArgumentError when the image is of another size.
inline void add_prediction(ShownImage& shown, const ValidationBatchEnd& batch, std::size_t i) {
  const std::size_t pixels = batch.output.pixels();
  const auto predicted = batch.predicted.subspan(i * pixels, pixels);
  const int classes = batch.output.channels;
  ConfusionMatrix confusion(classes);
  confusion.leave_out(batch.class_left_out);
  confusion.add(shown.truth.values, predicted, classes);
  shown.prediction = {batch.output.width, batch.output.height, {predicted.begin(), predicted.end()}};
  shown.masks.push_back(encode_mask(predicted, static_cast<std::size_t>(classes)));
  shown.iou.push_back(confusion.mean_iou());
}

}  // namespace detail

}  // namespace unetpp
