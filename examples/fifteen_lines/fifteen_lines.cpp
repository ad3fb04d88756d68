#include <unetpp/io/data/loader.hpp>
#include <unetpp/io/files/save_weights.hpp>
#include <unetpp/unet.hpp>

int main() {
  using Net = unetpp::UNet<unetpp::UNetConfig{.height = 128, .width = 128, .classes = 3}>;
  const unetpp::PetDataset pets("pets");  // images/NAME.jpg with annotations/trimaps/NAME.png
  const unetpp::Split parts = unetpp::split(pets.size(), 100, 42);
  unetpp::Loader<Net::in, unetpp::PetDataset> train(pets, parts.train, {.batch = 8});
  unetpp::Loader<Net::in, unetpp::PetDataset> validation(pets, parts.validation, {.batch = 8, .shuffle = false});
  unetpp::Parameters<Net> parameters(unetpp::HeNormal{42});
  unetpp::Adam adam({.learning_rate = 1e-3});
  unetpp::fit(parameters, adam, train, validation, {.epochs = 15});
  unetpp::save_weights("model.safetensors", parameters);
}
