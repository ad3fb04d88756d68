#include "../networks.hpp"
#include "train.hpp"
#include "training.hpp"

namespace train_pets {

int train_best(const PetDataset& dataset, const Options& options, Output& output) {
  return train<examples::BestNet>(dataset, options, output);
}
int train_best(const SyntheticPets& dataset, const Options& options, Output& output) {
  return train<examples::BestDrawnPetsNet>(dataset, options, output);
}

}  // namespace train_pets
