#include <unetpp/report/html.hpp>

#include "catch.hpp"

namespace html_test {

using namespace unetpp;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// The data of a page as its scripts find them.
nlohmann::json data_of(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a page holds its data, whatever is in their names") {
  const nlohmann::ordered_json data{{"title", "</script><script>alert(1)</script><!-- {{data}} \"&'\\"}};
  const std::string page = html_page(data);
  CHECK(data_of(page) == nlohmann::json(data));
  CHECK(count(page, "alert(1)") == 1);
  CHECK(count(page, "<script>alert") == 0);
  CHECK(count(page, "</script>") == count(html_page({}), "</script>"));
}

TEST_CASE("a name that is not UTF-8 is shown with replacement characters") {
  CHECK(data_of(html_page({{"title", "caf\xE9"}})).at("title") == "caf\xEF\xBF\xBD");
}

TEST_CASE("a page asks nothing of any network") {
  const std::string page = html_page(report_data({}));
  CHECK(count(page, "default-src 'none'") == 1);
  CHECK(count(page, "src=\"http") + count(page, "href=\"http") + count(page, "url(") + count(page, "@import") == 0);
}

TEST_CASE("the data of a run have its classes, and numbers with six decimals, null where there are none") {
  RunRecord run{{{"pet", {1, 2, 255}}, {"other", {0, 0, 0}, false}, {"none", {0, 0, 0}}}, 3, {}, {}};
  Evaluation evaluation{{1, 3}, ConfusionMatrix(3)};
  evaluation.confusion.add(std::vector<std::uint8_t>{0, 0, 1}, std::vector<std::uint8_t>{0, 1, 1});
  run.epochs.push_back({1, 3, 2.0 / 3, evaluation, 1.5, 20});
  const nlohmann::ordered_json data = report_data(run);
  CHECK(data["classes"][0] == nlohmann::ordered_json({{"name", "pet"}, {"colour", "#0102ff"}, {"shown", true}}));
  CHECK(data["finished"] == false);
  const auto& epoch = data["epochs"][0];
  CHECK(epoch["train_loss"].dump() == "0.666667");
  CHECK(epoch["val_loss"].dump() == "0.333333");
  CHECK(epoch["iou"].dump() == "[0.5,0.5,null]");
  CHECK(epoch["precision"].dump() == "[1.0,0.5,null]");
  CHECK(epoch["recall"].dump() == "[0.5,1.0,null]");
  CHECK(epoch["confusion"].dump() == "[[1,1,0],[0,1,0],[0,0,0]]");
}

TEST_CASE("a run is finished after its last epoch") {
  RunRecord run{{}, 1, {}, {}};
  CHECK(report_data(run)["finished"] == false);
  run.epochs.push_back({1, 1, 0.5, {}, 1, 1});
  CHECK(report_data(run)["finished"] == true);
  CHECK_FALSE(report_data(run)["epochs"][0].contains("val_loss"));
}

}  // namespace html_test
