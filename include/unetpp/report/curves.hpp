#pragma once
// How losses and metrics went, as a picture.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "unetpp/report/classes.hpp"
#include "unetpp/report/plot.hpp"
#include "unetpp/train/callbacks.hpp"

namespace unetpp {

namespace detail {

/// A series of one value an epoch, and how it is drawn.
struct Curve {
  std::string name;
  Rgb colour;
  double width;
  std::vector<double> values;
};

/// Where a pair of axes lies on a plot, and the lowest and the highest value that it shows.
/// Units   top, height: pixels.
struct Axes {
  std::string title;
  int top;
  int height;
  double low;
  double high;
};

/// Room around what axes show, on the right for a legend.
/// Units   pixels.
struct Margins {
  static constexpr int left = 80, right = 210, below = 50, above = 40;
};
inline constexpr Rgb plot_ink{40, 44, 52}, plot_faint{222, 225, 230};

inline int inner_width(const Plot& plot) { return plot.image().width - Margins::left - Margins::right; }
inline double height_of(const Axes& axes, double value) {
  const int inside = axes.height - Margins::above - Margins::below;
  return axes.top + Margins::above + inside * (axes.high - value) / (axes.high - axes.low);
}

/// A pair of axes' title and the lines of five values.
inline void draw_values(Plot& plot, const Axes& axes) {
  plot.text(Margins::left, axes.top + 10, axes.title, plot_ink, 2);
  for (int tick = 0; tick <= 4; ++tick) {
    const double value = axes.low + (axes.high - axes.low) * tick / 4;
    const int y = static_cast<int>(height_of(axes, value));
    char label[32];
    std::snprintf(label, sizeof label, "%.2f", value);
    plot.rectangle(Margins::left, y, inner_width(plot), 1, plot_faint);
    plot.text(Margins::left - 12 - Plot::text_width(label), y - 7, label, plot_ink);
  }
}

/// What stands below axes at a place.
inline void draw_label_below(Plot& plot, const Axes& axes, double x, const std::string& label) {
  plot.text(static_cast<int>(x) - Plot::text_width(label) / 2, axes.top + axes.height - Margins::below + 14, label,
            plot_ink);
}

/// A line with an edge, for colours that are as light as the paper.
inline void draw_curve(Plot& plot, const std::vector<PlotPoint>& points, double width, Rgb colour) {
  plot.line(points, width + 1.6, plot_ink);
  plot.line(points, width, colour);
}

/// A pair of axes with its curves, as wide as the plot; the first epoch is 1.
inline void draw_curves(Plot& plot, const Axes& axes, const std::vector<Curve>& curves) {
  const int left = Margins::left, width = inner_width(plot);
  const std::size_t epochs = curves.front().values.size();
  const auto x_of = [&](std::size_t i) {
    return left + width * (epochs < 2 ? 0.5 : static_cast<double>(i) / static_cast<double>(epochs - 1));
  };

  draw_values(plot, axes);
  const std::size_t step = std::max<std::size_t>(1, (epochs + 9) / 10);
  for (std::size_t i = 0; i < epochs; i += step) draw_label_below(plot, axes, x_of(i), std::to_string(i + 1));
  int legend = axes.top + Margins::above;
  for (const Curve& curve : curves) {
    std::vector<PlotPoint> points;
    for (std::size_t i = 0; i < epochs; ++i) points.push_back({x_of(i), height_of(axes, curve.values[i])});
    draw_curve(plot, points, curve.width, curve.colour);
    plot.rectangle(left + width + 20, legend + 4, 22, 6, curve.colour);
    plot.text(left + width + 50, legend, curve.name, plot_ink);
    legend += 24;
  }
}

}  // namespace detail

/// Training and validation loss above, mean IoU, accuracy and the IoU of each class, of the first 8, below.
/// Errors  ArgumentError without epochs.
inline Image draw_curves(const std::vector<EpochEnd>& epochs, const std::vector<ReportClass>& classes) {
  if (epochs.empty()) throw ArgumentError("draw_curves: expected at least one epoch, found none");
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  const auto series = [&](const std::string& name, Rgb colour, double width, auto value) {
    detail::Curve curve{name, colour, width, {}};
    for (const EpochEnd& e : epochs) curve.values.push_back(value(e));
    return curve;
  };
  const auto validated = [&](const std::string& name, Rgb colour, double width, auto value) {
    return series(name, colour, width,
                  [&](const EpochEnd& e) { return e.validation ? value(*e.validation) : missing; });
  };
  const std::vector<detail::Curve> losses{
      series("training", {86, 180, 233}, 3, [](const EpochEnd& e) { return e.train_loss; }),
      validated("validation", {213, 94, 0}, 3, [](const Evaluation& v) { return v.loss.mean(); })};
  std::vector<detail::Curve> metrics{
      validated("mean IoU", {40, 44, 52}, 4, [](const Evaluation& v) { return v.confusion.mean_iou(); }),
      validated("accuracy", {150, 156, 166}, 2, [](const Evaluation& v) { return v.confusion.accuracy(); })};
  for (std::size_t c = 0; c < std::min<std::size_t>(classes.size(), 8); ++c)  // as many names as there is room for
    metrics.push_back(validated("IoU " + classes[c].name, classes[c].colour, 2,
                                [&](const Evaluation& v) { return v.confusion.iou(static_cast<int>(c)); }));
  double highest = 0;
  for (const detail::Curve& curve : losses)
    for (const double v : curve.values)
      if (v > highest) highest = v;  // false for what is not a number

  Plot plot(880, 660, {255, 255, 255});
  const double loss_end = highest > 0 ? std::ceil(5 * highest) / 5 : 1;
  detail::draw_curves(plot, {.title = "loss by epoch", .top = 10, .height = 320, .low = 0, .high = loss_end}, losses);
  detail::draw_curves(plot, {.title = "validation by epoch", .top = 340, .height = 320, .low = 0, .high = 1}, metrics);
  return plot.image();
}

}  // namespace unetpp
