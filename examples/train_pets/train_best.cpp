#include "../networks.hpp"
#include "../train/training.hpp"
#include "networks.hpp"

int train_pets::train_best(const training::Task& task, const training::Options& options, training::Output& output,
                           bool drawn) {
  return drawn ? training::train_network<examples::BestDrawnPetsNet>(task, options, output)
               : training::train_network<examples::BestNet>(task, options, output);
}
