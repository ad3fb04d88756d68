#pragma once
// The processes that train one network together.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/train/loss.hpp"
#include "unetpp/train/trainer.hpp"

namespace unetpp {

/// The processes that train one network together, as one of them sees them; one alone is {}. mpi/processes.hpp makes it of
/// those that mpirun has started.
struct Team {
  int rank = 0;  ///< which one this is, from 0
  int size = 1;
  /// Makes a few numbers the sums of all processes' numbers, added in the tree that halves the ranks (train/shards.hpp).
  std::function<void(std::span<double>)> sum = {};
  GradientFunction sum_gradients = {};  ///< the same of many
  /// The same, begun: gets a part, in which the sums are when end_sums returns. All get the same parts in the same order; an
  /// empty one is a moment to go on with those before. {}: nothing is begun before all gradients are there.
  GradientFunction begin_sum = {};
  std::function<void()> end_sums = {};
  /// Gives the first process the bytes of all, one behind the other, which fill `all`; on the others that is empty. Its own
  /// may be where they belong already. {}: it is not told what the others predict in validation.
  std::function<void(std::span<const std::uint8_t> own, std::span<std::uint8_t> all)> gather = {};
};

namespace detail {

/// 64 bits that say whether two runs of bytes are the same (FNV-1a over words of 8 bytes, the last one filled with zeros).
inline std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t sum = 0xcbf29ce484222325) {
  constexpr std::uint64_t prime = 0x100000001b3;
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t j = i; j < std::min(bytes.size(), i + 8); ++j)
      word = word << 8 | std::to_integer<std::uint64_t>(bytes[j]);
    sum = std::rotl((sum ^ word) * prime, 29);
  }
  return (sum ^ bytes.size()) * prime;
}

inline std::uint64_t checksum(const std::string& text) { return checksum(std::as_bytes(std::span(text))); }

/// Errors  ArgumentError, on all processes, where one's checksum is not that of the first.
[[gnu::cold]] inline void require_same(const Team& team, const char* what, std::uint64_t checksum) {
  if (team.size == 1) return;
  std::vector<double> halves(2 * static_cast<std::size_t>(team.size));  // those of each process, in which others add 0
  const auto own = 2 * static_cast<std::size_t>(team.rank);
  halves[own] = static_cast<double>(checksum >> 32);
  halves[own + 1] = static_cast<double>(checksum & 0xffffffff);
  team.sum(halves);
  for (std::size_t i = 2; i < halves.size(); i += 2)
    if (halves[i] != halves[0] || halves[i + 1] != halves[1])
      throw ArgumentError(std::string("unetpp: training with several processes: expected the same ") + what +
                          " on all, found others on process " + std::to_string(i / 2) + " than on process 0");
}

/// Whether any process says so.
inline bool any(const Team& team, bool own) {
  if (team.size == 1) return own;
  double count = own ? 1 : 0;
  team.sum({&count, 1});
  return count > 0;
}

/// Gives a step the seams that sum over a team.
/// Units   bucket_bytes: of gradients that are begun to be summed at once; 0: all, when all are there.
inline void reduce_over(const Team& team, StepConfig& step, std::size_t bucket_bytes = 0) {
  if (team.size == 1) return;
  step.reduce_weight = [sum = team.sum](LossWeight& weight) {
    std::array<double, std::tuple_size_v<decltype(weight.of_term)> + 1> values;
    *std::copy(weight.of_term.begin(), weight.of_term.end(), values.begin()) = weight.images;
    sum(values);
    std::copy_n(values.begin(), weight.of_term.size(), weight.of_term.begin());
    weight.images = values.back();
  };
  step.reduce = team.sum_gradients;
  if (bucket_bytes > 0 && team.begin_sum) {
    step.begin_reduce = team.begin_sum;
    step.end_reduce = team.end_sums;
    step.bucket = std::max<std::size_t>(1, bucket_bytes / sizeof(float));
  }
  step.reduce_loss = [sum = team.sum](LossSum& loss) {
    std::array<double, 2> values{loss.loss, loss.weight};
    sum(values);
    loss = {values[0], values[1]};
  };
}

}  // namespace detail

}  // namespace unetpp
