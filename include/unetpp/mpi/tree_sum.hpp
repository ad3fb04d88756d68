#pragma once
// Sums over processes, in the tree that halves their ranks.

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/mpi/background.hpp"
#include "unetpp/train/shards.hpp"

namespace unetpp::mpi {

/// Sums values over the processes of a communicator: all then have the same bits, those of the tree in which one process
/// alone would have added them.
///
/// MPI_Allreduce leaves open in which order it adds, so the values go by hand. Each process adds one block of them: it
/// gets that block of every other, and then sends its sum to every other. So each sends 2 × (P − 1)/P of the values, for
/// any number P of processes. After the first sums of as many values it allocates nothing.
class TreeSum {
 public:
  /// The communicator must outlive it, and is for it alone. With `threads`, which needs MPI_THREAD_SERIALIZED, a thread of
  /// its own goes on with sums that are begun, while the one that began them computes.
  explicit TreeSum(MPI_Comm communicator, bool threads = false) : communicator_(communicator) {
    MPI_Comm_rank(communicator, &rank_);
    MPI_Comm_size(communicator, &size_);
    if (threads && size_ > 1) background_.emplace([this] { go_on_with_all(); });
  }

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Bytes that this process has sent.
  std::size_t bytes_sent() const { return bytes_sent_; }

  /// Makes values the sums over all processes, which all have as many.
  void operator()(std::span<double> values) {
    const auto held = hold();
    start(doubles_, values, 0);
    while (!go_on(doubles_)) std::this_thread::yield();
  }
  void operator()(std::span<float> values) {
    begin(values);
    end();
  }

  /// Begins to do so; it is done when `end` returns. All processes begin the same sums in the same order. MPI goes on with
  /// them when it is called, so an empty span goes on with those that are begun.
  void begin(std::span<float> values) {
    if (begun_ == most_sums) end();
    const auto held = hold();
    if (!values.empty()) {
      if (begun_ == sums_.size()) sums_.emplace_back();
      start(sums_[begun_], values, 2 + 2 * static_cast<int>(begun_));
      ++begun_;
    }
    go_on_with_all();
    if (background_) background_->switch_to(begun_ > 0);
  }
  void end() {
    const auto held = hold();
    if (background_) background_->switch_to(false);
    while (!go_on_with_all()) std::this_thread::yield();
    begun_ = 0;
  }

 private:
  enum class Stage { gathering, spreading, done };

  /// While what this returns is there, no other thread calls MPI here.
  std::unique_lock<std::mutex> hold() { return background_ ? background_->hold() : std::unique_lock<std::mutex>(); }

  /// A sum that is begun.
  template <class T>
  struct Sum {
    std::span<T> values;
    Buffer<T> received;  // this process's block, of each other one
    std::vector<MPI_Request> requests;
    Stage stage = Stage::done;
    int tag = 0;  // and the next one
  };

  static constexpr std::size_t most_sums = 16'000;  // for whose tags MPI has room everywhere

  template <class T>
  static MPI_Datatype type() {
    return std::is_same_v<T, float> ? MPI_FLOAT : MPI_DOUBLE;
  }

  /// Calls work(rank, turn) for every other process, each process beginning with another one.
  template <class Work>
  void for_each_other(const Work& work) const {
    for (int turn = 1; turn < size_; ++turn) work((rank_ + turn) % size_, static_cast<std::size_t>(turn - 1));
  }

  /// Of these values, those that a process adds.
  template <class T>
  std::span<T> block(std::span<T> values, int rank) const {
    const std::size_t size = parts_of(values.size(), static_cast<std::size_t>(size_)),
                      first = std::min(values.size(), static_cast<std::size_t>(rank) * size);
    return values.subspan(first, std::min(size, values.size() - first));
  }
  /// The same block of another process, as it was received.
  template <class T>
  std::span<T> received(Sum<T>& sum, std::size_t turn) const {
    const std::size_t size = block(sum.values, rank_).size();
    return std::span(sum.received).subspan(turn * size, size);
  }

  template <class T>
  void receive(Sum<T>& sum, std::span<T> values, int from, int tag) {
    if (values.empty()) return;
    MPI_Irecv(values.data(), static_cast<int>(values.size()), type<T>(), from, tag, communicator_,
              &sum.requests.emplace_back());
  }
  template <class T>
  void send(Sum<T>& sum, std::span<T> values, int to, int tag) {
    if (values.empty()) return;
    bytes_sent_ += values.size_bytes();
    MPI_Isend(values.data(), static_cast<int>(values.size()), type<T>(), to, tag, communicator_,
              &sum.requests.emplace_back());
  }

  template <class T>
  static void add(std::size_t count, const T* x, T* y) {
    if constexpr (std::is_same_v<T, float>)
      kernels::add(count, x, y, 1);
    else
      for (std::size_t i = 0; i < count; ++i) y[i] += x[i];
  }

  template <class T>
  void start(Sum<T>& sum, std::span<T> values, int tag) {
    sum.values = values;
    sum.tag = tag;
    const std::size_t own = block(values, rank_).size();
    if (own > std::size_t{std::numeric_limits<int>::max()})
      throw ArgumentError("unetpp: a sum over processes: expected blocks of at most " +
                          std::to_string(std::numeric_limits<int>::max()) + " values, found " + std::to_string(own));
    sum.received.resize(std::max(sum.received.size(), own * static_cast<std::size_t>(size_ - 1)));
    for_each_other([&](int other, std::size_t turn) { receive(sum, received(sum, turn), other, tag); });
    for_each_other([&](int other, std::size_t) { send(sum, block(values, other), other, tag); });
    sum.stage = Stage::gathering;
  }

  /// Whether it is done.
  template <class T>
  bool go_on(Sum<T>& sum) {
    while (sum.stage != Stage::done) {
      int arrived = 0;
      MPI_Testall(static_cast<int>(sum.requests.size()), sum.requests.data(), &arrived, MPI_STATUSES_IGNORE);
      if (!arrived) return false;
      sum.requests.clear();
      if (sum.stage == Stage::gathering)
        spread(sum);
      else
        sum.stage = Stage::done;
    }
    return true;
  }
  bool go_on_with_all() {
    bool done = true;
    for (std::size_t i = 0; i < begun_; ++i) done &= go_on(sums_[i]);
    return done;
  }

  /// Adds this process's block, and sends it.
  template <class T>
  void spread(Sum<T>& sum) {
    const std::span<T> own = block(sum.values, rank_);
    T* all = detail::join_in_tree(
        0, static_cast<std::size_t>(size_),
        [&](std::size_t rank) {
          const int turn = (static_cast<int>(rank) - rank_ + size_) % size_;
          return turn == 0 ? own.data() : received(sum, static_cast<std::size_t>(turn - 1)).data();
        },
        [&](T* left, const T* right) { add(own.size(), right, left); });
    if (all != own.data()) std::copy_n(all, own.size(), own.data());
    for_each_other([&](int other, std::size_t) { receive(sum, block(sum.values, other), other, sum.tag + 1); });
    for_each_other([&](int other, std::size_t) { send(sum, own, other, sum.tag + 1); });
    sum.stage = Stage::spreading;
  }

  MPI_Comm communicator_;
  int rank_ = 0;
  int size_ = 1;
  Sum<double> doubles_;
  std::vector<Sum<float>> sums_;
  std::size_t begun_ = 0;  // of them
  std::size_t bytes_sent_ = 0;
  std::optional<Background> background_;  // ends before what it works on
};

}  // namespace unetpp::mpi
