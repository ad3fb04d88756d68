#pragma once
// The processes that run.sh --processes has started.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unetpp/core/error.hpp>
#include <unetpp/train/callbacks.hpp>
#include <unetpp/train/team.hpp>
#include <vector>

#include "options.hpp"

namespace training {

/// Those that mpirun has started with this one, in a program with MPI (mpi.cpp); else this one alone (alone.cpp).
std::shared_ptr<const unetpp::Team> start_team();

namespace detail {

/// The name of each process's machine, on the first process.
inline std::vector<std::string> hosts_of(const unetpp::Team& team) {
  constexpr std::size_t longest = 256;
  std::array<char, longest> own{};
  ::gethostname(own.data(), own.size() - 1);
  std::vector<std::uint8_t> all(team.rank == 0 ? longest * static_cast<std::size_t>(team.size) : 0);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(own.data());
  if (team.size > 1)
    team.gather({bytes, longest}, all);
  else
    std::copy_n(bytes, longest, all.begin());
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < all.size(); i += longest)
    hosts.emplace_back(reinterpret_cast<const char*>(all.data() + i));
  return hosts;
}

}  // namespace detail

/// Joins the processes of this run, and cuts batches into shards for them where no option says how: the smallest power of
/// two of shards that is enough. From then on only the first prints to standard output.
/// Errors  ArgumentError for other numbers of processes or shards than can be.
inline void join_team(Options& options) {
  options.team = start_team();
  const unetpp::Team& team = *options.team;
  if (options.processes && *options.processes != team.size)
    throw unetpp::ArgumentError("--processes: expected " + std::to_string(*options.processes) +
                                " processes, found this program started as " + std::to_string(team.size) +
                                " (run.sh starts them, with the mpirun of the MPI that it is compiled for)");
  if (team.rank > 0 && std::freopen("/dev/null", "w", stdout) == nullptr)
    throw unetpp::FileError("/dev/null: cannot be written");
  options.hosts = detail::hosts_of(team);
  const auto shards = static_cast<int>(std::bit_ceil(static_cast<unsigned>(team.size)));
  options.shards = options.given_shards.value_or(shards);
  if (options.shards < team.size)
    throw unetpp::ArgumentError("--shards: expected as many as there are processes (" + std::to_string(team.size) +
                                ") or more, found " + std::to_string(options.shards));
  if (options.batch % options.shards != 0)
    throw unetpp::ArgumentError("--batch: expected a multiple of the " + std::to_string(options.shards) +
                                " shards of " + std::to_string(team.size) + " processes, found " +
                                std::to_string(options.batch));
}

/// The values that the first process computes, on all.
template <class Compute>
std::vector<float> of_first(const unetpp::Team& team, const Compute& compute) {
  std::vector<float> values;
  if (team.rank == 0) values = compute();
  if (team.size == 1) return values;
  auto count = static_cast<double>(values.size());
  team.sum({&count, 1});
  std::vector<double> all(values.begin(), values.end());  // others add 0
  all.resize(static_cast<std::size_t>(count));
  team.sum(all);
  values.clear();
  for (const double value : all) values.push_back(static_cast<float>(value));
  return values;
}

/// A callback of `fit` that is there on the first process alone.
template <class Callback>
class AtFirst {
 public:
  explicit AtFirst(Callback* callback) : callback_(callback) {}
  explicit AtFirst(std::optional<Callback>& callback) : callback_(callback ? &*callback : nullptr) {}

  template <class Event>
  requires(unetpp::detail::HearsAny<Callback, Event>) void operator()(const Event& e) {
    if (callback_) unetpp::detail::notify(*callback_, e);
  }

 private:
  Callback* callback_;
};

}  // namespace training
