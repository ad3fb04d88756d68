#include <unetpp/report/class_table.hpp>
#include <unetpp/report/measures.hpp>

#include "catch.hpp"

namespace measures_test {

using namespace unetpp;

namespace {

const std::vector<ReportClass> classes{{"a,b", {}}, {"say \"c\"", {}}};

EpochEnd epoch(int number) {
  Evaluation evaluation{{1, 2}, ConfusionMatrix(2)};
  evaluation.confusion.add(std::vector<std::uint8_t>{0, 0, 1, 1}, std::vector<std::uint8_t>{0, 1, 1, 1});
  return {number, 2, 0.25, evaluation, 1.5, 20, 2.5e-07};
}

}  // namespace

TEST_CASE("metrics.csv has a line for each epoch, and quotes class names where it must") {
  CHECK(metrics_csv({epoch(1), epoch(2)}, classes) ==
        "epoch,train_loss,val_loss,val_accuracy,val_mean_iou,\"val_iou_a,b\",\"val_iou_say \"\"c\"\"\",val_mean_dice,"
        "\"val_dice_a,b\",\"val_dice_say \"\"c\"\"\",\"val_precision_a,b\",\"val_precision_say \"\"c\"\"\","
        "\"val_recall_a,b\",\"val_recall_say \"\"c\"\"\",learning_rate,seconds,images_per_second\n"
        "1,0.250000,0.500000,0.750000,0.583333,0.500000,0.666667,0.733333,0.666667,0.800000,1.000000,0.666667,0.500000,"
        "1.000000,2.5e-07,1.500000,20.000000\n"
        "2,0.250000,0.500000,0.750000,0.583333,0.500000,0.666667,0.733333,0.666667,0.800000,1.000000,0.666667,0.500000,"
        "1.000000,2.5e-07,1.500000,20.000000\n");
}

TEST_CASE("without validation metrics.csv has the training loss and the speed") {
  CHECK(metrics_csv({{1, 1, 0.25, {}, 1.5, 20}}, {}) ==
        "epoch,train_loss,learning_rate,seconds,images_per_second\n1,0.250000,nan,1.500000,20.000000\n");
}

TEST_CASE("class_table lines up the metrics of each class and their means") {
  CHECK(class_table(epoch(1).validation->confusion, classes) ==
        "class        IoU     Dice  precision   recall\n"
        "a,b       0.5000   0.6667     1.0000   0.5000\n"
        "say \"c\"   0.6667   0.8000     0.6667   1.0000\n"
        "mean      0.5833   0.7333\n");
}

TEST_CASE("numbered classes have colours that differ") {
  const std::vector<ReportClass> many = numbered_classes(24);
  CHECK(many[3].name == "class 3");
  CHECK(many[3].colour == okabe_ito[3]);
  for (std::size_t i = 0; i < many.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(many[i].colour != many[j].colour);
}

TEST_CASE("names in metrics.csv are UTF-8, with replacement characters where they were not") {
  const std::string csv = metrics_csv({epoch(1)}, {{"caf\xe9", {}}, {"\xc3\xa9", {}}});
  CHECK(csv.find(",val_iou_caf\xef\xbf\xbd,val_iou_\xc3\xa9,") != std::string::npos);
}

}  // namespace measures_test
