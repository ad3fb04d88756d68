#pragma once
// The loops of amx_kernels.hpp, which includes this file: not for others.

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

#ifdef UNETPP_AMX
#ifdef __clang__
#pragma clang attribute push(                                                                            \
    __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw,avx512bf16,amx-tile,amx-bf16"))), \
    apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw,avx512bf16,amx-tile,amx-bf16,prefer-vector-width=512")
#endif
namespace amx {
using avx512::finish;
using avx512::finished;
using avx512::finish_streams;
using avx512::load;
using avx512::load_part;
using avx512::LooseHalves;
using avx512::panel;
using avx512::prefetch;
using avx512::store;
using avx512::store_part;
using avx512::stream;
using avx512::transpose;
using avx512::Vec;
using avx512::width;
#define UNETPP_BODY
#include "unetpp/kernels/simd/amx.inc.hpp"
// The next needs it.
#include "unetpp/kernels/simd/amx_pairs.inc.hpp"
// And this both.
#include "unetpp/kernels/simd/amx_gradient.inc.hpp"
#undef UNETPP_BODY
template <class T>
inline constexpr AmxKernels<T> kernels{.begin_products = begin_products,
                                       .end_products = end_products,
                                       .product = product<T>,
                                       .pair_pixels = pair_pixels<T>,
                                       .pair_rows = pair_rows<T>,
                                       .pair_columns = pair_columns<T>,
                                       .finish_pixels = finish_pixels<T>,
                                       .pair_gradient = pair_gradient<T>,
                                       .pair_values = pair_values<T>,
                                       .add_gradient = add_gradient};
}  // namespace amx
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
template <class T>
const AmxKernels<T>& amx_kernels() {
#ifdef UNETPP_AMX
  return amx::kernels<T>;
#else
  static const AmxKernels<T> none{};
  return none;
#endif
}
#ifdef UNETPP_SEPARATE_KERNELS
template const AmxKernels<float>& amx_kernels();
template const AmxKernels<BFloat16>& amx_kernels();
#endif
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
