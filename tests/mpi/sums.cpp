// Sums over processes: their bits, and the bytes that are sent for them. With an argument it ends in another way, for the
// test of what becomes of the other processes.

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unetpp/core/random.hpp>
#include <unetpp/mpi/processes.hpp>
#include <vector>

using unetpp::Random;

namespace {

bool failed = false;

void check(bool holds, const std::string& what) {
  if (holds) return;
  failed = true;
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

template <class T>
std::vector<T> values_of(std::size_t rank, std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(Random(rank).normal(i)) * (i % 3 ? 1 : T(1e6));
  return values;
}

template <class T>
void check_sums(unetpp::mpi::Processes& processes) {
  const unetpp::Team team = processes.team();
  const auto rank = static_cast<std::size_t>(team.rank), size = static_cast<std::size_t>(team.size);
  for (const std::size_t count : {0u, 1u, 2u, 5u, 64u, 1000u, 100'003u}) {
    std::vector<T> values = values_of<T>(rank, count);
    const std::size_t before = processes.bytes_sent();
    if constexpr (std::is_same_v<T, float>)
      team.sum_gradients(values);
    else
      team.sum(values);
    const std::vector<T> expected = unetpp::detail::join_in_tree(
        0, size, [&](std::size_t i) { return values_of<T>(i, count); },
        [](std::vector<T>& left, const std::vector<T>& right) {
          for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
        });
    const std::string of = std::to_string(count) + " values of " + std::to_string(sizeof(T)) + " bytes";
    check(std::memcmp(values.data(), expected.data(), count * sizeof(T)) == 0, of + ": another sum than the tree's");
    const std::size_t sent = processes.bytes_sent() - before,
                      most = 2 * count * sizeof(T) * (size - 1) / size + 2 * size * sizeof(T);
    check(sent <= most, of + ": " + std::to_string(sent) + " bytes sent, expected at most " + std::to_string(most));
    check(sent > 0 || size == 1 || count < size, of + ": nothing was sent");
  }
}

/// The first process gets bytes of all, as many as each has, also where its own are in their place.
void check_gather(unetpp::mpi::Processes& processes) {
  const unetpp::Team team = processes.team();
  std::vector<std::uint8_t> expected;
  for (int rank = 0; rank < team.size; ++rank)
    expected.insert(expected.end(), static_cast<std::size_t>(rank) + 1, static_cast<std::uint8_t>(10 + rank));
  const std::vector<std::uint8_t> own(static_cast<std::size_t>(team.rank) + 1,
                                      static_cast<std::uint8_t>(10 + team.rank));
  std::vector<std::uint8_t> all(team.rank == 0 ? expected.size() : 0), in_place = all;
  team.gather(own, all);
  if (team.rank == 0) in_place[0] = own[0];
  team.gather(team.rank == 0 ? std::span<const std::uint8_t>(in_place).first(1) : own, in_place);
  check(team.rank > 0 || (all == expected && in_place == expected), "other bytes than those of all processes");
}

/// Sums that are begun one behind the other, of more than one kind of size.
void check_begun_sums(unetpp::mpi::Processes& processes) {
  const unetpp::Team team = processes.team();
  std::vector<std::vector<float>> begun, expected;
  for (const std::size_t count : {100'003u, 1u, 5000u}) {
    begun.push_back(values_of<float>(static_cast<std::size_t>(team.rank), count));
    expected.push_back(begun.back());
    team.sum_gradients(expected.back());
  }
  for (std::vector<float>& values : begun) {
    team.begin_sum(values);
    team.begin_sum({});
  }
  team.end_sums();
  check(begun == expected, "other sums where they are begun one behind the other");
}

}  // namespace

int main(int argc, char** argv) try {
  unetpp::mpi::Processes processes;
  check_sums<float>(processes);
  check_sums<double>(processes);
  check_gather(processes);
  check_begun_sums(processes);
  const std::string end = argc > 1 ? argv[1] : "";
  if (processes.team().rank == 1) {
    if (end == "throw") throw std::runtime_error("process 1 has had enough");
    if (end == "exit") std::exit(3);
    if (end == "kill") std::raise(SIGKILL);
  }
  if (!end.empty()) check_sums<float>(processes);  // waits for the one that has ended
  if (processes.team().rank == 0 && !failed)
    std::printf("%d processes: %zu bytes sent by the first\n", processes.team().size, processes.bytes_sent());
  return failed;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
