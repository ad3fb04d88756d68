#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "unetpp/report/classes.hpp"
#include "unetpp/train/metrics.hpp"

namespace unetpp {

/// A short table in plain text: IoU, Dice, precision and recall of each class, and the means of the first two.
inline std::string class_table(const ConfusionMatrix& confusion, const std::vector<ReportClass>& classes) {
  std::size_t width = 5;
  for (const ReportClass& c : classes) width = std::max(width, c.name.size());
  const auto row = [&](const std::string& name, const char* format, auto... values) {
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, format, values...);
    return name + std::string(width - std::min(width, name.size()), ' ') + numbers + "\n";
  };
  std::string table = row("class", "  %7s  %7s  %9s  %7s", "IoU", "Dice", "precision", "recall");
  for (int c = 0; c < confusion.classes(); ++c)
    table += row(classes.at(static_cast<std::size_t>(c)).name, "  %7.4f  %7.4f  %9.4f  %7.4f", confusion.iou(c),
                 confusion.dice(c), confusion.precision(c), confusion.recall(c));
  return table + row("mean", "  %7.4f  %7.4f", confusion.mean_iou(), confusion.mean_dice());
}

}  // namespace unetpp
