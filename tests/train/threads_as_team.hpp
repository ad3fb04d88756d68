#pragma once
// Processes that train together, as threads of one.

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "unetpp/train/shards.hpp"
#include "unetpp/train/team.hpp"

/// Sums what threads have in the tree of their ranks.
class ThreadSum {
 public:
  explicit ThreadSum(std::size_t count) : given_(count), bytes_(count), barrier_(static_cast<std::ptrdiff_t>(count)) {}

  template <class T>
  void operator()(std::size_t rank, std::span<T> values) {
    given_[rank] = values.data();
    barrier_.arrive_and_wait();
    const std::vector<T> all = unetpp::detail::join_in_tree(
        0, given_.size(),
        [&](std::size_t i) {
          const T* of = static_cast<const T*>(given_[i]);
          return std::vector<T>(of, of + values.size());
        },
        [](std::vector<T>& left, const std::vector<T>& right) {
          for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
        });
    barrier_.arrive_and_wait();
    std::copy(all.begin(), all.end(), values.begin());
  }

  /// Gives the first thread what all have.
  void gather(std::size_t rank, std::span<const std::uint8_t> own, std::span<std::uint8_t> all) {
    bytes_[rank] = own;
    barrier_.arrive_and_wait();
    auto to = all.begin();
    if (rank == 0)
      for (const auto bytes : bytes_) to = std::copy(bytes.begin(), bytes.end(), to);
    barrier_.arrive_and_wait();
  }

 private:
  std::vector<void*> given_;
  std::vector<std::span<const std::uint8_t>> bytes_;
  std::barrier<> barrier_;
};

/// Calls work(team) in as many threads, each as one of the team.
template <class Work>
void in_threads(std::size_t count, const Work& work) {
  ThreadSum sum(count);
  std::vector<std::thread> threads;
  std::vector<std::vector<std::span<float>>> begun(count);
  for (std::size_t rank = 0; rank < count; ++rank)
    threads.emplace_back([&, rank] {
      work(unetpp::Team{.rank = static_cast<int>(rank),
                        .size = static_cast<int>(count),
                        .sum = [&](std::span<double> values) { sum(rank, values); },
                        .sum_gradients = [&](std::span<float> values) { sum(rank, values); },
                        .begin_sum = [&, rank](std::span<float> values) { begun[rank].push_back(values); },
                        .end_sums =
                            [&, rank] {
                              for (const std::span<float> values : begun[rank])
                                if (!values.empty()) sum(rank, values);
                              begun[rank].clear();
                            },
                        .gather = [&](std::span<const std::uint8_t> own,
                                      std::span<std::uint8_t> all) { sum.gather(rank, own, all); }});
    });
  for (std::thread& thread : threads) thread.join();
}
