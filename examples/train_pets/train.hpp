#pragma once
// Training with each of the networks, compiled in a file of its own.

#include <unetpp/io/data/dataset.hpp>

#include "options.hpp"
#include "output.hpp"
#include "synthetic.hpp"

namespace train_pets {

/// Each trains on a data set, writes all that a run leaves, and returns the program's exit status.
int train_tutorial(const unetpp::PetDataset& dataset, const Options& options, Output& output);
int train_tutorial(const SyntheticPets& dataset, const Options& options, Output& output);
int train_best(const unetpp::PetDataset& dataset, const Options& options, Output& output);
int train_best(const SyntheticPets& dataset, const Options& options, Output& output);

}  // namespace train_pets
