// A user of everything public: it builds with nothing but the package, and without a warning.
#include <cstdio>
#include <every_header.hpp>

using namespace unetpp;

namespace {

constexpr UNetConfig small{.height = 32, .width = 32, .classes = 3, .base_channels = 4, .depth = 2};
using Net = UNet<small>;
using Dilated = Conv2D<Net::in, Conv2DConfig{.filters = 8, .stride = 2, .dilation = 2}>;
using Mixed = Sequential<Dilated, ReLU<Dilated::out>, Softmax<Dilated::out>>;

struct Drawn {
  std::size_t size() const { return 4; }
  std::string name(std::size_t i) const { return std::to_string(i); }
  Sample load(std::size_t) const { return {Image{40, 36, bytes(3)}, Mask{40, 36, bytes(1)}}; }
  static std::vector<std::uint8_t> bytes(std::size_t channels) { return std::vector<std::uint8_t>(40 * 36 * channels); }
};

void train(const std::filesystem::path& folder) {
  const Drawn drawn;
  Loader<Net::in, Drawn> data(drawn, {0, 1, 2, 3}, {.batch = 2});
  ArrayLoader<Net::in> validation(Batch<Net::in>(2), ArrayLoader<Net::in>::Labels(2), {.batch = 2});
  Parameters<Net> parameters(HeNormal{1});
  Adam adam;
  CheckpointWriter checkpoints(parameters, adam, {.folder = folder, .minutes = 0});
  SegmentationReport report({.folder = folder, .network = summary<Net>(), .tensorboard = folder});
  StopOnSignal signals;
  EarlyStopping stopping;
  KeepBest best(parameters);
  // A config of its own: gcc 12 warns of vectors in braces within braces within a call (-Wmaybe-uninitialized).
  FitConfig config{.epochs = 1, .loss = SoftmaxCrossEntropy({.class_weights = {1, 2, 3}})};
  config.start = checkpoints.resume();
  fit(parameters, adam, data, validation, config, checkpoints, report, signals, stopping, best,
      [](const EpochEnd& e) { std::printf("%f\n", e.train_loss); });
  SGD sgd({.momentum = 0.9, .nesterov = true});
  fit(parameters, sgd, data, {.epochs = 1, .progress = false});
  save_weights(folder / "model.safetensors", parameters,
               to_metadata(model_info<Net>(model_classes(numbered_classes(3)))));
}

void predict(const std::filesystem::path& folder) {
  Parameters<Net> parameters;
  const ModelInfo info = parse_model_info(load_weights(folder / "model.safetensors", parameters), "model.safetensors");
  Predictor<Net> predictor(parameters, {.batch = 2});
  predictor.probabilities(Batch<Net::in>(2));
  predictor.classes(Batch<Net::in>(2));
  TiledPredictor<Net> tiled(parameters, {.overlap = 4});
  const Image image = to_image(Drawn().load(0).image);
  const Mask mask = predict_mask(tiled, image);
  write_file(folder / "picture.png", encode_png(picture(image, mask, mask)));
  InferenceWorkspace<Mixed> workspace(1);
  const auto y = workspace.forward(Parameters<Mixed>(), Batch<Mixed::in>(1));
  std::printf("unetpp %s: %d classes, %s\n", version, info.classes, to_string(y.shape).c_str());
#ifdef CONSUMER_HAS_ONNX
  save_onnx(folder / "model.onnx", parameters, {.nchw = true}, info);
#endif
}

}  // namespace

int main(int, char** argv) {
  train(argv[1]);
  predict(argv[1]);
}
