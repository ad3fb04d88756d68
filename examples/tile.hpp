#pragma once
// The network that predicts images of any size by tiles.

#include <algorithm>
#include <unetpp/nn/fold_batch_norm.hpp>
#include <unetpp/unet.hpp>

namespace examples {

/// How many times a tile is as high or wide as what the network was trained at.
constexpr int tile_factor(int trained) { return std::clamp((767 + trained) / trained, 1, 6); }

/// Net at the size of a tile, without batch normalisation: six times the height and width that it was trained at, or as
/// many times as give 768 pixels.
///
/// For the default network these have 768×768 pixels and overlap by 208, since it sees 204: of a large image each pixel
/// is computed 1.9 times on average, in 0.5 GB (tiles of 512×512: 2.8 times in 0.23 GB; 1024×1024: 1.6 in 0.87).
template <class Net>
using Tile = unetpp::Folded<typename Net::template resized<tile_factor(Net::in.height) * Net::in.height,
                                                           tile_factor(Net::in.width) * Net::in.width>>;

}  // namespace examples
