#pragma once
// A network of all layers, with the odd sizes, strides, dilations and paddings that a U-Net does not have.

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

}  // namespace zoo

using Zoo = Sequential<zoo::Strided, zoo::Dilated, zoo::Skip, zoo::Pointwise, zoo::Grown, zoo::Cut, zoo::Even,
                       Softmax<zoo::Even::out>>;

}  // namespace io_tests
