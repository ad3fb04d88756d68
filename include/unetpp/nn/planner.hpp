#pragma once
// Where in one block of memory each value of a network lives, worked out at compile time.

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/place.hpp"
#include "unetpp/layers/walk.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

/// First-fit placement of values by lifetime. Combinators replay forward and backward on it, taking a slot when its
/// value is first written and releasing it after its last use; values that never live together may share memory.
/// Units   floats an image; every slot is aligned once multiplied by the batch.
/// Value   what values are stored as.
template <int Slots, class Value = float>
class Planner {
 public:
  constexpr void take(int slot, std::size_t values) {
    take_floats(slot, parts_of(values * sizeof(Value), sizeof(float)));
  }

  constexpr void take_floats(int slot, std::size_t floats) {
    sizes_[slot] = aligned_floats(floats);
    std::size_t offset = 0;
    for (int i = 0; i < living_count_; ++i) {  // ordered by offset: the first gap that is large enough
      if (offsets_[living_[i]] >= offset + sizes_[slot]) break;
      offset = std::max(offset, offsets_[living_[i]] + sizes_[living_[i]]);
    }
    offsets_[slot] = offset;
    size_ = std::max(size_, offset + sizes_[slot]);
    int at = living_count_++;
    for (; at > 0 && offsets_[living_[at - 1]] > offset; --at) living_[at] = living_[at - 1];
    living_[at] = slot;
  }

  constexpr void release(int slot) {
    int* end = living_.data() + living_count_;
    int* found = std::find(living_.data(), end, slot);
    std::copy(found + 1, end, found);
    --living_count_;
  }

  /// Floats an image that all slots need together.
  constexpr std::size_t size() const { return size_; }
  constexpr const std::array<std::size_t, Slots>& offsets() const { return offsets_; }

 private:
  std::array<std::size_t, Slots> offsets_{};
  std::array<std::size_t, Slots> sizes_{};
  std::array<int, Slots> living_{};  // slots that hold a value now, ordered by offset
  int living_count_ = 0;
  std::size_t size_ = 0;
};

/// What a plan is for: training keeps every activation for the backward pass, inference only until its last reader.
enum class Purpose { training, inference };

/// Slots of a layer: those of a combinator's values, and one for what a leaf keeps of each image.
template <class L>
inline constexpr int slot_count = [] {
  if constexpr (Combinator<L>)
    return L::slots;
  else
    return L::kept.an_image > 0 ? 1 : 0;
}();

/// Floats that a layer keeps once.
template <class L>
inline constexpr std::size_t kept_count = [] {
  if constexpr (Combinator<L>)
    return []<class... Ls>(std::type_identity<std::tuple<Ls...>>) {
      return (std::size_t{0} + ... + kept_count<Ls>);
    }(std::type_identity<typename L::Children>{});
  else
    return aligned_floats(L::kept.for_all);
}();

template <class L, class P>
constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
  if constexpr (Combinator<L>)
    L::plan_forward(planner, first_slot, purpose);
  else if (L::kept.an_image > 0 && purpose == Purpose::training)
    planner.take_floats(first_slot, L::kept.an_image);
}
template <class L, class P>
constexpr void plan_backward(P& planner, int first_slot) {
  if constexpr (Combinator<L>)
    L::plan_backward(planner, first_slot);
  else if (L::kept.an_image > 0)
    planner.release(first_slot);
}

namespace detail {

/// Where the children of a combinator begin, whose own slots are the first `own_slots` ones.
template <class... Ls>
constexpr std::array<Place, sizeof...(Ls)> places_of_children(int own_slots) {
  std::array<Place, sizeof...(Ls)> places{};
  Place next{.slot = own_slots};
  std::size_t i = 0;
  const auto add = [&]<class L>(std::type_identity<L>) {
    places[i++] = next;
    next.slot += slot_count<L>;
    next.leaf += leaf_count<L>;
    next.trained += parameter_count<L>;
    next.statistics += statistic_count<L>;
    next.kept += kept_count<L>;
  };
  (add(std::type_identity<Ls>{}), ...);
  return places;
}

}  // namespace detail

}  // namespace unetpp

#pragma GCC diagnostic pop
