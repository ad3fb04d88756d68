#include "unetpp/nn/planner.hpp"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/unet.hpp"

namespace planner_test {

using namespace unetpp;

namespace {

struct Slot {
  std::size_t begin, end;
  bool living;
};

/// A planner that checks all that it is told: living slots never overlap, and none is taken or released twice.
template <int slots>
class CheckedPlanner {
 public:
  void take(int slot, std::size_t values) { take_floats(slot, values); }
  void take_floats(int slot, std::size_t floats) {
    CHECK(!lives(slot));
    planner_.take_floats(slot, floats);
    const std::size_t begin = planner_.offsets()[static_cast<std::size_t>(slot)];
    for (const Slot& other : slots_)
      if (other.living) CHECK((begin >= other.end || begin + floats <= other.begin));
    CHECK(begin % (buffer_alignment / sizeof(float)) == 0);
    CHECK(begin + floats <= planner_.size());
    slots_[static_cast<std::size_t>(slot)] = {begin, begin + floats, true};
  }
  void release(int slot) {
    CHECK(lives(slot));
    planner_.release(slot);
    slots_[static_cast<std::size_t>(slot)].living = false;
  }
  bool lives(int slot) const { return slots_[static_cast<std::size_t>(slot)].living; }
  auto living() const {
    return std::count_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.living; });
  }
  std::size_t size() const { return planner_.size(); }

 private:
  Planner<slots> planner_;
  std::vector<Slot> slots_ = std::vector<Slot>(slots, Slot{0, 0, false});
};

/// A network of random layers, combinators within combinators up to `level` of them, with x of shape S.
template <Shape S, std::uint64_t seed, int level>
struct RandomNet;

template <Shape S, std::uint64_t seed, int level>
constexpr auto random_net() {
  constexpr auto kind = Random(seed).below(level == 0 ? 3 : 8, 0);
  constexpr int filters = static_cast<int>(1 + Random(seed).below(20, 1));
  if constexpr (kind == 0) {
    return std::type_identity<ReLU<S>>{};
  } else if constexpr (kind == 1) {
    return std::type_identity<Conv2D<S, Conv2DConfig{.filters = filters, .activation = Activation::relu}>>{};
  } else if constexpr (kind == 2) {
    return std::type_identity<Conv2D<S, Conv2DConfig{.filters = filters}>>{};
  } else if constexpr (kind < 5) {
    using First = typename RandomNet<S, seed * 31 + 1, level - 1>::type;
    using Second = typename RandomNet<First::out, seed * 31 + 2, level - 1>::type;
    using Third = typename RandomNet<Second::out, seed * 31 + 3, level - 1>::type;
    return std::type_identity<Sequential<First, Second, Third>>{};
  } else if constexpr (kind == 5) {
    using Down = MaxPool2D<S>;
    using Middle = typename RandomNet<Down::out, seed * 31 + 4, level - 1>::type;
    using Up = ConvTranspose2D<Middle::out, ConvTranspose2DConfig{.filters = 3}>;
    return std::type_identity<SkipConcat<Sequential<Down, Middle, Up>>>{};
  } else if constexpr (kind == 6) {
    using Next = typename RandomNet<S, seed * 31 + 6, level - 1>::type;
    using First = typename RandomNet<S, seed * 31 + 7, level - 1>::type;
    using Head = Sequential<First, Conv2D<First::out, Conv2DConfig{.filters = filters, .kernel = 1}>>;
    return std::type_identity<Supervised<Next, Head, 1>>{};
  } else {  // what is concatenated is what comes out of a network
    using First = typename RandomNet<S, seed * 31 + 5, level - 1>::type;
    using Last = Conv2D<First::out, Conv2DConfig{.filters = filters}>;
    return std::type_identity<Sequential<First, SkipConcat<Sequential<ReLU<First::out>, Last>>>>{};
  }
}

template <Shape S, std::uint64_t seed, int level>
struct RandomNet {
  using type = typename decltype(random_net<S, seed, level>())::type;
};

/// Plans a network as a workspace does.
template <class Net>
void check_plan(Purpose purpose) {
  constexpr int output = slot_count<Net>, gradient = output + 1;
  CheckedPlanner<slot_count<Net> + 2> planner;
  planner.take(output, Net::out.size());
  plan_forward<Net>(planner, 0, purpose);
  if (purpose == Purpose::training) {
    planner.take(gradient, Net::out.size());
    plan_backward<Net>(planner, 0);
    CHECK(planner.living() == 2);
  } else {
    CHECK(planner.living() == 1);
  }
  CHECK(planner.lives(output));
}

}  // namespace

TEST_CASE("living slots never overlap in the plans of random networks, and none is left living") {
  std::size_t networks = 0, slots = 0;
  [&]<std::uint64_t... seed>(std::integer_sequence<std::uint64_t, seed...>) {
    const auto check = [&]<class Net>(std::type_identity<Net>) {
      check_plan<Net>(Purpose::inference);
      check_plan<Net>(Purpose::training);
      ++networks;
      slots += static_cast<std::size_t>(slot_count<Net>);
    };
    (check(std::type_identity<typename RandomNet<Shape{8, 8, 3}, seed, 3>::type>{}), ...);
  }
  (std::make_integer_sequence<std::uint64_t, 60>{});
  CHECK(slots > 7 * networks);  // most of them are more than a layer
}

TEST_CASE("living slots never overlap, whatever is taken and released") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    constexpr int slots = 40;
    const Random random(seed);
    CheckedPlanner<slots> planner;
    std::size_t sum = 0;
    for (std::uint64_t i = 0; i < 120; ++i) {
      const int slot = static_cast<int>(random.below(slots, 2 * i));
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
  CheckedPlanner<3> planner;
  planner.take(0, 100);
  planner.take(1, 100);
  planner.release(0);
  const std::size_t before = planner.size();
  planner.take(2, 90);
  CHECK(planner.size() == before);
}

}  // namespace planner_test
