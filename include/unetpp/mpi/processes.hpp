#pragma once
// The processes that mpirun has started: their beginning, and their end.

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/mpi/tree_sum.hpp"
#include "unetpp/train/team.hpp"

namespace unetpp::mpi {

/// MPI, from its beginning to its end; one in a program. The thread that makes it, which is that of `fit`, communicates, and
/// with MPI_THREAD_SERIALIZED one more in turns with it, so that gradients are sent while it computes. Without,
/// MPI_THREAD_FUNNELED is enough: then gradients go on between layers only. The network's own threads never communicate.
///
/// A process that ends without having ended this, or while an exception leaves it, ends all: the others would wait for it
/// for ever. It does so when it exits, so that main can say what happened before.
/// Errors  ArgumentError where MPI is in use already or lacks MPI_THREAD_FUNNELED, and on all processes where they are not
///         of one and the same program.
class Processes {
 public:
  Processes() {
    int initialized = 0, threads = 0;
    MPI_Initialized(&initialized);
    if (initialized) throw ArgumentError("unetpp: MPI: expected a program that has not begun it, found it in use");
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &threads);
    std::atexit(end_all_unless_finalized);
    if (threads < MPI_THREAD_FUNNELED)
      throw ArgumentError("unetpp: MPI: expected one with MPI_THREAD_FUNNELED, found one without threads");
    MPI_Comm_dup(MPI_COMM_WORLD, &communicator_);
    sum_.emplace(communicator_, threads >= MPI_THREAD_SERIALIZED);
    detail::require_same(team(), "program", checksum_of_program());
  }
  ~Processes() {
    if (std::uncaught_exceptions() > exceptions_) return;
    MPI_Barrier(communicator_);  // here mpirun sees one that dies, and not in MPI_Finalize
    MPI_Comm_free(&communicator_);
    MPI_Finalize();
  }
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  /// For FitConfig::team; for as long as this is there.
  Team team() {
    return {.rank = sum_->rank(),
            .size = sum_->size(),
            .sum = [this](std::span<double> values) { (*sum_)(values); },
            .sum_gradients = [this](std::span<float> values) { (*sum_)(values); },
            .begin_sum = [this](std::span<float> values) { sum_->begin(values); },
            .end_sums = [this] { sum_->end(); },
            .gather = [this](std::span<const std::uint8_t> own, std::span<std::uint8_t> all) { gather(own, all); }};
  }

  /// Bytes that this process has sent.
  std::size_t bytes_sent() const { return sum_->bytes_sent(); }

 private:
  static void end_all_unless_finalized() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    std::fflush(nullptr);
    if (!finalized) MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  }

  /// 0 where the system does not say which file the program is.
  static std::uint64_t checksum_of_program() {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    std::vector<char> block(1 << 20);
    std::uint64_t sum = 0;
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0)
      sum = detail::checksum(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(file.gcount()))), sum);
    return sum;
  }

  /// Errors  ArgumentError, on the first process, for other numbers of bytes than there is room for.
  void gather(std::span<const std::uint8_t> own, std::span<std::uint8_t> all) {
    const int count = static_cast<int>(own.size()), processes = sum_->size();
    std::vector<int> counts(static_cast<std::size_t>(processes)), first(counts.size());
    MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, communicator_);
    std::exclusive_scan(counts.begin(), counts.end(), first.begin(), 0);
    const std::size_t found = static_cast<std::size_t>(first.back()) + static_cast<std::size_t>(counts.back());
    if (sum_->rank() == 0 && found != all.size())
      throw ArgumentError("unetpp: MPI: expected " + std::to_string(all.size()) + " bytes of all processes, found " +
                          std::to_string(found) + "; do they have the same images?");
    const bool in_place = sum_->rank() == 0 && own.data() == all.data();
    MPI_Gatherv(in_place ? MPI_IN_PLACE : own.data(), count, MPI_BYTE, all.data(), counts.data(), first.data(),
                MPI_BYTE, 0, communicator_);
  }

  int exceptions_ = std::uncaught_exceptions();
  MPI_Comm communicator_ = MPI_COMM_NULL;
  std::optional<TreeSum> sum_;
};

/// Begins MPI, which ends with the last copy of the team.
/// Errors  As Processes.
inline Team team() {
  const auto processes = std::make_shared<Processes>();
  Team team = processes->team();
  team.sum = [processes, sum = team.sum](std::span<double> values) { sum(values); };
  return team;
}

}  // namespace unetpp::mpi
