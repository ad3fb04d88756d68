// alone.cpp with three lines more: any number of processes train together, and the first one saves.

#include <cstdio>
#include <exception>
#include <unetpp/mpi/processes.hpp>
#include <unetpp/train/moving_average.hpp>
#include <unetpp/unet.hpp>

#include "drawn.hpp"

int main(int, char** argv) try {
  unetpp::FitConfig config{.epochs = 2, .shards = 4, .bucket_bytes = 10'000, .progress = false};
  config.team = unetpp::mpi::team();
  auto train = drawn(29, true), validation = drawn(9, false);
  unetpp::Parameters<Net> parameters(unetpp::HeNormal{1});
  unetpp::MovingAverage optimizer{unetpp::Adam{}};
  const unetpp::TrainingState state = unetpp::fit(parameters, optimizer, train, validation, config);
  if (config.team.rank > 0) return 0;
  save(argv[1], parameters, optimizer, state);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
