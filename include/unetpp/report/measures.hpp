#pragma once
// The numbers of an epoch, by the names that they have in files.

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

#include "unetpp/io/files/csv.hpp"
#include "unetpp/report/classes.hpp"
#include "unetpp/train/callbacks.hpp"

namespace unetpp {

struct Measure {
  std::string column;  // of metrics.csv
  std::string tag;     // in TensorBoard
  double value;        // not a number where a class never occurs
  bool exact = false;  // written with all its digits: six decimals hold none of small numbers
};

/// All numbers of an epoch but the confusion matrix; those of validation only if there was one.
inline std::vector<Measure> measures(const EpochEnd& e, const std::vector<ReportClass>& classes) {
  std::vector<Measure> all{{"train_loss", "loss/train", e.train_loss}};
  if (e.validation) {
    const ConfusionMatrix& m = e.validation->confusion;
    const auto of_classes = [&](const std::string& name, double (ConfusionMatrix::*of_class)(int) const) {
      for (int c = 0; c < m.classes(); ++c) {
        const std::string& class_name = classes.at(static_cast<std::size_t>(c)).name;
        all.push_back({"val_" + name + "_" + class_name, name + "/" + class_name, (m.*of_class)(c)});
      }
    };
    all.push_back({"val_loss", "loss/validation", e.validation->loss.mean()});
    all.push_back({"val_accuracy", "validation/accuracy", m.accuracy()});
    all.push_back({"val_mean_iou", "validation/mean_iou", m.mean_iou()});
    of_classes("iou", &ConfusionMatrix::iou);
    all.push_back({"val_mean_dice", "validation/mean_dice", m.mean_dice()});
    of_classes("dice", &ConfusionMatrix::dice);
    of_classes("precision", &ConfusionMatrix::precision);
    of_classes("recall", &ConfusionMatrix::recall);
  }
  all.push_back({"learning_rate", "training/learning_rate", e.learning_rate, true});
  all.push_back({"seconds", "speed/seconds", e.seconds});
  all.push_back({"images_per_second", "speed/images_per_second", e.images_per_second});
  return all;
}

namespace detail {

/// A number with six decimals, or all its digits. std::to_chars knows no locale, whose decimal comma would begin a column.
inline std::string csv_number(const Measure& m) {
  char number[64];
  const auto [end, error] = m.exact
                                ? std::to_chars(number, number + sizeof number, m.value)
                                : std::to_chars(number, number + sizeof number, m.value, std::chars_format::fixed, 6);
  return {number, error == std::errc{} ? end : number};
}

}  // namespace detail

/// metrics.csv: a line of names, then a line for each epoch.
inline std::string metrics_csv(const std::vector<EpochEnd>& epochs, const std::vector<ReportClass>& classes) {
  std::string text;
  for (const EpochEnd& e : epochs) {
    const std::vector<Measure> all = measures(e, classes);
    if (text.empty()) {
      text = "epoch";
      for (const Measure& m : all) text.append(",").append(detail::csv_field(m.column));
      text += "\n";
    }
    text += std::to_string(e.epoch);
    for (const Measure& m : all) text.append(",").append(detail::csv_number(m));
    text += "\n";
  }
  return text;
}

}  // namespace unetpp
