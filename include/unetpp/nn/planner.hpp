#pragma once
// Where in one block of memory each value of a network lives, worked out at compile time.

#include <algorithm>
#include <array>
#include <cstddef>

#include "unetpp/core/buffer.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

/// First-fit placement of values by lifetime. Combinators replay forward and backward on it, taking a slot when its
/// value is first written and releasing it after its last use; values that never live together may share memory.
/// Units   floats an image; every slot is aligned once multiplied by the batch.
template <int Slots>
class Planner {
 public:
  constexpr void take(int slot, std::size_t floats) {
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

/// Slots of a layer: those of a leaf are none.
template <class L>
inline constexpr int slot_count = [] {
  if constexpr (requires { L::slots; })
    return L::slots;
  else
    return 0;
}();

template <class L, class P>
constexpr void plan_forward(P& planner, int first_slot, Purpose purpose) {
  if constexpr (slot_count<L> != 0) L::plan_forward(planner, first_slot, purpose);
}
template <class L, class P>
constexpr void plan_backward(P& planner, int first_slot) {
  if constexpr (slot_count<L> != 0) L::plan_backward(planner, first_slot);
}

}  // namespace unetpp

#pragma GCC diagnostic pop
