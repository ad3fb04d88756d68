#pragma once
// The innermost loops of normalisation, compiled as those of micro_kernels.hpp are, in programs that normalise.

#include <cstddef>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"

#ifdef UNETPP_SEPARATE_KERNELS
#define UNETPP_KERNELS_INLINE
#else
#define UNETPP_KERNELS_INLINE inline
#endif

namespace unetpp::kernels {

/// y = end(x·scale), or end(x·scale + z·z_scale) where there is a z_scale.
/// Shapes  scale, z_scale: a number for each channel.
struct ScaledSum {
  ConstPixels x;
  const float* scale;
  ConstPixels z;
  const float* z_scale;
  Pixels y;
  Epilogue end = {};
};

/// The kernels of one instruction set; simd/norm.inc.hpp says what each does.
struct NormKernels {
  void (*moments)(int count, int channels, ConstPixels x, float* mean, float* squares);
  void (*gradient_sums)(int count, int channels, ConstPixels x, ConstPixels dy, const float* mean, float* sums);
  void (*scale_pixels)(const ScaledSum& of, std::size_t first, int count, int channels);
};

inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
UNETPP_KERNELS_INLINE const NormKernels& norm_kernels(InstructionSet set);
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

/// Those that the library runs with.
inline const NormKernels& norm_kernels() {
  static const NormKernels& widest = norm_kernels(instruction_set());
  return widest;
}

}  // namespace unetpp::kernels

#if !defined(UNETPP_SEPARATE_KERNELS) || defined(UNETPP_DEFINE_KERNELS)
#include "unetpp/kernels/compiled_norm_kernels.hpp"
#endif

#undef UNETPP_KERNELS_INLINE
