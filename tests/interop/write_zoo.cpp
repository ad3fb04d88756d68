// write_zoo FOLDER: the network of all layers as ONNX with height, width and channels in either order (zoo.onnx,
// zoo-nchw.onnx), and images with what the library makes of them (zoo.safetensors); a model file of a network with batch
// normalisation and dropout (best-model.safetensors), and the same of it (best.safetensors); a U-Net of kinds that no
// recipe has as ONNX (other.onnx), and the same of it (other.safetensors).

#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <unetpp/io/files/onnx.hpp>
#include <unetpp/io/files/save_weights.hpp>
#include <unetpp/io/files/write_safetensors.hpp>
#include <unetpp/unet.hpp>
#include <utility>

#include "../../examples/networks.hpp"
#include "../nn/random_tensors.hpp"
#include "zoo.hpp"

namespace {

using namespace unetpp;

/// Writes random images and the result for them.
template <class Net>
void write_result(const std::filesystem::path& file, const Parameters<Net>& parameters) {
  constexpr int count = 3;
  Batch<Net::in> images(count);
  const Random random(6, 0);
  for (std::size_t i = 0; i < images.span().size(); ++i) images.span()[i] = random.uniform(i);
  InferenceWorkspace<Net> workspace(count);
  const auto result = workspace.forward(parameters, std::as_const(images).view());
  write_safetensors(file,
                    {{"images", {count, Net::in.height, Net::in.width, Net::in.channels}, images.span()},
                     {"result",
                      {count, Net::out.height, Net::out.width, Net::out.channels},
                      {result.data(), count * Net::out.size()}}},
                    {});
}

void run(const std::filesystem::path& folder) {
  using io_tests::Zoo;
  Parameters<Zoo> parameters([](const NamedTensor&, std::uint64_t number, std::span<float> values) {
    const Random random(5, number);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.3f * random.normal(i);
  });
  for (std::size_t i = 0; i < parameters.statistics().size(); ++i)
    parameters.statistics()[i] = 0.5f + Random(7).uniform(i);
  write_result(folder / "zoo.safetensors", parameters);
  save_onnx(folder / "zoo.onnx", parameters);
  save_onnx(folder / "zoo-nchw.onnx", parameters, {.nchw = true});

  const Parameters<io_tests::OtherUNet> other = check::random_tensors<io_tests::OtherUNet>();
  write_result(folder / "other.safetensors", other);
  save_onnx(folder / "other.onnx", other);

  using Best = examples::BestDrawnPetsNet;
  const Parameters<Best> best = check::random_tensors<Best>();
  write_result(folder / "best.safetensors", best);
  save_weights(folder / "best-model.safetensors", best, to_metadata(model_info<Best>({})));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc == 2 ? argv[1] : throw unetpp::ArgumentError("usage: write_zoo FOLDER"));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_zoo: %s\n", error.what());
    return 1;
  }
}
