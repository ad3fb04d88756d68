// write_logits MODEL.safetensors LOGITS.safetensors IMAGE...: what the default U-Net makes of photographs, for other
// programs to compare: tensors images, logits (of the fastest kernels) and logits_im2col (of the general ones).

#include <cstdio>
#include <exception>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

namespace {

using namespace unetpp;
using Net = UNet<>;
using Im2col = UNet<UNetConfig{.algorithm = ConvAlgorithm::im2col}>;

template <class N>
std::vector<float> logits_of(const char* model, const Batch<N::in>& images) {
  Parameters<N> parameters;
  load_weights(model, parameters);
  InferenceWorkspace<N> workspace(images.view().count());
  const BatchView<const float, N::out> logits = workspace.forward(parameters, images.view());
  return {logits.data(), logits.data() + images.view().count() * N::out.size()};
}

void run(const char* model, const char* out, const std::vector<const char*>& names) {
  Batch<Net::in> images(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    to_float(resize_bilinear(read_image(names[i]), Net::in.height, Net::in.width),
             images.span().subspan(i * Net::in.size(), Net::in.size()));
  const std::vector<float> logits = logits_of<Net>(model, images), im2col = logits_of<Im2col>(model, images);
  const auto extents = [&](Shape s) {
    return std::vector<int>{static_cast<int>(names.size()), s.height, s.width, s.channels};
  };
  write_safetensors(out,
                    {{"images", extents(Net::in), images.span()},
                     {"logits", extents(Net::out), logits},
                     {"logits_im2col", extents(Net::out), im2col}},
                    {});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: write_logits MODEL.safetensors LOGITS.safetensors IMAGE...\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], {argv + 3, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_logits: %s\n", error.what());
    return 1;
  }
}
