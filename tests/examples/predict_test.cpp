// The program as its users meet it: what it writes, and what it says to bad input.

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/report/picture.hpp>

#include "../../examples/networks.hpp"
#include "../../examples/predict/output.hpp"
#include "../../examples/train_pets/program.hpp"
#include "../../examples/train_pets/synthetic.hpp"
#include "../catch.hpp"
#include "../io/fixtures.hpp"
#include "../io/image/make_jpeg.hpp"

namespace fs = std::filesystem;
using examples::DrawnPetsNet;
using io_tests::put;
using io_tests::TemporaryFolder;
using train_pets::ProgramResult;

namespace {

ProgramResult run_predict(std::vector<std::string> arguments, int captured = STDERR_FILENO) {
  return train_pets::run(
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
  ProgramResult run(std::vector<std::string> more = {}, int captured = STDERR_FILENO) const {
    more.insert(more.begin(), {model, images.string(), "--out", out});
    return run_predict(more, captured);
  }
  nlohmann::json json() const { return nlohmann::json::parse(unetpp::read_file(fs::path(out) / "predictions.json")); }
};

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
  REQUIRE(train_pets::run({.name = UNETPP_TRAIN_PETS,
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
  const ProgramResult result = train_pets::run({.name = "bash",
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
  const ProgramResult result = train_pets::run({.name = "bash",
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
}
