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
inline constexpr WinogradKernels winograd_kernels{.weight = transform_weight<Form>,
                                                  .weight_rotated = transform_weight_rotated<Form>,
                                                  .weight_gradient = transform_weight_gradient<Form>};

inline constexpr MicroKernels kernels{.set = set,
                                      .panel = panel,
                                      .product = product,
                                      .product_transposed = product_transposed,
                                      .pack = pack<float>,
                                      .pack_transposed = pack_transposed,
                                      .unpack = unpack<float>,
                                      .gather = gather,
                                      .sum_taps = sum_taps,
                                      .winograd4 = winograd_kernels<Form4>,
                                      .winograd2 = winograd_kernels<Form2>,
                                      .sum_rows = sum_rows,
                                      .softmax = softmax,
                                      .adam = adam,
                                      .sgd = sgd,
                                      .moving_average = moving_average};

template <class Form, class T>
inline constexpr WinogradTileKernels<T> winograd_tile_kernels{
    .input = transform_input<Form, T>, .gradient = transform_gradient<Form, T>, .output = transform_output<Form, T>};

template <class T>
inline constexpr ImageKernels<T> image_kernels{.pack = pack<T>,
                                               .unpack = unpack<T>,
                                               .winograd4 = winograd_tile_kernels<Form4, T>,
                                               .winograd2 = winograd_tile_kernels<Form2, T>,
                                               .max_pool_row = max_pool_row<T>,
                                               .max_pool_gradient_row = max_pool_gradient_row<T>,
                                               .copy = copy<T>,
                                               .relu = relu<T>,
                                               .relu_gradient = relu_gradient<T>,
                                               .to_floats = convert<T, float>,
                                               .from_floats = convert<float, T>};
