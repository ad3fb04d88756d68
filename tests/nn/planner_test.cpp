#include "unetpp/nn/planner.hpp"

#include <algorithm>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"

using namespace unetpp;

namespace {

struct Slot {
  std::size_t begin, end;
  bool living;
};

/// A planner that checks all that it is told: living slots never overlap.
class CheckedPlanner {
 public:
  static constexpr int slots = 40;

  void take(int slot, std::size_t floats) {
    planner_.take(slot, floats);
    const std::size_t begin = planner_.offsets()[static_cast<std::size_t>(slot)];
    for (const Slot& other : slots_)
      if (other.living) CHECK((begin >= other.end || begin + floats <= other.begin));
    CHECK(begin % (buffer_alignment / sizeof(float)) == 0);
    CHECK(begin + floats <= planner_.size());
    slots_[static_cast<std::size_t>(slot)] = {begin, begin + floats, true};
  }
  void release(int slot) {
    planner_.release(slot);
    slots_[static_cast<std::size_t>(slot)].living = false;
  }
  bool lives(int slot) const { return slots_[static_cast<std::size_t>(slot)].living; }
  std::size_t size() const { return planner_.size(); }

 private:
  Planner<slots> planner_;
  std::vector<Slot> slots_ = std::vector<Slot>(slots, Slot{0, 0, false});
};

}  // namespace

TEST_CASE("living slots never overlap, whatever is taken and released") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Random random(seed);
    CheckedPlanner planner;
    std::size_t sum = 0;
    for (std::uint64_t i = 0; i < 120; ++i) {
      const int slot = static_cast<int>(random.below(CheckedPlanner::slots, 2 * i));
      if (planner.lives(slot)) {
        planner.release(slot);
      } else {
        const std::size_t floats = 1 + random.below(seed % 2 == 0 ? 50 : 5000, 2 * i + 1);
        planner.take(slot, floats);
        sum += aligned_floats(floats);
      }
    }
    CHECK(planner.size() <= sum);
  }
}

TEST_CASE("memory that was released is used again") {
  CheckedPlanner planner;
  planner.take(0, 100);
  planner.take(1, 100);
  planner.release(0);
  const std::size_t before = planner.size();
  planner.take(2, 90);
  CHECK(planner.size() == before);
}
