#include "../networks.hpp"
#include "train.hpp"
#include "training.hpp"

namespace train_pets {

int train_tutorial(const PetDataset& dataset, const Options& options, Output& output) {
  return train<UNet<>>(dataset, options, output);
}
int train_tutorial(const SyntheticPets& dataset, const Options& options, Output& output) {
  return train<examples::DrawnPetsNet>(dataset, options, output);
}

}  // namespace train_pets
