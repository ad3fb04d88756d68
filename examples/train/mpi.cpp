// Training by the processes that mpirun has started; alone.cpp is in its place in programs without MPI.

#include <unetpp/mpi/processes.hpp>

#include "team.hpp"

std::shared_ptr<const unetpp::Team> training::start_team() {
  return std::make_shared<const unetpp::Team>(unetpp::mpi::team());
}
