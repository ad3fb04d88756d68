#pragma once
// Sums over processes, in the tree that halves their ranks.

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/train/shards.hpp"

namespace unetpp::mpi {

/// Sums values over the processes of a communicator: all then have the same bits, those of the tree in which one process
/// alone would have added them.
///
/// MPI_Allreduce leaves open in which order it adds, so the values go by hand. Each process adds one block of them: it
/// gets that block of every other, and then sends its sum to every other. So each sends 2 × (P − 1)/P of the values, for
/// any number P of processes. After the first sum of as many values it allocates nothing.
class TreeSum {
 public:
  /// The communicator must outlive it, and is for it alone.
  explicit TreeSum(MPI_Comm communicator) : communicator_(communicator) {
    MPI_Comm_rank(communicator, &rank_);
    MPI_Comm_size(communicator, &size_);
    requests_.resize(2 * static_cast<std::size_t>(size_));
  }

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Bytes that this process has sent.
  std::size_t bytes_sent() const { return bytes_sent_; }

  /// Makes values the sums over all processes, which all have as many.
  void operator()(std::span<double> values) { sum(values, doubles_); }
  void operator()(std::span<float> values) { sum(values, floats_); }

 private:
  template <class T>
  static MPI_Datatype type() {
    return std::is_same_v<T, float> ? MPI_FLOAT : MPI_DOUBLE;
  }

  /// Calls work(rank, turn) for every other process, each process beginning with another one.
  template <class Work>
  void for_each_other(const Work& work) const {
    for (int turn = 1; turn < size_; ++turn) work((rank_ + turn) % size_, static_cast<std::size_t>(turn - 1));
  }

  template <class T>
  void receive(std::span<T> values, int from) {
    if (values.empty()) return;
    MPI_Irecv(values.data(), static_cast<int>(values.size()), type<T>(), from, 0, communicator_,
              &requests_[waiting_++]);
  }
  template <class T>
  void send(std::span<const T> values, int to) {
    if (values.empty()) return;
    bytes_sent_ += values.size_bytes();
    MPI_Isend(values.data(), static_cast<int>(values.size()), type<T>(), to, 0, communicator_, &requests_[waiting_++]);
  }
  void wait() {
    MPI_Waitall(static_cast<int>(waiting_), requests_.data(), MPI_STATUSES_IGNORE);
    waiting_ = 0;
  }

  template <class T>
  static void add(std::size_t count, const T* x, T* y) {
    if constexpr (std::is_same_v<T, float>)
      kernels::add(count, x, y, max_threads());
    else
      for (std::size_t i = 0; i < count; ++i) y[i] += x[i];
  }

  template <class T>
  void sum(std::span<T> values, Buffer<T>& received) {
    const std::size_t size = parts_of(values.size(), static_cast<std::size_t>(size_));
    if (size > std::size_t{std::numeric_limits<int>::max()})
      throw ArgumentError("unetpp: a sum over processes: expected blocks of at most " +
                          std::to_string(std::numeric_limits<int>::max()) + " values, found " + std::to_string(size));
    const auto block = [&](int rank) {
      const std::size_t first = std::min(values.size(), static_cast<std::size_t>(rank) * size);
      return values.subspan(first, std::min(size, values.size() - first));
    };
    const std::span<T> own = block(rank_);
    received.resize(std::max(received.size(), own.size() * static_cast<std::size_t>(size_ - 1)));
    const auto of = [&](std::size_t turn) { return std::span(received).subspan(turn * own.size(), own.size()); };

    for_each_other([&](int other, std::size_t turn) { receive(of(turn), other); });
    for_each_other([&](int other, std::size_t) { send<T>(block(other), other); });
    wait();
    T* all = detail::join_in_tree(
        0, static_cast<std::size_t>(size_),
        [&](std::size_t rank) {
          const int turn = (static_cast<int>(rank) - rank_ + size_) % size_;
          return turn == 0 ? own.data() : of(static_cast<std::size_t>(turn - 1)).data();
        },
        [&](T* left, const T* right) { add(own.size(), right, left); });
    if (all != own.data()) std::copy_n(all, own.size(), own.data());

    for_each_other([&](int other, std::size_t) { receive(block(other), other); });
    for_each_other([&](int other, std::size_t) { send<T>(own, other); });
    wait();
  }

  MPI_Comm communicator_;
  int rank_ = 0;
  int size_ = 1;
  std::vector<MPI_Request> requests_;
  std::size_t waiting_ = 0;  // of them
  Buffer<float> floats_;     // received from others
  Buffer<double> doubles_;
  std::size_t bytes_sent_ = 0;
};

}  // namespace unetpp::mpi
