// All kernels of one instruction set: `width` floats make its vector, `panel` a row that kernels work on, and
// `tile_rows` of these rows fit its registers.

inline constexpr int panel = 2 * width;
#ifdef __aarch64__
inline constexpr int tile_rows = 10;  // it has 32 vector registers; gcc spills with 11
#else
inline constexpr int tile_rows = width == 16 ? 14 : 6;
#endif

#include "unetpp/kernels/simd/vector.inc.hpp"
// The others need it.
#include "unetpp/kernels/simd/few_channels.inc.hpp"
#include "unetpp/kernels/simd/pack.inc.hpp"
#include "unetpp/kernels/simd/pool.inc.hpp"
#include "unetpp/kernels/simd/product.inc.hpp"
#include "unetpp/kernels/simd/softmax.inc.hpp"
#include "unetpp/kernels/simd/update.inc.hpp"
#include "unetpp/kernels/simd/winograd_forms.inc.hpp"
// The next two need it.
#include "unetpp/kernels/simd/winograd_tiles.inc.hpp"
#include "unetpp/kernels/simd/winograd_weights.inc.hpp"

// clang-format off: a line each
template <class Form>
inline constexpr WinogradKernels winograd_kernels{transform_input<Form>,          transform_gradient<Form>,
                                                  transform_output<Form>,         transform_weight<Form>,
                                                  transform_weight_rotated<Form>, transform_weight_gradient<Form>};

inline constexpr MicroKernels kernels{panel,
                                      product,
                                      product_transposed,
                                      pack,
                                      pack_transposed,
                                      unpack,
                                      gather,
                                      sum_taps,
                                      winograd_kernels<Form4>,
                                      winograd_kernels<Form2>,
                                      sum_rows,
                                      max_pool_row,
                                      max_pool_gradient_row,
                                      softmax,
                                      adam,
                                      sgd};
// clang-format on
