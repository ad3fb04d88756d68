#pragma once
// What may become of a sample before a network trains on it.

#include <cstdint>
#include <vector>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// The numbers from `low` to `high`, of which one is drawn.
struct Range {
  float low;
  float high;
};

/// What an Augment does, and how often: nothing unless told. Each operation has a probability of its own, in [0, 1], and
/// ranges from which it draws evenly; their defaults are ours where no source is named. Those of nnU-Net (Isensee et al.,
/// Nature Methods 2021) are of its code, version 1. White is 255 of 8 bits, 65535 of 16 bits, and 1 of floats, which are
/// not cut to [0, 1].
struct AugmentConfig {
  /// Mirrors.
  struct Flip {
    float horizontal = 0;  ///< probability of left for right
    float vertical = 0;    ///< probability of top for bottom
  };
  /// Turns about the centre.
  struct Rotation {
    float probability = 0;
    Range degrees{-15, 15};  ///< counterclockwise
  };
  /// Makes everything larger or smaller, the size of the sample staying as it is.
  struct Scale {
    float probability = 0;
    Range factor{0.8f, 1.25f};  ///< above 1: larger; drawn evenly in its logarithm
  };
  /// Moves.
  struct Shift {
    float probability = 0;
    Range height{-0.1f, 0.1f};  ///< downwards, in heights of what comes out
    Range width{-0.1f, 0.1f};   ///< to the right, in widths of what comes out
  };
  /// Slants what is upright.
  struct Shear {
    float probability = 0;
    Range degrees{-10, 10};  ///< of upright lines, to the right
  };
  /// Moves the points of a coarse grid by normal numbers, and what is between them smoothly with them (cubic B-splines).
  /// A point moves by 0.48 of the grid's spacing at most, so that nothing folds over.
  /// Source  Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015; Choi & Lee, "Injectivity conditions of 2D and 3D uniform
  ///         cubic B-spline functions", Graphical Models 2000.
  struct Elastic {
    float probability = 0;
    /// Standard deviation of how far a point moves along each axis, in shorter sides of what comes out; pixels move half
    /// as far, as B-splines smooth. (0.02: 10 pixels of 512, as in the U-Net paper.)
    Range amplitude{0.02f, 0.02f};
    int grid = 3;  ///< points a side that lie on what comes out, 2 to 64 (3: as in the U-Net paper)
  };
  /// Takes a window of the sample, anywhere in it. The operations above are about the window's centre, and see what is
  /// around it; a window that is larger than the sample is about the sample's centre.
  struct Crop {
    int height = 0;        ///< of the window, in pixels, and so of what comes out; 0: the sample's own
    int width = 0;         ///< as `height`
    float rare_share = 0;  ///< probability that one of `classes` is in the window (nnU-Net: a third)
    /// Of those that the sample has, one is drawn, then one of its pixels, about which the window is centred as far as it
    /// stays in the sample.
    std::vector<std::uint8_t> classes{};
  };
  /// What lies outside a sample.
  struct Border {
    bool fill = false;  ///< `value` and `label`; otherwise the sample's mirror image, the last pixel being twice there
    std::uint8_t value = 0;    ///< of every channel of the image; of 16 bits and floats the same share of white
    std::uint8_t label = 255;  ///< of the mask (255: what data sets mostly have a loss ignore)
  };

  /// Multiplies each channel by a number of its own.
  struct Gain {
    float probability = 0;
    Range factor{0.9f, 1.1f};
  };
  /// Adds a number to all channels.
  struct Brightness {
    float probability = 0;
    Range shift{-0.1f, 0.1f};  ///< 1: from black to white
  };
  /// Multiplies each channel's distance from its mean.
  /// Source  tf.image.adjust_contrast.
  struct Contrast {
    float probability = 0;
    Range factor{0.75f, 1.25f};  ///< as nnU-Net
  };
  /// Raises each value, in [0, 1], to a power.
  struct Gamma {
    float probability = 0;
    Range exponent{0.7f, 1.5f};  ///< below 1: brighter (as nnU-Net)
  };
  /// Turns the hue (HSV); of images of 3 channels only.
  struct Hue {
    float probability = 0;
    Range degrees{-18, 18};  ///< from red to green are 120
  };
  /// Multiplies the saturation (HSV); of images of 3 channels only.
  struct Saturation {
    float probability = 0;
    Range factor{0.7f, 1.3f};  ///< 0: grey
  };
  /// Blurs with a Gaussian filter, cut off at three standard deviations and at the borders.
  struct Blur {
    float probability = 0;
    Range sigma{0.5f, 1};  ///< standard deviation in pixels (as nnU-Net)
  };
  /// Makes the image smaller, and as large as it was again.
  struct LowResolution {
    float probability = 0;
    Range factor{0.5f, 1};  ///< sides of the smaller image (as nnU-Net)
  };
  /// Adds a normal number to every value.
  struct Noise {
    float probability = 0;
    Range sigma{0, 0.05f};  ///< standard deviation; 1: from black to white
  };
  /// Covers rectangles that lie in the image.
  /// Source  DeVries & Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
  struct Cutout {
    float probability = 0;
    int holes = 1;             ///< rectangles, 1 to 1,000; they may overlap
    Range height{0.1f, 0.3f};  ///< of each, in heights of the image
    Range width{0.1f, 0.3f};   ///< of each, in widths of the image
    std::uint8_t value = 128;  ///< of every channel there; of 16 bits and floats the same share of white
    int label = -1;            ///< of the mask there, 0 to 255; -1: as it was, so that the network has to guess
  };

  Flip flip{};
  Rotation rotation{};
  Scale scale{};
  Shift shift{};
  Shear shear{};
  Elastic elastic{};
  Crop crop{};
  Border border{};
  Gain gain{};
  Brightness brightness{};
  Contrast contrast{};
  Gamma gamma{};
  Hue hue{};
  Saturation saturation{};
  Blur blur{};
  LowResolution low_resolution{};
  Noise noise{};
  Cutout cutout{};
};

}  // namespace unetpp
