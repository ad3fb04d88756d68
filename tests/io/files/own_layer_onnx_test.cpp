// A layer of a user's own: all that a layer can have, in one file, of which the library knows nothing.
#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/files/checkpoint.hpp"
#include "unetpp/io/files/onnx.hpp"
#include "unetpp/unet.hpp"

using namespace unetpp;
/// y = scale·(u·x − mean): in training u is 0 or 1 at random and 0.75 in the mean, in inference it is 0.75; mean is the
/// running mean of x.
template <Shape In>
struct Own : LayerDefaults {
  static constexpr const char* kind = "own";
  static constexpr Shape in = In, out = In;
  static constexpr Footprint footprint{};
  static constexpr std::size_t channels = In.channels;
  enum { scale, mean };
  static constexpr std::array tensors{scale_tensor("scale", channels), statistic_tensor("mean", channels, 0, 0.9f)};
  static constexpr Kept kept{.an_image = In.size()};  // u·x
  static float u(const Context& c, std::size_t at) {
    return c.training() ? c.random().uniform(c.pass().first_image * In.size() + at) < 0.75f : 0.75f;
  }
  static void forward(Tensors<Own> p, BatchView<const float, in> x, OutputTarget<out> y, const Context& c) {
    parallel_for(c.threads(), x.pixels() * channels, [&](std::size_t at, int) {
      const std::size_t i = at / channels, k = at % channels;
      const float ux = u(c, at) * x.pixel(i)[k], old = y.accumulate ? y.view.pixel(i)[k] : 0;
      if (c.training()) c.kept_of_images()[at] = ux;
      y.view.pixel(i)[k] = old + p[scale][k] * (ux - p[mean][k]);
    });
  }
  static void backward(Tensors<Own> p, BatchView<const float, in> x, BatchView<const float, out>,
                       BatchView<const float, out> dy, Gradients<Own> to, const Context& c) {
    parallel_for(c.threads(), channels, [&](std::size_t k, int) {
      for (std::size_t i = 0, at = k; i < x.pixels(); ++i, at += channels) {
        to.dp[scale][k] += dy.pixel(i)[k] * (c.kept_of_images()[at] - p[mean][k]);
        to.dp[mean][k] += static_cast<float>(c.pass().share / static_cast<double>(x.pixels())) * x.pixel(i)[k];
        const float dx = p[scale][k] * u(c, at) * dy.pixel(i)[k];
        if (to.dx.wanted()) to.dx.epilogue(x).store(&dx, 1, static_cast<int>(k), i, to.dx.view.pixel(i) + k);
      }
    });
  }
};
template <Shape In>
struct unetpp::OnnxExport<Own<In>> {
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<Own<In>> p) {
    graph.initializer(name + ".u", {1}, std::array{0.75f});
    graph.initializer(name + ".mean", {In.channels, 1, 1}, p[Own<In>::mean]);
    graph.initializer(name + ".scale", {In.channels, 1, 1}, p[Own<In>::scale]);
    graph.add("Mul", name + "_u", {x, name + ".u"});
    graph.add("Sub", name + "_centred", {name + "_u", name + ".mean"});
    return graph.add("Mul", name, {name + "_centred", name + ".scale"}).output(0);
  }
};
template <Shape In, BlockConfig C>
using OwnBlock = Sequential<ConvBlock<In, C>, Own<Shape{In.height, In.width, C.filters}>>;
using Net = UNet<UNetConfig{.height = 8, .width = 8, .base_channels = 4, .depth = 1}, OwnBlock>;
std::vector<float> values(const Parameters<Net>& p) {
  return {p.span().data(), p.span().data() + p.span().size() + p.statistics().size()};  // which lie behind
}
TEST_CASE("a user's own layer trains, goes on and is exported like any other") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "run.safetensors";
  Batch<Net::in> images(6);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(1).uniform(i);
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    ArrayLoader<Net::in> data(images, ArrayLoader<Net::in>::Labels(6), {.batch = 2, .seed = 3});
    Parameters<Net> whole, begun, resumed(HeNormal{9});
    Adam one, two, three;
    fit(whole, one, data, {.epochs = 2, .threads = threads, .progress = false});
    if (first.empty()) first = values(whole);
    CHECK(values(whole) == first);
    save_checkpoint(path, begun, two, fit(begun, two, data, {.threads = threads, .progress = false}));
    const TrainingState start = load_checkpoint(path, resumed, three).state;
    fit(resumed, three, data, {.epochs = 2, .threads = threads, .progress = false, .start = start});
    CHECK(values(resumed) == first);
    CHECK(whole.statistics()[0] != 0.0f);
    CHECK(to_onnx(whole).graph().node_size() > to_onnx(Parameters<UNet<Net::config>>()).graph().node_size() + 8);
  }
}
