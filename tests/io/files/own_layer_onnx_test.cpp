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
  static constexpr std::array tensors{scale_tensor("scale", In.channels),
                                      statistic_tensor("mean", In.channels, 0, 0.9f)};
  enum { scale, mean };  // of `tensors`
  static constexpr Kept kept{.an_image = In.size()};  // u·x

  static float u(const Context& c, std::size_t at) {
    if (!c.training()) return 0.75f;
    return c.random().uniform(c.pass().first_image * In.size() + at) < 0.75f ? 1.0f : 0.0f;
  }
  static void forward(Tensors<Own> p, BatchView<const float, in> x, OutputTarget<out> y, const Context& c) {
    parallel_for(c.threads(), x.pixels(), [&](std::size_t i, int) {
      for (std::size_t k = 0; k < In.channels; ++k) {
        const std::size_t at = i * In.channels + k;
        const float kept_x = u(c, at) * x.pixel(i)[k], value = p[scale][k] * (kept_x - p[mean][k]);
        if (c.training()) c.kept_of_images()[at] = kept_x;
        y.view.pixel(i)[k] = (y.accumulate ? y.view.pixel(i)[k] : 0) + value;
      }
    });
  }
  static void backward(Tensors<Own> p, BatchView<const float, in> x, BatchView<const float, out>,
                       BatchView<const float, out> dy, Gradients<Own> to, const Context& c) {
    parallel_for(c.threads(), In.channels, [&](std::size_t k, int) {
      for (std::size_t i = 0; i < x.pixels(); ++i) {
        const std::size_t at = i * In.channels + k;
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

TEST_CASE("a user's own layer trains, goes on and is exported like any other") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "run.safetensors";
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    Batch<Net::in> images(6);
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(1).uniform(i);
    ArrayLoader<Net::in> data(images, ArrayLoader<Net::in>::Labels(6), {.batch = 2, .seed = 3});
    Parameters<Net> whole, begun, resumed(HeNormal{9});
    Adam one, two, three;
    fit(whole, one, data, {.epochs = 2, .threads = threads, .progress = false});
    save_checkpoint(path, begun, two, fit(begun, two, data, {.threads = threads, .progress = false}));
    const TrainingState start = load_checkpoint(path, resumed, three).state;
    fit(resumed, three, data, {.epochs = 2, .threads = threads, .progress = false, .start = start});
    std::vector<float> all(whole.span().begin(), whole.span().end());
    all.insert(all.end(), whole.statistics().begin(), whole.statistics().end());
    if (first.empty()) first = all;
    CHECK(all == first);
    CHECK(std::equal(all.begin(), all.begin() + parameter_count<Net>, resumed.span().begin()));
    CHECK(std::equal(whole.statistics().begin(), whole.statistics().end(), resumed.statistics().begin()));
    CHECK(whole.statistics()[0] != 0.0f);
    CHECK(to_onnx(resumed).graph().node_size() > to_onnx(Parameters<UNet<Net::config>>()).graph().node_size() + 8);
  }
}
