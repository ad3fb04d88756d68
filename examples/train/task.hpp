#pragma once
// What there is to learn.

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unetpp/io/data/any_dataset.hpp>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/image/pixels.hpp>
#include <unetpp/report/classes.hpp>
#include <unetpp/report/shown_channels.hpp>
#include <vector>

namespace training {

/// Samples, and what a run must know of them.
struct Task {
  std::string program;  ///< that trains: messages begin with it
  std::string data;     ///< what the data set is called
  unetpp::AnyDataset dataset;
  std::vector<unetpp::ReportClass> classes;
  nlohmann::ordered_json settings;  ///< which data these are; the run's own come behind them
  std::string more_pairs;           ///< how there come to be two pairs, where there are fewer
  std::function<std::string(const unetpp::Mask&)>
      encode_mask;                       ///< the bytes of masks/NAME.png for the classes of pixels
  std::optional<unetpp::Split> split{};  ///< none: shuffled, and the last --validation held out
  int ignore_label = -1;                 ///< of pixels that do not count; -1: all count
  unetpp::ShownChannels shown{};         ///< of the images, in the report and in pictures
};

}  // namespace training
