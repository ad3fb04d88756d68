// Writes a model of train_pets as an ONNX file: see --help.

#include <string>
#include <unetpp/io/files/onnx.hpp>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/nn/fold_batch_norm.hpp>

#include "../main.hpp"
#include "../networks.hpp"

int main(int argc, char** argv) {
  std::string model, onnx;
  unetpp::OnnxConfig config;
  CLI::App app("Writes a model of train_pets as an ONNX file of opset 17 that takes any number of images.",
               "export_onnx");
  app.add_option("MODEL", model, "The model: .safetensors")->required();
  app.add_option("ONNX", onnx, "The file to write: .onnx")->required();
  app.add_flag("--nchw", config.nchw, "Channels before height and width, as PyTorch has them; without, after them");
  app.add_flag("--softmax", config.softmax, "Probabilities instead of logits");
  app.footer(
      "Batch normalisation has become part of the convolutions before it, and dropout is gone: a file has Conv,\n"
      "ConvTranspose, Relu, MaxPool and Concat only, which every program takes and none has to fuse itself.\n"
      "OpenVINO computes in bfloat16 on processors that have it, unless asked for float32:\n"
      "  core.compile_model(\"ONNX\", \"CPU\", {\"INFERENCE_PRECISION_HINT\": \"f32\"})\n"
      "Size, classes and preprocessing are in metadata_props; in OpenVINO, in model.get_rt_info(\"framework\").\n"
      "Max pooling of NaN is NaN in unetpp, but not in OpenVINO, nor always in ONNX Runtime.");
  return examples::run_main(app, argc, argv, [&] {
    const unetpp::ModelInfo info = examples::read_model_info(model, "export_onnx");
    examples::with_network_of(info, model, [&]<class Net>() {
      unetpp::Parameters<Net> parameters;
      unetpp::load_weights(model, parameters);
      unetpp::save_onnx(onnx, fold_batch_norm(parameters), config, info);
    });
    return 0;
  });
}
