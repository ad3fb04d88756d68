#pragma once
// Naive float64 truth for every layer. Standard library only, and nothing of unetpp.

#include "naive_convolution.hpp"    // relu, conv2d, depthwise_conv2d, conv2d_transpose
#include "naive_geometry.hpp"       // extents and padding
#include "naive_loss.hpp"           // softmax, sparse_cross_entropy
#include "naive_normalisation.hpp"  // group_norm
#include "naive_pooling.hpp"        // max_pool, max_pool_gradient, concatenate
#include "naive_resampling.hpp"     // average_pool, upsample_nearest, upsample_bilinear
#include "naive_unet.hpp"           // naive_unet
