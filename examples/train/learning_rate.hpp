#pragma once
// --find-learning-rate.

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <unetpp/io/files/file.hpp>
#include <unetpp/report/learning_rate_picture.hpp>
#include <unetpp/train/learning_rate_finder.hpp>
#include <unetpp/unet.hpp>

#include "../messages.hpp"
#include "ingredients.hpp"
#include "options.hpp"
#include "output.hpp"

namespace training {

/// Tries learning rates and writes their picture. Returns the program's exit status.
template <Layer Net>
int search_learning_rate(const Parameters<Net>& parameters, auto& training, const FitConfig& config,
                         const Options& options, const Output& output) {
  const LearningRateSearch search =
      find_learning_rate(parameters, make_optimizer<Net>(options.recipe), training, config);
  const std::filesystem::path picture = output.folder() / "learning_rate.png";
  write_file(picture, encode_png(draw_learning_rates(search)));
  std::printf("%zu learning rates from %.1e to %.1e, in %s; ", search.points.size(), search.points.front().rate,
              search.points.back().rate, examples::one_line(picture.string()).c_str());
  if (std::isfinite(search.suggestion))
    std::printf("the loss falls the steepest at --learning-rate %.1e\n", search.suggestion);
  else
    std::printf("the loss falls nowhere\n");
  return 0;
}

}  // namespace training
