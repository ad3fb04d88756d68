#pragma once
// What a search for a learning rate found, as a picture.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/report/curves.hpp"
#include "unetpp/report/plot.hpp"
#include "unetpp/train/learning_rate_finder.hpp"

namespace unetpp {

/// The smoothed loss by the learning rate, whose axis is logarithmic, with a line at the suggestion; losses beyond 1.5 times
/// the first are cut off.
/// Errors  ArgumentError without points.
inline Image draw_learning_rates(const LearningRateSearch& search) {
  if (search.points.empty()) throw ArgumentError("draw_learning_rates: expected at least one point, found none");
  const auto loss_order = [](const LearningRatePoint& a, const LearningRatePoint& b) { return a.loss < b.loss; };
  const auto [lowest, highest] = std::minmax_element(search.points.begin(), search.points.end(), loss_order);
  const double low = std::min(0.0, lowest->loss);
  const double high = std::min(highest->loss, std::max(1.5 * search.points.front().loss, 1.1 * lowest->loss));
  const detail::Axes axes{
      .title = "loss by learning rate", .top = 10, .height = 380, .low = low, .high = high > low ? high : low + 1};
  Plot plot(880, 400, {255, 255, 255});
  detail::draw_values(plot, axes);

  const double first = std::floor(std::log10(search.points.front().rate) + 1e-9);
  const double last = std::max(first + 1, std::ceil(std::log10(search.points.back().rate) - 1e-9));
  const auto x_of = [&](double rate) {
    return detail::Margins::left + detail::inner_width(plot) * (std::log10(rate) - first) / (last - first);
  };
  for (int power = static_cast<int>(first); power <= static_cast<int>(last); ++power)
    detail::draw_label_below(plot, axes, x_of(std::pow(10, power)), "1e" + std::to_string(power));
  std::vector<PlotPoint> points;
  for (const LearningRatePoint& p : search.points)
    points.push_back({x_of(p.rate), detail::height_of(axes, std::min(p.loss, axes.high))});
  detail::draw_curve(plot, points, 3, {86, 180, 233});
  if (!std::isfinite(search.suggestion)) return plot.image();

  constexpr Rgb marked{213, 94, 0};
  const double x = x_of(search.suggestion);
  plot.line({{x, detail::height_of(axes, axes.high)}, {x, detail::height_of(axes, axes.low)}}, 2, marked);
  char label[48];
  std::snprintf(label, sizeof label, "suggested %.1e", search.suggestion);
  plot.text(plot.image().width - detail::Margins::right + 20, axes.top + detail::Margins::above, label, marked);
  return plot.image();
}

}  // namespace unetpp
