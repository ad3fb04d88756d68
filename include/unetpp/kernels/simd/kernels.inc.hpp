// All kernels of one instruction set.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/alone.inc.hpp"
#define UNETPP_BODY
#endif

#include "unetpp/kernels/simd/vector.inc.hpp"
// The others need it.
#include "unetpp/kernels/simd/few_channels.inc.hpp"
#include "unetpp/kernels/simd/pack.inc.hpp"
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#include "unetpp/kernels/simd/pool.inc.hpp"
#include "unetpp/kernels/simd/product.inc.hpp"
#include "unetpp/kernels/simd/softmax.inc.hpp"
#include "unetpp/kernels/simd/update.inc.hpp"
#include "unetpp/kernels/simd/winograd_forms.inc.hpp"
// The next two need it.
#include "unetpp/kernels/simd/winograd_tiles.inc.hpp"
#include "unetpp/kernels/simd/winograd_weights.inc.hpp"

template <class Form>
inline constexpr WinogradKernels winograd_kernels{.input = transform_input<Form>,
                                                  .gradient = transform_gradient<Form>,
                                                  .output = transform_output<Form>,
                                                  .weight = transform_weight<Form>,
                                                  .weight_rotated = transform_weight_rotated<Form>,
                                                  .weight_gradient = transform_weight_gradient<Form>};

inline constexpr MicroKernels kernels{.panel = panel,
                                      .product = product,
                                      .product_transposed = product_transposed,
                                      .pack = pack,
                                      .pack_transposed = pack_transposed,
                                      .unpack = unpack,
                                      .gather = gather,
                                      .sum_taps = sum_taps,
                                      .winograd4 = winograd_kernels<Form4>,
                                      .winograd2 = winograd_kernels<Form2>,
                                      .sum_rows = sum_rows,
                                      .max_pool_row = max_pool_row,
                                      .max_pool_gradient_row = max_pool_gradient_row,
                                      .copy = copy,
                                      .relu = relu,
                                      .relu_gradient = relu_gradient,
                                      .softmax = softmax,
                                      .adam = adam,
                                      .sgd = sgd,
                                      .moving_average = moving_average};
