#pragma once
// Training with each of the networks that train_pets always has, compiled in a file of its own.

#include "../train/options.hpp"
#include "../train/output.hpp"
#include "../train/task.hpp"

namespace train_pets {

/// Each trains on photographs or drawn pets, writes all that a run leaves, and returns the program's exit status.
int train_tutorial(const training::Task& task, const training::Options& options, training::Output& output, bool drawn);
int train_best(const training::Task& task, const training::Options& options, training::Output& output, bool drawn);

}  // namespace train_pets
