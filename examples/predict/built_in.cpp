// The networks of train_pets.

#include "../networks.hpp"
#include "load_masks.hpp"

bool predict::has_network(const unetpp::ModelInfo& info) { return examples::is_built_in(info); }

std::unique_ptr<predict::Masks> predict::load_masks(const Options& options, const unetpp::ModelInfo& info,
                                                    unetpp::Resize resize, TileProgress progress) {
  std::unique_ptr<Masks> masks;
  examples::with_network_of(info, options.model,
                            [&]<class Net>() { masks = masks_of<Net>(options, info, resize, progress); });
  return masks;
}
