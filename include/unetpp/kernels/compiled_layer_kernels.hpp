#pragma once
// The loops of layer_kernels.hpp, which includes this file: not for others.

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace of_layers {

#define UNETPP_BODY "unetpp/kernels/simd/layer_kernels.inc.hpp"
#include "unetpp/kernels/simd/each_set.inc.hpp"
#undef UNETPP_BODY

}  // namespace of_layers

inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
template <class T>
const LayerKernels<T>& layer_kernels([[maybe_unused]] InstructionSet set) {
#ifdef UNETPP_X86_SETS
  if (set >= InstructionSet::avx512) return of_layers::avx512::kernels<T>;
  if (set == InstructionSet::avx2) return of_layers::avx2::kernels<T>;
#endif
#if defined(__GNUC__)
  return of_layers::baseline::kernels<T>;
#else
  static const LayerKernels<T> none{};
  return none;
#endif
}
#ifdef UNETPP_SEPARATE_KERNELS
template const LayerKernels<float>& layer_kernels(InstructionSet);
template const LayerKernels<BFloat16>& layer_kernels(InstructionSet);
#endif
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
