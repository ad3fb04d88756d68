// The program as its users meet it: what it writes, and what it says to bad input.

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/nn/fold_batch_norm.hpp>
#include <unetpp/report/picture.hpp>
#include <vector>

#include "../../examples/networks.hpp"
#include "../../examples/predict/output.hpp"
#include "../../examples/program.hpp"
#include "../../examples/train_pets/synthetic.hpp"
#include "../catch.hpp"
#include "../io/fixtures.hpp"
#include "../io/image/make_jpeg.hpp"
#include "../io/image/make_tiff.hpp"
#include "../nn/random_tensors.hpp"

namespace fs = std::filesystem;
using examples::DrawnPetsNet;
using examples::ProgramResult;
using io_tests::put;
using io_tests::TemporaryFolder;

namespace {

ProgramResult run_predict(std::vector<std::string> arguments, int captured = STDERR_FILENO) {
  return examples::run(
      {.name = UNETPP_PREDICT, .arguments = std::move(arguments), .package = "unetpp", .captured = captured});
}

/// A folder with a model that learned nothing, and images of two sizes.
struct Workplace {
  TemporaryFolder folder;
  std::string model = (folder.path() / "model.safetensors").string();
  std::string out = (folder.path() / "out").string();
  fs::path images = folder.path() / "images";

  Workplace() {
    unetpp::ModelInfo info =
        unetpp::model_info<DrawnPetsNet>({{"pet", {9, 8, 7}}, {"background", {0, 0, 0}}, {"outline", {255, 0, 0}}});
    save(info);
    put(images / "a.jpg", unetpp::encode_jpeg(io_tests::drawn_image(40, 30)));
    put(images / "b.png", unetpp::encode_png(io_tests::drawn_image(100, 120)));
  }
  void save(const unetpp::ModelInfo& info) const {
    const unetpp::Parameters<DrawnPetsNet> parameters(unetpp::HeNormal{1});
    save_weights(model, parameters, to_metadata(info));
  }
  unetpp::Mask mask(const char* name) const {
    return unetpp::read_mask(fs::path(out) / "masks" / (name + std::string(".png")));
  }
  ProgramResult run(std::vector<std::string> more = {}, int captured = STDERR_FILENO) const {
    more.insert(more.begin(), {model, images.string(), "--out", out});
    return run_predict(more, captured);
  }
  nlohmann::json json() const { return nlohmann::json::parse(unetpp::read_file(fs::path(out) / "predictions.json")); }
};

/// A network in which a pixel's red alone counts: a pet above one half, background below.
unetpp::Parameters<DrawnPetsNet> sees_red() {
  unetpp::Parameters<DrawnPetsNet> parameters(
      [](const unetpp::NamedTensor& tensor, std::uint64_t, std::span<float> values) {
        std::fill(values.begin(), values.end(), 0.0f);
        const auto centre = [&](int from, int to) -> float& {  // of a 3x3 convolution
          const int in = tensor.extents.at(2), out = tensor.extents.at(3);
          return values[static_cast<std::size_t>((4 * in + from) * out + to)];
        };
        const std::string& name = tensor.name;
        if (name == "conv2d.weight" || name == "conv2d_1.weight" || name == "conv2d_13.weight") centre(0, 0) = 1;
        if (name == "conv2d_12.weight") centre(16, 0) = 1;  // what is skipped stands behind what comes up
        if (name == "conv2d_14.weight") {
          centre(0, 0) = 20;
          centre(0, 1) = -20;
        }
        if (name == "conv2d_14.bias") values[1] = 20;
        if (name == "conv2d_14.bias") values[2] = -99;
      });
  return parameters;
}

/// An image whose red is of each pixel what is said of it, from 0 to 1.
template <class Red>
std::string red_png(int width, int height, const Red& red) {
  unetpp::Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      image.rgb.insert(image.rgb.end(), {static_cast<std::uint8_t>(255 * red(x, y)), 0, 0});
  return unetpp::encode_png(image);
}

/// The largest difference, from row to row, of the place where pets end.
int largest_step(const unetpp::Mask& mask) {
  int largest = 0, before = -1;
  for (int y = 0; y < mask.height; ++y) {
    const auto row = mask.values.begin() + std::ptrdiff_t{y} * mask.width;
    const int end = static_cast<int>(std::find(row, row + mask.width, 1) - row);
    if (before >= 0) largest = std::max(largest, std::abs(end - before));
    before = end;
  }
  return largest;
}

unetpp::Mask mirrored(unetpp::Mask mask) {
  for (int y = 0; y < mask.height; ++y) {
    const auto row = mask.values.begin() + std::ptrdiff_t{y} * mask.width;
    std::reverse(row, row + mask.width);
  }
  return mask;
}

void check_error(const ProgramResult& result, int status, const std::vector<std::string>& says) {
  INFO(result.output);
  CHECK(result.status == status);
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 1);
  for (const std::string& text : says) CHECK(result.output.find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("predict's masks of train_pets' validation images are train_pets' own") {
  const TemporaryFolder folder;
  const fs::path trained = folder.path() / "trained", images = folder.path() / "images", out = folder.path() / "out";
  REQUIRE(examples::run({.name = UNETPP_TRAIN_PETS,
                         .arguments = {"--synthetic", "30", "--epochs", "2", "--batch", "4", "--seed", "9", "--out",
                                       trained.string()},
                         .package = "unetpp"})
              .status == 0);
  const train_pets::SyntheticPets pets(30, 9);
  for (const auto& entry : fs::directory_iterator(trained / "masks")) {
    const std::string name = entry.path().stem().string();
    const unetpp::Sample pet = pets.load(std::stoul(name.substr(name.find('_') + 1)) - 1);
    put(images / (name + ".png"), unetpp::encode_png(unetpp::to_image(pet.image)));
  }
  REQUIRE(
      run_predict({(trained / "model.safetensors").string(), images.string(), "--batch", "3", "--out", out.string()})
          .status == 0);
  const auto json = nlohmann::json::parse(unetpp::read_file(out / "predictions.json"));
  CHECK(json.at("decoders") == nlohmann::json(unetpp::decoders()));
  CHECK(json.at("classes").at(1).at("name") == "background");
  REQUIRE(json.at("images").size() == 4);
  for (const auto& image : json.at("images")) {
    const std::string name = image.at("name").get<std::string>() + ".png";
    unetpp::Mask mask = unetpp::read_mask(out / "masks" / name);
    const auto pixels = image.at("pixels").get<std::vector<long>>();
    for (std::uint8_t c = 0; c < 3; ++c) CHECK(pixels.at(c) == std::count(mask.values.begin(), mask.values.end(), c));
    for (std::uint8_t& value : mask.values) ++value;  // as the data set has them
    CHECK(mask.values == unetpp::read_mask(trained / "masks" / name).values);
  }
}

TEST_CASE("predict writes a mask and an overlay in the model's colours, and each class's share, of a folder's images") {
  const Workplace place;
  put(place.images / "notes.txt", "no image");
  const ProgramResult result = place.run({"--benchmark"}, STDOUT_FILENO);
  INFO(result.output);
  REQUIRE(result.status == 0);
  CHECK(result.output.find("1 files in the folders passed over\nimage      pet  background  outline\na  ") == 0);
  CHECK(result.output.find("images/s; the network alone") != std::string::npos);

  const auto json = place.json();
  REQUIRE(json.at("images").size() == 2);
  CHECK(json.at("images").at(1).at("width") == 100);
  for (const auto& image : json.at("images")) {
    const auto shares = image.at("shares").get<std::vector<double>>();
    CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(1));
    const std::string file = image.at("name").get<std::string>() + ".png";
    const unetpp::Mask mask = unetpp::read_mask(fs::path(place.out) / "masks" / file);
    const unetpp::Image over = unetpp::read_image(fs::path(place.out) / "overlays" / file);
    const unetpp::Image original = unetpp::read_image(image.at("file").get<std::string>());
    REQUIRE(mask.width == original.width);
    REQUIRE(over.width == original.width);
    REQUIRE(over.rgb.size() == 3 * mask.values.size());
    const unetpp::Image expected =
        unetpp::overlay(original, mask, std::vector<unetpp::Rgb>{{9, 8, 7}, {0, 0, 0}, {255, 0, 0}});
    CHECK(over.rgb == expected.rgb);
  }
}

TEST_CASE("predict --tile works at the image's own resolution") {
  const Workplace place;
  REQUIRE(place.run({"--tile", "--overlap", "64"}).status == 0);
  const auto json = place.json();
  CHECK(json.at("settings").at("overlap") == 64);
  const unetpp::Mask tiled = unetpp::read_mask(fs::path(place.out) / "masks" / "b.png");
  CHECK(tiled.width == 100);
  CHECK(tiled.height == 120);
  REQUIRE(place.run({"--overwrite"}).status == 0);
  CHECK(tiled.values != unetpp::read_mask(fs::path(place.out) / "masks" / "b.png").values);
}

TEST_CASE("predict enlarges probabilities: a slanted edge is smooth, not torn into the network's pixels") {
  const Workplace place;
  save_weights(place.model, sees_red(), to_metadata(unetpp::model_info<DrawnPetsNet>({})));
  put(place.images / "slanted.png",
      red_png(640, 640, [](int x, int y) { return std::clamp(0.5 - (x - 200.3 - 0.5 * y) / 200, 0.0, 1.0); }));
  REQUIRE(place.run().status == 0);
  const unetpp::Mask mask = place.mask("slanted");
  CHECK(mask.values[0] == 0);
  CHECK(mask.values[639] == 1);
  CHECK(largest_step(mask) <= 2);
}

TEST_CASE("with predict --tta flip the mask of a mirrored image is the mirrored mask, also by tiles") {
  const Workplace place;
  const auto draw = [&](int size) {
    const unetpp::Image image = io_tests::drawn_image(size, size);
    unetpp::Image other = image;
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x)
        std::copy_n(image.rgb.begin() + 3 * (y * size + x), 3, other.rgb.begin() + 3 * (y * size + size - 1 - x));
    put(place.images / "a.png", unetpp::encode_png(image));
    put(place.images / "b.png", unetpp::encode_png(other));
  };
  fs::remove(place.images / "a.jpg");
  draw(64);
  REQUIRE(place.run().status == 0);
  CHECK(place.mask("b").values != mirrored(place.mask("a")).values);
  REQUIRE(place.run({"--tta", "flip", "--overwrite"}).status == 0);
  CHECK(place.json().at("settings").at("tta") == "flip");
  CHECK(place.mask("b").values == mirrored(place.mask("a")).values);
  draw(384);
  REQUIRE(place.run({"--tta", "flip", "--tile", "--overwrite"}).status == 0);
  CHECK(place.mask("b").values == mirrored(place.mask("a")).values);
}

TEST_CASE("predict --metrics counts the pixels of all images at their own size, and prints the table") {
  const Workplace place;
  save_weights(place.model, sees_red(),
               to_metadata(unetpp::model_info<DrawnPetsNet>({{"pet", {}}, {"background", {}}, {"outline", {}}})));
  fs::remove_all(place.images);
  put(place.images / "left.png", red_png(128, 64, [](int x, int) { return x < 32; }));
  put(place.images / "none.png", red_png(64, 64, [](int, int) { return 0; }));
  unetpp::Mask left{128, 64, std::vector<std::uint8_t>(128 * 64, 2)},
      none{64, 64, std::vector<std::uint8_t>(64 * 64, 2)};
  for (std::size_t i = 0; i < left.values.size(); ++i)
    if (i % 128 < 32) left.values[i] = i < 128 * 16 ? 3 : 1;  // outline that is called pet in 16 rows
  const fs::path truth = place.folder.path() / "truth";
  put(truth / "left.png", unetpp::encode_png(left));
  put(truth / "none.png", unetpp::encode_png(none));
  const ProgramResult result = place.run({"--metrics", truth.string()}, STDOUT_FILENO);
  INFO(result.output);
  REQUIRE(result.status == 0);
  CHECK(io_tests::contains(result.output,
                           "\n\nclass           IoU     Dice  precision   recall\n"
                           "pet          0.7500   0.8571     0.7500   1.0000\n"
                           "background   1.0000   1.0000     1.0000   1.0000\n"
                           "outline      0.0000   0.0000        nan   0.0000\n"
                           "mean         0.5833   0.6190\n"));
  const auto json = place.json();
  CHECK(json.at("metrics").at("confusion") == nlohmann::json({{1536, 0, 0}, {0, 10240, 0}, {512, 0, 0}}));
  CHECK(json.at("metrics").at("iou").at(0) == Approx(0.75));
}

TEST_CASE("with predict --metrics an image without a true mask that will do is skipped, and an error with --strict") {
  const Workplace place;
  const fs::path truth = place.folder.path() / "truth";
  put(truth / "a.png", unetpp::encode_png(io_tests::drawn_trimap(40, 30)));
  const auto says = [&](const std::string& text) {
    const ProgramResult result = place.run({"--metrics", truth.string(), "--overwrite"});
    INFO(result.output);
    CHECK(result.status == 1);
    CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 1);
    CHECK(io_tests::contains(result.output, "warning: " + (truth / "b.png").string() + ": " + text));
    CHECK(io_tests::contains(result.output, "; skipped"));
    CHECK(place.json().at("images").size() == 1);
    check_error(place.run({"--metrics", truth.string(), "--overwrite", "--strict"}), 1, {"b.png: " + text});
  };
  says("cannot be read");
  put(truth / "b.png", unetpp::encode_png(io_tests::drawn_trimap(120, 100)));
  says("expected a mask of 100x120 as its image, found 120x100");
  unetpp::Mask mask = io_tests::drawn_trimap(100, 120);
  mask.values[7] = 0;
  put(truth / "b.png", unetpp::encode_png(mask));
  says("expected values from 1 to 3 (the class's number and 1), found 0");
}

TEST_CASE("predict --metrics of what is no folder is an error, and the old predictions stay") {
  const Workplace place;
  REQUIRE(place.run().status == 0);
  const std::string nowhere = (place.folder.path() / "nowhere").string();
  check_error(place.run({"--metrics", nowhere, "--overwrite"}), 1, {nowhere, "expected a folder of true masks"});
  check_error(place.run({"--metrics", place.model, "--overwrite"}), 1, {place.model, "found a file"});
  CHECK(place.mask("b").width == 100);
}

TEST_CASE("predict resizes images as the model says: antialiased, too") {
  const Workplace place;
  const auto save = [&](unetpp::Resize resize) {
    save_weights(place.model, sees_red(), to_metadata(unetpp::model_info<DrawnPetsNet>({}, resize)));
  };
  put(place.images / "stripes.png", red_png(640, 640, [](int x, int) { return x % 10 == 4 || x % 10 == 5; }));
  save(unetpp::Resize::bilinear);  // sees the stripes alone
  CHECK(place.run().output == "");
  CHECK(place.mask("stripes").values == std::vector<std::uint8_t>(640 * 640, 0));
  save(unetpp::Resize::antialiased);
  CHECK(place.run({"--overwrite"}).output == "");
  CHECK(place.mask("stripes").values == std::vector<std::uint8_t>(640 * 640, 1));
}

TEST_CASE("predict scales channels as the model says, whole and in tiles") {
  const Workplace place;
  const auto save = [&](unetpp::ChannelScaling scaling) {
    save_weights(place.model, sees_red(),
                 to_metadata(unetpp::model_info<DrawnPetsNet>({}, unetpp::Resize::bilinear, std::move(scaling))));
  };
  put(place.images / "dark.png", red_png(64, 64, [](int, int) { return 0.3; }));
  for (const std::vector<std::string>& how : {std::vector<std::string>{}, {"--tile"}}) {
    std::vector<std::string> arguments{"--overwrite"};
    arguments.insert(arguments.end(), how.begin(), how.end());
    save({});
    CHECK(place.run(arguments).output == "");
    CHECK(place.mask("dark").values == std::vector<std::uint8_t>(64 * 64, 1));
    save({{0.1f, 0, 0}, {0.2f, 1, 1}});  // 0.3 is one standard deviation above the mean
    CHECK(place.run(arguments).output == "");
    CHECK(place.mask("dark").values == std::vector<std::uint8_t>(64 * 64, 0));
  }
}

#ifdef UNETPP_TIFF

TEST_CASE("predict reads TIFFs of 16 bits, and skips one of other channels by name") {
  const Workplace place;
  save_weights(place.model, sees_red(), to_metadata(unetpp::model_info<DrawnPetsNet>({})));
  std::vector<std::uint16_t> red(3 * 64 * 64);
  for (std::size_t pixel = 0; pixel < 64 * 64; ++pixel) red[3 * pixel] = pixel % 64 < 32 ? 60000 : 5000;
  put(place.images / "red.tif", io_tests::make_tiff(64, 64, 3, red));
  put(place.images / "two.tiff", io_tests::make_tiff(2, 2, 2, std::vector<std::uint16_t>(8)));
  check_error(place.run(), 1, {"two.tiff: expected an image of 3 channels, found 2; skipped"});
  const unetpp::Mask mask = place.mask("red");
  for (std::size_t pixel = 0; pixel < 64 * 64; ++pixel) CHECK(mask.values[pixel] == (pixel % 64 < 32 ? 0 : 1));
}

#endif

TEST_CASE("predict tells a network with batch normalisation, also by its tensors, and computes its folded network") {
  using Best = examples::BestDrawnPetsNet;
  const Workplace place;
  const unetpp::Parameters<Best> parameters = check::random_tensors<Best>();
  save_weights(place.model, fold_batch_norm(parameters), to_metadata(unetpp::model_info<DrawnPetsNet>({})));
  REQUIRE(place.run().status == 0);
  const unetpp::Mask expected = place.mask("b");
  CHECK(std::set<std::uint8_t>(expected.values.begin(), expected.values.end()).size() > 1);
  save_weights(place.model, parameters, to_metadata(unetpp::model_info<Best>({})));
  CHECK(place.run({"--overwrite"}).output == "");
  CHECK(place.mask("b").values == expected.values);
  save_weights(place.model, parameters, {});
  CHECK(io_tests::contains(place.run({"--overwrite"}).output, "3 classes, normalisation \"batch\""));
  CHECK(place.mask("b").values == expected.values);
}

TEST_CASE("predict gives the same results with any batch and number of threads") {
  const Workplace place;
  REQUIRE(place.run({"--batch", "1", "--threads", "1"}).status == 0);
  const auto first = place.json();
  REQUIRE(place.run({"--batch", "2", "--threads", "3", "--overwrite"}).status == 0);
  CHECK(place.json() == first);
}

TEST_CASE("predict names the images that it skips, counts them, and exits with 1") {
  const Workplace place;
  put(place.images / "aa.jpg", "this is a text file\n");
  const std::string missing = (place.folder.path() / "nowhere.png").string();
  const ProgramResult result = place.run({missing, "--batch", "1"});
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 2);
  CHECK(result.output.find("warning: " + (place.images / "aa.jpg").string() + ": expected a JPEG") !=
        std::string::npos);
  CHECK(result.output.find("warning: " + missing + ": cannot be read") != std::string::npos);
  const auto json = place.json();
  CHECK(json.at("images").size() == 2);
  CHECK(json.at("skipped").at(1).at("file") == missing);
  CHECK(fs::exists(fs::path(place.out) / "masks" / "b.png"));
}

TEST_CASE("with predict --strict an image that cannot be used is an error that names it") {
  const Workplace place;
  put(place.images / "aa.jpg", "this is a text file\n");
  check_error(place.run({"--strict"}), 1, {(place.images / "aa.jpg").string(), "expected a JPEG"});
}

TEST_CASE("images above --limit-megapixels are not decoded") {
  const Workplace place;
  put(place.images / "c.png", unetpp::encode_png(io_tests::drawn_image(1001, 1000)));
  check_error(place.run({"--limit-megapixels", "1"}), 1, {"c.png", "expected at most 1000000 pixels", "1001x1000"});
}

TEST_CASE("images of one name have results of two") {
  const Workplace place;
  put(place.images / "a.png", unetpp::encode_png(io_tests::drawn_image(9, 9)));
  REQUIRE(place.run().status == 0);
  CHECK(unetpp::read_mask(fs::path(place.out) / "masks" / "a.png").width == 40);
  CHECK(unetpp::read_mask(fs::path(place.out) / "masks" / "a_2.png").width == 9);
}

TEST_CASE("a photograph is predicted as a viewer shows it, turned by its EXIF orientation") {
  const Workplace place;
  put(place.images / "a.jpg", io_tests::make_jpeg(40, 30, {.exif = io_tests::exif_with_orientation(6)}));
  REQUIRE(place.run().status == 0);
  const unetpp::Mask mask = unetpp::read_mask(fs::path(place.out) / "masks" / "a.png");
  const unetpp::Image overlay = unetpp::read_image(fs::path(place.out) / "overlays" / "a.png");
  CHECK(mask.width == 30);
  CHECK(mask.height == 40);
  CHECK(overlay.width == 30);
  CHECK(overlay.height == 40);
}

TEST_CASE("a JPEG with bytes that belong to nothing is predicted with a warning, and an error with --strict") {
  const Workplace place;
  std::string jpeg = unetpp::encode_jpeg(io_tests::drawn_image(40, 30));
  put(place.images / "a.jpg", jpeg.insert(jpeg.size() - 2, "nobody's bytes"));
  const ProgramResult result = place.run();
  CHECK(result.status == 0);
  CHECK(io_tests::contains(result.output, "warning: " + (place.images / "a.jpg").string() +
                                              ": expected a whole image, found bytes that belong to none"));
  CHECK(fs::exists(fs::path(place.out) / "masks" / "a.png"));
  check_error(place.run({"--overwrite", "--strict"}), 1, {"a.jpg: expected a whole image, found bytes"});
}

TEST_CASE("folders in folders are counted and named, and with --recursive their images are predicted") {
  const Workplace place;
  put(place.images / "cats" / "1.PNG", unetpp::encode_png(io_tests::drawn_image(9, 9)));
  put(place.images / "dogs" / "big" / "1.png", unetpp::encode_png(io_tests::drawn_image(8, 8)));
  put(place.images / "dogs" / "notes.txt", "no image");
  put(place.images / ".thumbnails" / "a.png", unetpp::encode_png(io_tests::drawn_image(7, 7)));
  fs::create_directory_symlink(place.images, place.images / "round");
  const ProgramResult flat = place.run({}, STDOUT_FILENO);
  const auto within = [&](const char* name) { return (place.images / name).string(); };
  INFO(flat.output);
  CHECK(flat.status == 0);
  CHECK(flat.output.find(
            "4 folders in the folders passed over (--recursive takes the images in them): " + within(".thumbnails") +
            ", " + within("cats") + ", " + within("dogs") + ", " + within("round") + "\n") == 0);
  CHECK(place.json().at("images").size() == 2);

  const ProgramResult deep = place.run({"--recursive", "--overwrite"}, STDOUT_FILENO);
  INFO(deep.output);
  CHECK(deep.status == 0);
  CHECK(deep.output.find("1 files in the folders passed over\n2 folders in the folders passed over: " +
                         within(".thumbnails") + ", " + within("round") + "\n") == 0);
  std::vector<std::pair<std::string, std::string>> results;
  const auto json = place.json();
  for (const auto& image : json.at("images")) results.emplace_back(image.at("name"), image.at("file"));
  CHECK(results == std::vector<std::pair<std::string, std::string>>{{"a", within("a.jpg")},
                                                                    {"b", within("b.png")},
                                                                    {"cats_1", within("cats/1.PNG")},
                                                                    {"dogs_big_1", within("dogs/big/1.png")}});
  CHECK(unetpp::read_mask(fs::path(place.out) / "masks" / "dogs_big_1.png").width == 8);
}

TEST_CASE("predict --recursive does not take its own results for images") {
  Workplace place;
  place.out = (place.images / "predicted").string();
  REQUIRE(place.run({"--recursive"}).status == 0);
  const auto json = place.json();
  REQUIRE(place.run({"--recursive", "--overwrite"}).status == 0);
  CHECK(place.json() == json);
}

TEST_CASE("a folder with nothing but folders is an error that names --recursive") {
  const Workplace place;
  put(place.folder.path() / "breeds" / "cats" / "1.png", unetpp::encode_png(io_tests::drawn_image(9, 9)));
  const std::string breeds = (place.folder.path() / "breeds").string();
  check_error(run_predict({place.model, breeds, "--out", place.out}), 1,
              {breeds, "found none but folders (--recursive"});
  CHECK(run_predict({place.model, breeds, "--out", place.out, "--recursive"}).status == 0);
}

TEST_CASE("images of one very long name have results of two, and one that is too long for .png is cut") {
  const Workplace place;
  const std::string longest(251, 'x'), accents = "\xc3\xa9";
  std::string accented = "o";  // its 251 first bytes end in the middle of a character
  while (accented.size() < 254) accented += accents;
  put(place.images / (longest + ".png"), unetpp::encode_png(io_tests::drawn_image(9, 9)));
  put(place.images / "more" / (longest + ".png"), unetpp::encode_png(io_tests::drawn_image(8, 8)));
  const fs::path bare = place.folder.path() / accented;
  put(bare, unetpp::encode_png(io_tests::drawn_image(7, 7)));
  const ProgramResult result = place.run({(place.images / "more").string(), bare.string()});
  INFO(result.output);
  REQUIRE(result.status == 0);
  const auto width = [&](const std::string& name) {
    return unetpp::read_mask(fs::path(place.out) / "masks" / (name + ".png")).width;
  };
  CHECK(width(longest) == 9);
  CHECK(width(longest.substr(2) + "_2") == 8);
  CHECK(width(accented.substr(0, 251)) == 7);
}

TEST_CASE("predict prints no newline and no escape character that is in a name") {
  const Workplace place;
  put(place.images / "two\nlines\x1b[2J.png", unetpp::encode_png(io_tests::drawn_image(9, 9)));
  put(place.images / "bad\n\x1b[31m.png", "text");
  put(place.images / "folder\x1b[0m" / "c.png", "text");
  const ProgramResult errors = place.run();
  check_error(errors, 1, {"bad\\n\\x1b[31m.png: expected"});
  CHECK(errors.output.find('\x1b') == std::string::npos);
  const ProgramResult table = place.run({"--overwrite"}, STDOUT_FILENO);
  INFO(table.output);
  CHECK(table.output.find("folder\\x1b[0m\n") != std::string::npos);
  CHECK(table.output.find("\ntwo\\nlines\\x1b[2J  ") != std::string::npos);
  CHECK(table.output.find('\x1b') == std::string::npos);
  CHECK(fs::exists(fs::path(place.out) / "masks" / "two\nlines\x1b[2J.png"));
}

TEST_CASE("a model saved again without its metadata is known by its tensors, and its classes are numbered") {
  const Workplace place;
  REQUIRE(place.run().status == 0);
  const unetpp::Mask mask = unetpp::read_mask(fs::path(place.out) / "masks" / "b.png");
  const unetpp::Parameters<DrawnPetsNet> parameters(unetpp::HeNormal{1});
  const auto save = [&](const unetpp::Metadata& metadata) {
    unetpp::write_safetensors(place.model, unetpp::named_data(parameters), metadata);
  };
  save({});
  check_error(
      place.run({"--overwrite"}), 0,
      {"warning: " + place.model + ": found no metadata \"network\"",
       "a U-Net for 64x64x3 with 16 base channels, depth 3 and 3 classes", "save_file(", "{\"input\":[64,64,3]"});
  CHECK(place.json().at("classes").at(1).at("name") == "class 1");
  CHECK(unetpp::read_mask(fs::path(place.out) / "masks" / "b.png").values == mask.values);
  const auto classes = to_metadata(unetpp::model_info<DrawnPetsNet>({{"a", {}}, {"b", {}}, {"c", {}}}));
  save({{"classes", classes.at("classes")}});
  CHECK(place.run({"--overwrite"}).status == 0);
  CHECK(place.json().at("classes").at(1).at("name") == "b");
  save({{"classes", "[]"}, {"network", classes.at("network")}});
  CHECK(place.run({"--overwrite"}).output.empty());
}

TEST_CASE("a model of other tensors without metadata is an error that says what is missing and how it is written") {
  const Workplace place;
  const unetpp::Parameters<DrawnPetsNet> parameters;
  auto tensors = unetpp::named_data(parameters);
  tensors.pop_back();
  unetpp::write_safetensors(place.model, tensors, {});
  check_error(place.run(), 1,
              {place.model, "128x128x3", "64x64x3", "found no metadata \"network\"", "save_file(",
               "metadata={\"network\": '{\"input\":[128,128,3]", "examples/convert"});
}

TEST_CASE("predict says which networks it knows when a model is of another, and does not begin") {
  const Workplace place;
  unetpp::ModelInfo info = unetpp::model_info<DrawnPetsNet>({});
  info.depth = 5;
  place.save(info);
  check_error(place.run(), 1, {place.model, "128x128x3", "64x64x3", "depth 5"});
  place.save({});
  check_error(place.run(), 1, {place.model});
  put(place.model, "no model");
  check_error(place.run(), 1, {place.model, "safetensors"});
  CHECK_FALSE(fs::exists(place.out));
}

TEST_CASE("predict warns of a model whose images were prepared otherwise, and not of older words for the same") {
  const Workplace place;
  unetpp::ModelInfo info = unetpp::model_info<DrawnPetsNet>({});
  info.preprocessing = "RGB / 255, resized bilinearly with half-pixel centres";
  place.save(info);
  CHECK(place.run().output == "");
  info.preprocessing = "BGR - 128";
  place.save(info);
  CHECK(place.run({"--overwrite"}).output.find("without antialiasing") != std::string::npos);
  CHECK(place.run({"--overwrite"}).output.find("found \"BGR - 128\"") != std::string::npos);
}

TEST_CASE("predict replaces nothing but predictions, and these only with --overwrite") {
  const Workplace place;
  put(fs::path(place.out) / "thesis.txt", "of a long year");
  check_error(place.run({"--overwrite"}), 1, {place.out, "other files"});
  fs::remove(fs::path(place.out) / "thesis.txt");
  put(fs::path(place.out) / "predictions.json", "{}");
  put(fs::path(place.out) / "masks" / "old.png", "old");
  check_error(place.run(), 1, {place.out, "--overwrite"});
  CHECK(place.run({"--overwrite"}).status == 0);
  CHECK_FALSE(fs::exists(fs::path(place.out) / "masks" / "old.png"));
}

TEST_CASE("predict does not write into a folder that another program writes into") {
  const Workplace place;
  put(fs::path(place.out) / "predictions.json", "{}");
  put(fs::path(place.out) / "masks" / "old.png", "old");
  const unetpp::detail::Descriptor other(place.out, O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(other.number(), LOCK_EX) == 0);
  check_error(place.run({"--overwrite"}), 1, {place.out, "expected no other program that writes into it, found one"});
  CHECK(fs::exists(fs::path(place.out) / "masks" / "old.png"));
}

TEST_CASE("of two predicts into one new folder the later one finds the results of the other") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  predict::Output later(out, false);
  {
    predict::Output earlier(out, false);
    earlier.begin({{"of", "the earlier one"}});
  }
  CHECK(io_tests::contains(io_tests::message_of<unetpp::FileError>([&] { later.begin({}); }), "found predictions"));
  CHECK(unetpp::read_file(out / "predictions.json").find("earlier") != std::string::npos);
}

TEST_CASE("predict with an overlap that leaves nothing of a tile is wrong usage, and the old predictions stay") {
  const Workplace place;
  put(fs::path(place.out) / "predictions.json", "{}");
  put(fs::path(place.out) / "masks" / "old.png", "old");
  check_error(place.run({"--tile", "--overlap", "800", "--overwrite"}), 2,
              {"--overlap: expected 0 to 376 pixels, found 800"});
  CHECK(fs::exists(fs::path(place.out) / "masks" / "old.png"));
  CHECK(unetpp::read_file(fs::path(place.out) / "predictions.json") == "{}");
  CHECK(place.run({"--tile", "--overlap", "376", "--overwrite"}).status == 0);
}

TEST_CASE("predict takes its folder again after it ended at the first write, or was killed there") {
  const Workplace place;
  // Files of 4 KiB at most, as LLVM's OpenMP needs one itself; predictions.json is longer by the name of the model.
  const std::string model = std::string(4000, '/') + place.model;
  const ProgramResult result = examples::run({.name = "bash",
                                              .arguments = {"-c", "ulimit -f 4; exec \"$0\" \"$@\"", UNETPP_PREDICT,
                                                            model, place.images.string(), "--out", place.out},
                                              .package = "bash"});
  check_error(result, 1, {(fs::path(place.out) / "predictions.json").string(), "File too large"});
  put(fs::path(place.out) / ".unetpp-1-2.tmp", "half of predictions.json");
  CHECK(place.run().status == 0);
  CHECK_FALSE(fs::exists(fs::path(place.out) / ".unetpp-1-2.tmp"));
}

TEST_CASE("a result that cannot be written is an error that names it") {
  const Workplace place;
  unetpp::Image noise{200, 200, std::vector<std::uint8_t>(120'000)};
  for (std::size_t i = 0; i < noise.rgb.size(); ++i)
    noise.rgb[i] = static_cast<std::uint8_t>(unetpp::Random(1).below(256, i));
  put(place.images / "c.png", unetpp::encode_png(noise));
  const ProgramResult result = examples::run({.name = "bash",
                                              .arguments = {"-c", "ulimit -f 50; exec \"$0\" \"$@\"", UNETPP_PREDICT,
                                                            place.model, place.images.string(), "--out", place.out},
                                              .package = "bash"});
  check_error(result, 1, {(fs::path(place.out) / "overlays" / "c.png").string(), "File too large"});
}

TEST_CASE("a wrong command line of predict is one line and exit status 2") {
  check_error(run_predict({}), 2, {"MODEL"});
  check_error(run_predict({"m.safetensors"}), 2, {"IMAGE"});
  check_error(run_predict({"m.safetensors", "a.jpg"}), 2, {"--out"});
  check_error(run_predict({"m.safetensors", "a.jpg", "--out", "o", "--overlap", "8"}), 2, {"--tile"});
  check_error(run_predict({"m.safetensors", "a.jpg", "--out", "o", "--batch", "0"}), 2, {"--batch"});
  check_error(run_predict({"m.safetensors", "a.jpg", "--out", "o", "--tta", "spin"}), 2, {"--tta", "none", "flip"});
}
