#include "unetpp/core/workers.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/parallel.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef __unix__
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace workers_test {

using namespace unetpp;

namespace {

/// Calls `test` in a thread of its own, which has no workers yet.
template <class Test>
void in_new_thread(const Test& test) {
  std::jthread thread(test);
}

}  // namespace

TEST_CASE("several threads that call parallel_for at once each get every index once") {
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int loop = 0; loop < 300; ++loop) {
        std::vector<std::atomic<int>> calls(37);
        parallel_for(3, calls.size(), [&](std::size_t i, int) { ++calls[i]; });
        wrong += std::count(calls.begin(), calls.end(), 1) != 37;
      }
    });
  callers.clear();
  CHECK(wrong == 0);
}

TEST_CASE("loops of changing numbers of threads, short ones after each other, call their work once for each index") {
  in_new_thread([] {
    bool right = true;
    for (int loop = 0; loop < 3000; ++loop) {
      const int threads = 1 + loop % 4;
      std::atomic<int> calls = 0;
      std::atomic<bool> in_range = true;
      parallel_for(threads, static_cast<std::size_t>(loop % 7), [&](std::size_t, int thread) {
        ++calls;
        if (thread >= threads) in_range = false;
      });
      right = right && in_range && calls == loop % 7;
    }
    CHECK(right);
  });
}

TEST_CASE("a parallel_for within the work of another runs in its thread alone") {
  in_new_thread([] {
    std::atomic<int> calls = 0, elsewhere = 0;
    parallel_for(2, 8, [&](std::size_t, int) {
      const std::thread::id own = std::this_thread::get_id();
      parallel_for(4, 8, [&](std::size_t, int thread) {
        ++calls;
        elsewhere += thread != 0 || std::this_thread::get_id() != own;
      });
    });
    CHECK(calls == 64);
    CHECK(elsewhere == 0);
  });
}

TEST_CASE("a parallel_for within a parallel region of the user's runs in its thread alone") {
  in_new_thread([] {
    std::atomic<int> calls = 0, elsewhere = 0, regions = 0;
#pragma omp parallel num_threads(2)
    {
      const std::thread::id own = std::this_thread::get_id();
      ++regions;
      parallel_for(2, 8, [&](std::size_t, int) {
        ++calls;
        elsewhere += std::this_thread::get_id() != own;
      });
    }
    CHECK(calls == 8 * regions);
    CHECK((elsewhere == 0 || regions == 1));
  });
}

namespace {

struct LoopAtTheEnd {
  std::atomic<int>* calls = nullptr;
  ~LoopAtTheEnd() {
    parallel_for(2, 10, [this](std::size_t, int) { ++*calls; });
  }
};

}  // namespace

TEST_CASE("a thread's objects that are destroyed after its workers can still call parallel_for") {
  std::atomic<int> calls = 0;
  in_new_thread([&] {
    static thread_local LoopAtTheEnd first;  // destroyed last
    first.calls = &calls;
    parallel_for(2, 10, [&](std::size_t, int) { ++calls; });
  });
  CHECK(calls == 20);
}

TEST_CASE("the thread that waits for a loop's end sees what its work wrote") {
  in_new_thread([] {
    bool right = true;
    std::vector<int> values(64);
    for (int loop = 1; loop <= 2000; ++loop) {
      parallel_for(3, values.size(), [&](std::size_t i, int) { values[i] = loop; });
      right = right && std::count(values.begin(), values.end(), loop) == 64;
    }
    CHECK(right);
  });
}

#if defined(_OPENMP) && defined(__unix__)
TEST_CASE("a child that the process forks into has threads of its own") {
  std::vector<int> values(1000);
  const auto loop = [&](int value) {
    parallel_for(2, values.size(), [&](std::size_t i, int) { values[i] = value; });
    return std::count(values.begin(), values.end(), value) == 1000;
  };
  REQUIRE(loop(1));
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);  // that a child which waits for ever fails, too
    const bool right = loop(2);
    std::atomic<int> threads = 0;
    const auto both = [&](std::size_t, int) {
      ++threads;
      while (threads < 2) {
      }
    };
    if (!omp_get_dynamic()) parallel_for(2, 2, both);  // OMP_DYNAMIC may leave one thread only
    _exit(right ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(loop(3));
}
#endif

}  // namespace workers_test
