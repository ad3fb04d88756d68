// make_report KIND FOLDER writes a report of a run that never was, for the tests of the page: every mask is known, and is
// written to truth.bin ([image][y][x]) and predicted.bin ([epoch][image][y][x]), a byte each.

#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/unet.hpp>
#include <vector>

using namespace unetpp;

namespace {

struct Kind {
  std::string name;
  std::size_t images;
  int epochs;   // that are done
  int planned;  // epochs
  bool validated = true;
  bool stopped = false;
  bool events = false;  // for TensorBoard, too, with names that are not UTF-8
};

const Kind kinds[] = {{"page", 16, 15, 15},
                      {"long", 64, 200, 200},
                      {"waiting", 4, 0, 5},
                      {"running", 4, 2, 5},
                      {"next", 4, 3, 5},
                      {"unvalidated", 0, 4, 4, false},
                      {"stopped", 4, 2, 5, true, true},
                      {"events", 2, 2, 2, true, false, true}};

constexpr Shape size{128, 128, 3};
constexpr int classes = 3, ignored = 255;

/// A blob with a band around it and a frayed edge: `error` moves it away from the true one.
/// About as many runs as predictions of photographs of pets have.
std::vector<std::uint8_t> blob(std::size_t image, double error, std::uint64_t noise) {
  const Random shape(7, image), fray(noise, image);
  const double x0 = 44 + 40 * shape.uniform(0) + 30 * error, y0 = 44 + 40 * shape.uniform(1) - 20 * error;
  const double radius = 22 + 22 * shape.uniform(2) + 12 * error, turn = 6 * shape.uniform(3);
  std::vector<std::uint8_t> mask;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const double angle = std::atan2(y - y0, x - x0), far = std::hypot(x - x0, y - y0);
      const double edge = radius * (1 + .2 * std::sin(3 * angle + turn) + .08 * std::sin(7 * angle));
      const double rough = (fray.uniform(mask.size()) - .5) * (3 + 14 * error);
      const double distance = far - edge + rough;
      mask.push_back(std::abs(distance) < 3 ? 2 : distance < 0 ? 0 : 1);
    }
  return mask;
}

/// Colours that go with a mask, so that the page looks like something.
std::vector<float> picture(std::size_t image, const std::vector<std::uint8_t>& truth) {
  const Random random(11, image);
  std::vector<float> rgb;
  for (std::size_t i = 0; i < truth.size(); ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const float inside = .35f + .5f * random.uniform(c), outside = .3f + .6f * random.uniform(3 + c);
      rgb.push_back((truth[i] == 0 ? inside : outside) + .12f * (random.uniform(10 + i) - .5f));
    }
  return rgb;
}

void append(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
  std::FILE* out = std::fopen(file.c_str(), "ab");
  if (out == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), out) != bytes.size() || std::fclose(out) != 0)
    throw FileError(file.string() + ": cannot be written");
}

void make(const Kind& kind, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const char* name : {"truth.bin", "predicted.bin"}) std::filesystem::remove(folder / name);
  SegmentationReportConfig config{
      .folder = folder, .title = "<b>Drawn</b> & \"known\" </script>", .images = kind.images};
  config.classes = numbered_classes(classes);
  config.classes[0].name = "<script>alert(1)</script>";
  config.classes[1] = {"back\"ground' &amp; <!-- ", okabe_ito[1], false};
  config.names = {};
  for (std::size_t i = 0; i < kind.images; ++i)
    config.names.push_back(i == 0 ? "<img src=x onerror=alert(2)>" : "drawn_" + std::to_string(i));
  if (kind.events) {
    config.tensorboard = folder / "tensorboard";
    config.classes[2].name = "caf\xe9";
    config.names[1] = "ch\xe2t";
  }
  config.settings = {{"seed", 7}, {"</script><script>alert(3)</script>", "<i>value</i>"}};
  config.network = summary<UNet<>>();
  SegmentationReport report(std::move(config));

  std::vector<std::vector<std::uint8_t>> truths;
  std::vector<std::vector<float>> pictures;
  for (std::size_t i = 0; i < kind.images; ++i) {
    truths.push_back(blob(i, 0, 1));
    pictures.push_back(picture(i, truths.back()));
    if (i == 1) std::fill_n(truths.back().begin(), 10 * size.width, static_cast<std::uint8_t>(ignored));
    append(folder / "truth.bin", truths.back());
  }

  report.on_fit_begin({1, kind.planned, {}});
  constexpr int different = 15;  // epochs after which the masks come again, as it takes long to make them
  std::vector<std::vector<std::uint8_t>> masks;
  for (int epoch = 1; epoch <= kind.epochs; ++epoch) {
    const int phase = (epoch - 1) % different;
    const double error = std::exp(-4.0 * (phase + 1) / std::min(kind.epochs, different)) + .01;
    EpochEnd end{epoch, kind.planned, .25 + error * .6, {}, 12.5 + .01 * epoch, 20 + .1 * epoch, .001 / epoch};
    if (kind.validated)
      end.validation.emplace(Evaluation{{.32 + error * .5 + .012 * epoch, 1}, ConfusionMatrix(classes)});
    for (std::size_t i = 0; i < kind.images; ++i) {
      if (epoch <= different) {
        masks.push_back(blob(i, error * (.3 + .05 * static_cast<double>(i % 16)), 100u + epoch));
        append(folder / "predicted.bin", masks.back());
      }
      const std::vector<std::uint8_t>& predicted = masks[i + kind.images * static_cast<std::size_t>(phase)];
      report.on_validation_batch_end({epoch,
                                      kind.planned,
                                      i + 1,
                                      kind.images,
                                      size,
                                      {size.height, size.width, classes},
                                      pictures[i].data(),
                                      3,
                                      truths[i],
                                      predicted,
                                      ignored});
      end.validation->confusion.add(truths[i], predicted, ignored);
    }
    report.on_epoch_end(end);
  }
  if (kind.stopped) report.on_fit_end({kind.epochs, kind.planned, {}});
  std::printf("%s: %.2f s for the report of %d epochs\n", report.path().c_str(), report.seconds(), kind.epochs);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Kind& kind : kinds)
    if (argc == 3 && kind.name == argv[1]) {
      make(kind, argv[2]);
      return 0;
    }
  std::fprintf(stderr, "make_report KIND FOLDER, where KIND is one of:");
  for (const Kind& kind : kinds) std::fprintf(stderr, " %s", kind.name.c_str());
  std::fputc('\n', stderr);
  return 2;
}
