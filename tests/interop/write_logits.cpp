// write_logits MODEL.safetensors LOGITS.safetensors IMAGE...: what the default U-Net, or one of milesial/Pytorch-UNet by
// examples/convert, makes of photographs, for other programs to compare: tensors images, logits (of the fastest kernels),
// logits_im2col (of the general ones) and logits_folded (of the network without batch normalisation).

#include <cstdio>
#include <exception>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/nn/fold_batch_norm.hpp>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

#include "../../examples/networks.hpp"

namespace {

using namespace unetpp;

constexpr UNetConfig milesial(WayUp way_up) {
  return {.classes = 2,
          .base_channels = 64,
          .normalisation = Normalisation::batch,
          .way_up = way_up,
          .batch_epsilon_per_million = 10,
          .head_kernel = 1};
}

constexpr UNetConfig by_im2col(UNetConfig config) {
  config.algorithm = ConvAlgorithm::im2col;
  return config;
}

template <class N>
std::vector<float> logits_of(const Parameters<N>& parameters, const Batch<N::in>& images) {
  InferenceWorkspace<N> workspace(images.view().count());
  const BatchView<const float, N::out> logits = workspace.forward(parameters, images.view());
  return {logits.data(), logits.data() + images.view().count() * N::out.size()};
}

template <class N>
Parameters<N> read(const char* model) {
  Parameters<N> parameters;
  load_weights(model, parameters);
  return parameters;
}

template <UNetConfig C>
void write(const char* model, const char* out, const std::vector<const char*>& names) {
  using Net = UNet<C>;
  Batch<Net::in> images(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    to_float(resize_bilinear(read_image(names[i]), Net::in.height, Net::in.width),
             images.span().subspan(i * Net::in.size(), Net::in.size()));
  const Parameters<Net> parameters = read<Net>(model);
  const std::vector<float> logits = logits_of(parameters, images),
                           im2col = logits_of(read<UNet<by_im2col(C)>>(model), images),
                           folded = logits_of(fold_batch_norm(parameters), images);
  const auto extents = [&](Shape s) {
    return std::vector<int>{static_cast<int>(names.size()), s.height, s.width, s.channels};
  };
  write_safetensors(out,
                    {{"images", extents(Net::in), images.span()},
                     {"logits", extents(Net::out), logits},
                     {"logits_im2col", extents(Net::out), im2col},
                     {"logits_folded", extents(Net::out), folded}},
                    {});
}

/// Writes the logits if the model file is of this network by all that it says.
template <UNetConfig C>
bool is_of(const ModelInfo& info, const char* model, const char* out, const std::vector<const char*>& names) {
  const bool same = examples::detail::info_of<UNet<C>>(info) == info;
  if (same) write<C>(model, out, names);
  return same;
}

void run(const char* model, const char* out, const std::vector<const char*>& names) {
  const ModelInfo info = parse_model_info(SafetensorsFile(model).metadata(), model);
  if (!is_of<UNetConfig{}>(info, model, out, names) && !is_of<milesial(WayUp::transposed)>(info, model, out, names) &&
      !is_of<milesial(WayUp::bilinear_alone)>(info, model, out, names))
    throw FormatError(std::string(model) + ": expected the default U-Net or one of milesial/Pytorch-UNet, found " +
                      examples::detail::network_text(info));
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
