// inspect and train on folders of drawn shapes, good and bad in known ways. (What needs a compiled network is in
// train.sh.)

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "run_train_pets.hpp"
#include "unetpp/io/image/image.hpp"

using namespace example_tests;

namespace {

const std::string here = std::string(UNETPP_SOURCE_DIR) + "/tests/examples";

void python(std::vector<std::string> arguments) {
  const ProgramResult result =
      examples::run({.name = "python3", .arguments = std::move(arguments), .package = "python3"});
  INFO(result.output);
  REQUIRE(result.status == 0);
}

/// Six pairs of 32x32 pixels in DIR, drawn as the options of draw_shapes.py say.
struct Shapes {
  TemporaryFolder folder;
  fs::path data = folder.path() / "data";
  fs::path mask = data / "masks" / "shapes_001.png";
  fs::path page = folder.path() / "inspect.html";

  explicit Shapes(std::vector<std::string> options = {}) {
    std::vector<std::string> arguments{here + "/draw_shapes.py", data.string(), "--count", "6", "--size", "32"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    python(arguments);
  }
  void table(const std::string& text) const { put(data / "classes.csv", text); }
  /// A mask by draw_shapes.png(width, height, colour type, bits, rows).
  void write_mask(const std::string& arguments) const {
    python({"-c",
            "import sys; sys.path.insert(0, sys.argv[1]); import draw_shapes\n"
            "open(sys.argv[2], 'wb').write(draw_shapes.png(" +
                arguments + "))",
            here, mask.string()});
  }
  ProgramResult inspect(std::vector<std::string> more = {}, int captured = STDOUT_FILENO) const {
    std::vector<std::string> arguments{"--data", data.string(), "--out", page.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return examples::run(
        {.name = UNETPP_INSPECT, .arguments = std::move(arguments), .package = "unetpp", .captured = captured});
  }
  ProgramResult train(std::vector<std::string> options) const {
    std::vector<std::string> arguments{"--data", data.string(), "--out", (folder.path() / "out").string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return examples::run({.name = UNETPP_TRAIN, .arguments = std::move(arguments), .package = "unetpp"});
  }
  /// Of a pair that is no good: the line of inspect that begins with "bad: " and the file.
  void check_bad(const fs::path& file, const std::vector<std::string>& says) const {
    const ProgramResult result = inspect();
    INFO(result.output);
    CHECK(result.status == 1);
    const std::size_t begin = result.output.find("bad: " + file.string() + ": ");
    REQUIRE(begin != std::string::npos);
    CHECK(result.output.find("bad: ", begin + 1) == std::string::npos);
    const std::string line = result.output.substr(begin, result.output.find('\n', begin) - begin);
    for (const std::string& text : says) CHECK(line.find(text) != std::string::npos);
    CHECK(unetpp::read_file(page).find("<h2>Bad pairs</h2>") != std::string::npos);
  }
};

const std::string four_values = "name,value\nbackground,0\ndisc,1\nsquare,2\ntriangle,3\n";

}  // namespace

TEST_CASE("inspect writes the classes that it finds, and train takes them") {
  for (const char* form : {"indices", "spread", "palette", "binary", "files"}) {
    INFO(form);
    const Shapes shapes({"--form", form});
    const std::vector<std::string> pattern{"--mask-pattern",
                                           form == std::string("files") ? "{class}/{stem}" : "{stem}"};
    const ProgramResult result = shapes.inspect(pattern);
    INFO(result.output);
    CHECK(result.status == 0);
    CHECK(result.output.find("6 pairs can be used, 0 cannot") != std::string::npos);
    CHECK(lines(shapes.data / "classes.csv").front().starts_with("name,"));
    const std::string page = unetpp::read_file(shapes.page);
    CHECK(page.find("shapes_005") != std::string::npos);
    check_error(shapes.train({"--size", "32", pattern[0], pattern[1]}), 1,
                {"examples/train/run.sh"});  // which compiles its network
  }
}

TEST_CASE("shares of classes are those of the masks") {
  const Shapes shapes({"--classes", "2"});
  std::size_t discs = 0;
  for (int i = 0; i < 6; ++i)
    for (const std::uint8_t value :
         unetpp::read_mask(shapes.data / "masks" / ("shapes_00" + std::to_string(i) + ".png")).values)
      discs += value;
  char share[32];
  std::snprintf(share, sizeof share, "%.2f%%", 100.0 * static_cast<double>(discs) / (6 * 32 * 32));
  const std::string output = shapes.inspect().output;
  INFO(output);
  CHECK(output.find(share) != std::string::npos);
}

TEST_CASE("a mask of another size is named with both sizes") {
  const Shapes shapes;
  shapes.table(four_values);
  put(shapes.mask, unetpp::encode_png(unetpp::Mask{30, 31, std::vector<std::uint8_t>(930)}));
  shapes.check_bad(shapes.mask, {"expected a mask of 32x32 as its image, found 30x31"});
}

TEST_CASE("an image without a mask is named") {
  const Shapes shapes;
  fs::remove(shapes.mask);
  const ProgramResult result = shapes.inspect();
  CHECK(result.output.find("5 pairs in ") != std::string::npos);
  CHECK(result.output.find("1 images without a mask passed over: shapes_001") != std::string::npos);
}

TEST_CASE("a value that is not in the class table is named with its pixels and what to do") {
  const Shapes shapes;
  shapes.table(four_values);
  std::vector<std::uint8_t> values(1024);
  values[5] = values[7] = 9;
  put(shapes.mask, unetpp::encode_png(unetpp::Mask{32, 32, values}));
  shapes.check_bad(shapes.mask, {"(0, 1, 2, 3)", "found the value 9 in 2 of 1024 pixels", "--unknown ignore"});
}

TEST_CASE("a colour that is off by one is named with the class that is near, and JPEG as the reason") {
  const Shapes shapes({"--form", "colours"});
  shapes.write_mask("32, 32, 2, 8, [bytes([230, 159, 1] * 32)] * 32");
  shapes.check_bad(shapes.mask, {"found the colour #e69f01 in 1024 of 1024 pixels", "1 away from the colour of disc",
                                 "save masks as PNG"});
}

TEST_CASE("a mask of colours where the class table has values is an error that says which columns it needs") {
  const Shapes shapes;
  shapes.table(four_values);
  shapes.write_mask("32, 32, 2, 8, [bytes([230, 159, 0] * 32)] * 32");
  shapes.check_bad(shapes.mask, {"found colours such as #e69f00", "red, green and blue"});
}

TEST_CASE("a value above 255 of a mask of 16 bits is named") {
  const Shapes shapes;
  shapes.table(four_values);
  shapes.write_mask("32, 32, 0, 16, [bytes([1, 44] * 32)] * 32");
  shapes.check_bad(shapes.mask, {"found the value 300 in 1024 of 1024 pixels"});
}

TEST_CASE("an image of other channels than most is named, and how all become alike") {
  const Shapes shapes;
  const fs::path image = shapes.data / "images" / "shapes_004.png";
  put(image, unetpp::encode_png(unetpp::Mask{32, 32, std::vector<std::uint8_t>(1024, 7)}));
  shapes.check_bad(image, {"expected an image of 3 channels", "found 1", "--channels"});
}

TEST_CASE("a fold without one of the classes is an error that names both") {
  const Shapes shapes({"--classes", "2"});
  shapes.table("name,value\nbackground,0\ndisc,1\nrare,7\n");
  std::vector<std::uint8_t> values(1024);
  values[0] = 7;
  put(shapes.mask, unetpp::encode_png(unetpp::Mask{32, 32, values}));
  check_error(shapes.train({"--folds", "3", "--fold", "0", "--size", "32"}), 1, {"fold ", "of class rare"});
}

TEST_CASE("options that a fixed split would leave without effect are errors") {
  const Shapes shapes({"--classes", "2"});
  const std::vector<std::string> folds{"--folds", "2", "--fold", "0", "--size", "32"};
  for (const std::string option : {"--limit", "--validation"}) {
    std::vector<std::string> options = folds;
    options.insert(options.end(), {option, "2"});
    check_error(shapes.train(options), 1, {option + ": expected none where folds"});
  }
}

TEST_CASE("an image that is smaller than the crop is named with both sizes") {
  const Shapes shapes;
  shapes.table(four_values);
  put(shapes.data / "images" / "shapes_001.png",
      unetpp::encode_png(unetpp::Image{31, 32, std::vector<std::uint8_t>(3 * 31 * 32)}));
  put(shapes.mask, unetpp::encode_png(unetpp::Mask{31, 32, std::vector<std::uint8_t>(31 * 32)}));
  const ProgramResult result = shapes.inspect({"--crop", "32x32"});
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK(result.output.find("bad: " + (shapes.data / "images" / "shapes_001.png").string() +
                           ": expected an image of at least 32x32, the crop's size, found 31x32 (take a smaller crop, "
                           "or leave it out)") != std::string::npos);
  CHECK(shapes.inspect({"--crop", "32x16"}).status == 0);
}

TEST_CASE("a crop and a size, or a way to resize, exclude each other") {
  const Shapes shapes;
  for (const std::vector<std::string> other : {std::vector<std::string>{"--size", "32"}, {"--resize", "bilinear"}})
    check_error(shapes.train({"--crop", "32", other[0], other[1]}), 2, {"--crop", "excludes", other[0]});
}

TEST_CASE("a folder without images is an error that names it") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "images");
  fs::create_directories(folder.path() / "masks");
  const ProgramResult result =
      examples::run({.name = UNETPP_INSPECT, .arguments = {"--data", folder.path().string()}, .package = "unetpp"});
  check_error(result, 1, {folder.path().string(), "expected"});
}

TEST_CASE("a class table with a value twice is an error that names its line") {
  const Shapes shapes;
  shapes.table("name,value\na,0\nb,0\n");
  check_error(shapes.inspect({}, STDERR_FILENO), 1, {"classes.csv: line 3", "the value 0 for a second time"});
}

TEST_CASE("pairs of one class, of no class that counts and of the same image are doubtful") {
  const Shapes shapes;
  shapes.table(four_values + "ignored,255\n");
  const auto mask = [&](const char* name, std::uint8_t value) {
    put(shapes.data / "masks" / name, unetpp::encode_png(unetpp::Mask{32, 32, std::vector<std::uint8_t>(1024, value)}));
  };
  mask("shapes_001.png", 2);
  mask("shapes_002.png", 255);
  fs::copy_file(shapes.data / "images/shapes_000.png", shapes.data / "images/shapes_003.png",
                fs::copy_options::overwrite_existing);
  const ProgramResult result = shapes.inspect();
  CHECK(result.status == 0);
  for (const char* line : {"doubtful: shapes_001: its mask has one class only, square\n",
                           "doubtful: shapes_002: no pixel of its mask counts: all are ignored\n",
                           "doubtful: shapes_003: the same image file as shapes_000\n"})
    CHECK(result.output.find(line) != std::string::npos);
}

TEST_CASE("inspect's page shows names as text") {
  const Shapes shapes;
  const std::string name = "<b>&\"";
  fs::rename(shapes.data / "images/shapes_000.png", shapes.data / "images" / (name + ".png"));
  fs::rename(shapes.data / "masks/shapes_000.png", shapes.data / "masks" / (name + ".png"));
  REQUIRE(shapes.inspect().status == 0);
  CHECK(unetpp::read_file(shapes.page).find("<figcaption>&lt;b&gt;&amp;&quot;</figcaption>") != std::string::npos);
}

TEST_CASE("--help of each program is a screen, and --help all has the rest") {
  for (const char* program : {UNETPP_TRAIN, UNETPP_TRAIN_PETS, UNETPP_PREDICT, UNETPP_INSPECT}) {
    INFO(program);
    const auto help = [&](std::vector<std::string> arguments) {
      const ProgramResult result = examples::run(
          {.name = program, .arguments = std::move(arguments), .package = "unetpp", .captured = STDOUT_FILENO});
      CHECK(result.status == 0);
      return result.output;
    };
    const std::string some = help({"--help"}), all = help({"--help", "all"});
    CHECK(std::count(some.begin(), some.end(), '\n') <= 30);
    CHECK(all.size() > some.size());
    CHECK(some.find("--help all") != std::string::npos);
  }
}
