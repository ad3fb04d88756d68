// The kernels of layers that the default U-Net does not have, of one instruction set.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/alone.inc.hpp"
#define UNETPP_BODY
#endif

#include "unetpp/kernels/simd/vector.inc.hpp"
// The others need it.
#include "unetpp/kernels/simd/pack.inc.hpp"
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#include "unetpp/kernels/simd/softmax.inc.hpp"
// The next five need these.
#include "unetpp/kernels/simd/activation.inc.hpp"
#include "unetpp/kernels/simd/depthwise.inc.hpp"
#include "unetpp/kernels/simd/normalise.inc.hpp"
#include "unetpp/kernels/simd/random.inc.hpp"
#include "unetpp/kernels/simd/resample.inc.hpp"

template <class T>
inline constexpr LayerKernels<T> kernels{.weighted_row = weighted_row<T>,
                                         .multiply = multiply<T>,
                                         .leaky_relu = leaky_relu<T>,
                                         .silu = silu<T>,
                                         .silu_gradient = silu_gradient<T>,
                                         .moments = moments<T>,
                                         .gradient_moments = gradient_moments<T>,
                                         .linear = linear<T>,
                                         .depthwise_row = depthwise_row<T>,
                                         .depthwise_gradient_row = depthwise_gradient_row<T>,
                                         .draw = draw};
