// What unetpp/io/data/loader.hpp does with bad samples, bad settings, and when it is stopped.

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../numbers.hpp"
#include "unetpp/io/data/loader.hpp"

namespace loader_errors_test {

using namespace io_tests;
using unetpp::LoaderConfig;

TEST_CASE("bad samples are left out and the others close ranks") {
  const Numbers numbers(9, {0, 3, 4, 8});
  NumberLoader loader(numbers, first(9), {.batch = 2, .shuffle = false});
  CHECK(epoch(loader, 0) == Numbered{{1, 2}, {5, 6}, {7}});
  CHECK(epoch(loader, 1) == Numbered{{1, 2}, {5, 6}, {7}});
}

TEST_CASE("a bad sample is warned about once, counted, and not tried again") {
  const Numbers numbers(9, {3, 4});
  std::vector<std::string> warnings;
  NumberLoader loader(numbers, first(9),
                      {.batch = 2, .shuffle = false, .cache_bytes = 0, .warn = [&](const std::string& line) {
                         warnings.push_back(line);
                       }});
  CHECK(loader.samples() == 9);
  epoch(loader, 0);
  CHECK(numbers.loads == 9);
  epoch(loader, 1);
  CHECK(numbers.loads == 9 + 7);
  CHECK(loader.skipped() == 2);
  CHECK(loader.samples() == 7);
  CHECK(warnings == std::vector<std::string>{"skipping number 3: number 3.png: expected a good one, found a bad one",
                                             "skipping number 4: number 4.png: expected a good one, found a bad one"});
}

namespace {

/// One sample, whose image its decoder warned of.
struct Doubtful {
  std::size_t size() const { return 1; }
  std::string name(std::size_t) const { return "a"; }
  unetpp::Sample load(std::size_t) const {
    unetpp::Sample sample{drawn_image(8, 6), drawn_trimap(8, 6)};
    sample.image.doubt = "a.jpg: doubtful";
    return sample;
  }
};

using DoubtfulLoader = unetpp::Loader<unetpp::Shape{6, 8, 3}, Doubtful>;

}  // namespace

TEST_CASE("a sample of a doubtful image is used, and warned about once") {
  const Doubtful data;
  std::vector<std::string> warnings;
  DoubtfulLoader loader(data, {0},
                        {.cache_bytes = 0, .warn = [&](const std::string& line) { warnings.push_back(line); }});
  for (int epoch = 0; epoch < 2; ++epoch) {
    loader.start_epoch(epoch);
    CHECK(loader.next());
  }
  CHECK(warnings == std::vector<std::string>{"a.jpg: doubtful"});
  CHECK(loader.skipped() == 0);
}

TEST_CASE("a sample of a doubtful image is an error when strict") {
  const Doubtful data;
  DoubtfulLoader loader(data, {0}, {.strict = true});
  loader.start_epoch(0);
  CHECK(message_of<unetpp::FormatError>([&] { loader.next(); }) == "a.jpg: doubtful");
}

TEST_CASE("a doubt that an epoch was too short to tell of is told of in the next one") {
  const Doubtful data;
  std::vector<std::string> warnings;
  DoubtfulLoader loader(data, {0}, {.warn = [&](const std::string& line) { warnings.push_back(line); }});
  loader.start_epoch(0);  // which loads
  loader.start_epoch(1);
  CHECK(loader.next());
  CHECK(warnings == std::vector<std::string>{"a.jpg: doubtful"});
}

TEST_CASE("an epoch of bad samples has no batch") {
  const Numbers numbers(5, {0, 1, 2, 3, 4});
  NumberLoader loader(numbers, first(5), {.batch = 2});
  CHECK(epoch(loader, 0).empty());
  CHECK(epoch(loader, 1).empty());
  CHECK(loader.samples() == 0);
}

TEST_CASE("strict throws the first bad sample's error, and goes on throwing it") {
  const Numbers numbers(9, {5, 4, 8});
  NumberLoader loader(numbers, first(9), {.batch = 2, .shuffle = false, .workers = 3, .strict = true});
  loader.start_epoch(0);
  CHECK(loader.next());
  CHECK(loader.next());
  for (int again = 0; again < 2; ++again)
    CHECK(message_of<unetpp::FormatError>([&] { loader.next(); }) ==
          "number 4.png: expected a good one, found a bad one");
  CHECK(loader.skipped() == 0);
}

TEST_CASE("an error that is not the sample's reaches the caller, strict or not") {
  Numbers numbers(4);
  numbers.broken = 2;
  NumberLoader loader(numbers, first(4), {.batch = 2, .shuffle = false});
  loader.start_epoch(0);
  CHECK(loader.next());
  CHECK(message_of<std::runtime_error>([&] { loader.next(); }) == "broken");
}

TEST_CASE("a loader ends while it loads, and nothing loads afterwards") {
  const Numbers numbers(500);
  for (int i = 0; i < 20; ++i) {
    NumberLoader loader(numbers, first(500), {.batch = 50, .workers = 4});
    loader.start_epoch(0);
    if (i % 2 == 1) loader.next();
  }
  CHECK(numbers.loading == 0);
}

TEST_CASE("an epoch that begins before the last one ended is whole") {
  const Numbers numbers(60, {11, 12});
  LoaderConfig config{.batch = 7, .seed = 5, .workers = 3};
  NumberLoader whole(numbers, first(60), config);
  NumberLoader loader(numbers, first(60), config);
  for (int e = 0; e < 20; ++e) {
    loader.start_epoch(e);
    for (int b = 0; b < e % 4; ++b) loader.next();
  }
  CHECK(epoch(loader, 20) == epoch(whole, 20));
}

TEST_CASE("an epoch that begins behind some samples has the batches of a whole one from there on") {
  const Numbers numbers(40, {3, 17, 18, 30});
  const LoaderConfig config{.batch = 5, .seed = 5, .workers = 3};
  NumberLoader whole(numbers, first(40), config);
  const Numbered zero = epoch(whole, 0), one = epoch(whole, 1);
  for (const std::size_t batches : {0u, 1u, 4u, 7u, 8u}) {  // 36 good samples: seven batches and one sample
    NumberLoader stopped(numbers, first(40), config), resumed(numbers, first(40), config);
    stopped.start_epoch(0);
    std::size_t samples = 0;
    for (std::size_t b = 0; b < batches; ++b) {
      stopped.next();
      samples += stopped.images().count();
    }
    resumed.skip(stopped.skipped_samples());
    resumed.start_epoch(0, samples);
    CHECK(rest(resumed) == Numbered(zero.begin() + static_cast<std::ptrdiff_t>(batches), zero.end()));
    CHECK(epoch(resumed, 1) == one);
    CHECK(resumed.skipped() == 4);
  }
}

TEST_CASE("samples that are told to be bad are not loaded, warned about or counted twice") {
  const Numbers numbers(6, {2});
  int warnings = 0;
  NumberLoader loader(numbers, first(6),
                      {.batch = 6, .shuffle = false, .warn = [&](const std::string&) { ++warnings; }});
  loader.skip({2, 4, 2});
  CHECK(epoch(loader, 0) == Numbered{{0, 1, 3, 5}});
  CHECK(numbers.loads == 4);
  CHECK(warnings == 0);
  CHECK(loader.skipped_samples() == std::vector<std::size_t>{2, 4});
  CHECK(message_of<unetpp::ArgumentError>([&] { loader.skip({6}); }) == "a loader has no sample 6");
  CHECK(message_of<unetpp::ArgumentError>([&] { loader.start_epoch(0, 5); }) ==
        "a loader of 4 samples cannot begin behind 5");
}

TEST_CASE("a loader refuses settings and samples out of range") {
  const Numbers numbers(3);
  const auto error = [&](std::vector<std::size_t> indices, LoaderConfig config) {
    return message_of<unetpp::ArgumentError>([&] { NumberLoader(numbers, indices, config); });
  };
  CHECK(error({0}, {.batch = 0}) == "a loader's batch: expected at least 1, found 0");
  CHECK(error({0}, {.prefetch = 0}) == "a loader's prefetch: expected at least 1, found 0");
  CHECK(error({0}, {.workers = -1}) == "a loader's workers: expected at least 0, found -1");
  CHECK(error({0}, {.ranks = 0}) == "a loader's ranks: expected at least 1, found 0");
  CHECK(error({0}, {.rank = -1}) == "a loader's rank: expected at least 0, found -1");
  CHECK(error({0}, {.rank = 2, .ranks = 2}) == "a loader's rank: expected less than the 2 ranks, found 2");
  CHECK(error({0}, {.rank = 1, .ranks = 2, .own_ranks = 2}) ==
        "a loader's own_ranks: expected at most 1 from rank 1 of 2 on, found 2");
  CHECK(error({0}, {.batch = 6, .ranks = 4}) == "a loader's batch: expected a multiple of the 4 ranks, found 6");
  CHECK(error({0, 3}, {}) == "a loader's indices: expected less than 3, found 3");
}

TEST_CASE("a data set on disk with one bad image gives its other pairs, resized") {
  const TemporaryFolder folder;
  for (const char* stem : {"a", "b", "c"}) {
    put(folder.path() / "images" / (std::string(stem) + ".jpg"), encode_png(drawn_image(10, 8)));
    put(folder.path() / "annotations" / "trimaps" / (std::string(stem) + ".png"), encode_png(drawn_trimap(10, 8)));
  }
  put(folder.path() / "images" / "b.jpg", "a text");
  const unetpp::PetDataset pets(folder.path());
  std::string warning;
  unetpp::Loader<in, unetpp::PetDataset> loader(
      pets, first(3), {.batch = 3, .warn = [&](const std::string& line) { warning += line + "\n"; }});
  loader.start_epoch(0);
  REQUIRE(loader.next());
  CHECK(loader.images().count() == 2);
  CHECK(warning == "skipping b: " + pets.image_path(1).string() +
                       ": expected a JPEG, PNG, GIF or BMP image, found: unknown image type\n");
  std::vector<float> image(in.size());
  std::vector<std::uint8_t> labels(in.pixels());
  unetpp::write_sample(pets.load(0), in, image, labels);
  CHECK(std::equal(image.begin(), image.end(), loader.images().pixel(0)));
  CHECK(std::equal(labels.begin(), labels.end(), loader.labels().pixel(0)));
  CHECK_FALSE(loader.next());
}

TEST_CASE("a loader refuses to give a batch before its first epoch") {
  const Numbers numbers(4);
  NumberLoader loader(numbers, first(4), {.batch = 2});
  CHECK(message_of<unetpp::ArgumentError>([&] { loader.next(); }) == "a loader has no batch before start_epoch()");
}

}  // namespace loader_errors_test
