// Training as one's own program has it. together.cpp is this program with three lines more, for any number of processes.

#include <cstdio>
#include <exception>
#include <unetpp/train/moving_average.hpp>
#include <unetpp/unet.hpp>

#include "drawn.hpp"

int main(int, char** argv) try {
  unetpp::FitConfig config{.epochs = 2, .shards = 4, .bucket_bytes = 10'000, .progress = false};
  auto train = drawn(29, true), validation = drawn(9, false);
  unetpp::Parameters<Net> parameters(unetpp::HeNormal{1});
  unetpp::MovingAverage optimizer{unetpp::Adam{}};
  const unetpp::TrainingState state = unetpp::fit(parameters, optimizer, train, validation, config);
  save(argv[1], parameters, optimizer, state);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
