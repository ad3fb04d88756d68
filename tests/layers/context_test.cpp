#include "unetpp/layers/context.hpp"

#include <set>

#include "../catch.hpp"

namespace context_test {

using namespace unetpp;

TEST_CASE("each layer draws other numbers in each step, and the same ones again in the same step") {
  const std::size_t offsets[3] = {};
  std::set<std::uint32_t> drawn;
  for (const std::uint64_t seed : {1, 2})
    for (const std::uint64_t step : {0, 1, 5})
      for (const int leaf : {0, 1, 7}) {
        const Pass pass{.training = true, .seed = seed, .step = step};
        const Context network(nullptr, offsets, nullptr, 1, {nullptr, 1}, pass);
        const Context layer = network.child({.leaf = leaf});
        CHECK(layer.random().bits(3) == network.child({.leaf = leaf}).random().bits(3));
        drawn.insert(layer.random().bits(3));
      }
  CHECK(drawn.size() == 2 * 3 * 3);
}

TEST_CASE("a child's context begins where its parent says") {
  float slots[8] = {}, kept[8] = {};
  const std::size_t offsets[3] = {0, 2, 3};
  const Pass pass;
  const Context network(slots, offsets, kept, 2, {nullptr, 1}, pass);
  const Context child = network.child({.slot = 1, .kept = 5}).child({.slot = 1, .kept = 2});
  CHECK(child.kept_of_images() == slots + 2 * 3);
  CHECK(child.kept_for_all() == kept + 7);
  CHECK_FALSE(child.training());
}

}  // namespace context_test
