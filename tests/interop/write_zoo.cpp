// write_zoo FOLDER: the network of all layers as ONNX with height, width and channels in either order (zoo.onnx,
// zoo-nchw.onnx), and images with what the library makes of them (zoo.safetensors).

#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <unetpp/io/files/onnx.hpp>
#include <unetpp/io/files/safetensors.hpp>
#include <unetpp/io/files/write_safetensors.hpp>

#include "zoo.hpp"

namespace {

void run(const std::filesystem::path& folder) {
  using namespace unetpp;
  using io_tests::Zoo;
  constexpr int count = 3;
  Parameters<Zoo> parameters([](const NamedTensor&, std::uint64_t number, std::span<float> values) {
    const Random random(5, number);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.3f * random.normal(i);
  });
  Batch<Zoo::in> images(count);
  const Random random(6, 0);
  for (std::size_t i = 0; i < images.span().size(); ++i) images.span()[i] = random.uniform(i);
  InferenceWorkspace<Zoo> workspace(count);
  const auto result = workspace.forward(parameters, std::as_const(images).view());
  write_safetensors(folder / "zoo.safetensors",
                    {{"images", {count, Zoo::in.height, Zoo::in.width, Zoo::in.channels}, images.span()},
                     {"result",
                      {count, Zoo::out.height, Zoo::out.width, Zoo::out.channels},
                      {result.data(), count * Zoo::out.size()}}},
                    {});
  save_onnx(folder / "zoo.onnx", parameters);
  save_onnx(folder / "zoo-nchw.onnx", parameters, {.nchw = true});
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
