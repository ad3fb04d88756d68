#pragma once
// A network of all layers, with the odd sizes, strides, dilations and paddings that a U-Net does not have.

#include "unetpp/layers/average_pool2d.hpp"
#include "unetpp/layers/depthwise_conv2d.hpp"
#include "unetpp/layers/dropout.hpp"
#include "unetpp/layers/group_norm.hpp"
#include "unetpp/layers/leaky_relu.hpp"
#include "unetpp/layers/silu.hpp"
#include "unetpp/layers/upsample2d.hpp"
#include "unetpp/nn/residual.hpp"
#include "unetpp/nn/separable_conv2d.hpp"
#include "unetpp/unet.hpp"

namespace io_tests {

using namespace unetpp;

namespace zoo {

using Strided = Conv2D<Shape{22, 19, 3}, Conv2DConfig{.filters = 5, .stride = 2, .activation = Activation::relu}>;
using Dilated =
    Conv2D<Strided::out, Conv2DConfig{.filters = 4, .kernel = Extent(3, 2), .dilation = Extent(2, 3), .bias = false}>;
using Rectified = ReLU<Dilated::out>;
using Pooled = MaxPool2D<Rectified::out, MaxPool2DConfig{.window = 3, .stride = 2, .padding = Padding::same}>;
using Up =
    ConvTranspose2D<Pooled::out, ConvTranspose2DConfig{.filters = 6, .kernel = 3, .activation = Activation::relu}>;
using Valid = Conv2D<Up::out, Conv2DConfig{.filters = 4, .kernel = Extent(2, 1), .padding = Padding::valid}>;
using Skip = SkipConcat<Sequential<Rectified, Pooled, Up, Valid>>;
using Pointwise = Conv2D<Skip::out, Conv2DConfig{.filters = 7, .kernel = 1}>;
using Grown =
    ConvTranspose2D<Pointwise::out,
                    ConvTranspose2DConfig{
                        .filters = 4, .kernel = Extent(4, 5), .stride = Extent(2, 3), .padding = Padding::valid}>;
using Cut =
    ConvTranspose2D<Grown::out,
                    ConvTranspose2DConfig{.filters = 3, .kernel = Extent(4, 1), .stride = Extent(3, 2), .bias = false}>;
using Even = Conv2D<Cut::out, Conv2DConfig{.filters = 3, .kernel = 4, .stride = Extent(3, 2)}>;

using Wide = Conv2D<Even::out, Conv2DConfig{.filters = 8, .kernel = 1}>;
using Centred = BatchNorm2D<Wide::out, BatchNorm2DConfig{.activation = Activation::relu}>;
using Normalised = GroupNorm<Wide::out, GroupNormConfig{.groups = 4}>;
using Block = Residual<Sequential<Normalised, SiLU<Wide::out>, Dropout<Wide::out>,
                                  Conv2D<Wide::out, Conv2DConfig{.filters = 8, .activation = Activation::relu}>>>;
using Depthwise = DepthwiseConv2D<Wide::out, DepthwiseConv2DConfig{.stride = 2, .activation = Activation::relu}>;
using Averaged = AveragePool2D<Wide::out, AveragePool2DConfig{.window = {3, 2}, .stride = 2, .padding = Padding::same}>;
using Shortcut = Sequential<Averaged, Conv2D<Averaged::out, Conv2DConfig{.filters = 6, .kernel = 1}>>;
using Half = Residual<Sequential<Depthwise, Conv2D<Depthwise::out, Conv2DConfig{.filters = 6}>>, Shortcut>;
using Regrouped = GroupNorm<Half::out, GroupNormConfig{.groups = 3, .activation = Activation::relu}>;
using Nearest = Upsample2D<Regrouped::out, Upsample2DConfig{.factor = {2, 1}}>;
using Separable = SeparableConv2D<Nearest::out, SeparableConv2DConfig{.filters = 3}>;
using Bilinear =
    Upsample2D<Separable::out, Upsample2DConfig{.factor = {2, 3}, .interpolation = Interpolation::bilinear}>;

using Aligned =
    Upsample2D<Bilinear::out, Upsample2DConfig{.factor = {2, 1}, .interpolation = Interpolation::bilinear_aligned}>;

}  // namespace zoo

using Zoo = Sequential<zoo::Strided, zoo::Dilated, zoo::Skip, zoo::Pointwise, zoo::Grown, zoo::Cut, zoo::Even,
                       zoo::Wide, zoo::Centred, zoo::Block, zoo::Half, LeakyReLU<zoo::Half::out>, zoo::Regrouped,
                       zoo::Nearest, zoo::Separable, zoo::Bilinear, zoo::Aligned, Softmax<zoo::Aligned::out>>;

/// A U-Net of the kinds that the recipes do not have.
using OtherUNet = UNet<UNetConfig{.height = 32,
                                  .width = 16,
                                  .base_channels = 8,
                                  .depth = 2,
                                  .block = BlockKind::residual,
                                  .normalisation = Normalisation::group,
                                  .activation = BlockActivation::silu,
                                  .way_up = WayUp::bilinear_alone,
                                  .norm_groups = 4,
                                  .head_kernel = 1}>;

}  // namespace io_tests
