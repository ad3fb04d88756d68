// A user's program for compile_time.sh: it trains the default network and includes the one header.

#include <unetpp/unet.hpp>

int main() {
  using Net = unetpp::UNet<>;
  unetpp::ArrayLoader<Net::in> train(unetpp::Batch<Net::in>(8), unetpp::ArrayLoader<Net::in>::Labels(8), {.batch = 8});
  unetpp::Parameters<Net> parameters;
  unetpp::Adam adam;
  unetpp::fit(parameters, adam, train, {.epochs = 1});
}
