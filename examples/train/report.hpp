#pragma once
// The report of a run, compiled once for all networks.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/train/callbacks.hpp>
#include <vector>

namespace training {

/// A SegmentationReport.
class Report {
 public:
  explicit Report(unetpp::SegmentationReportConfig config);
  ~Report();

  std::filesystem::path path() const;
  double seconds() const;
  double share() const;
  std::string state() const;
  void restore(std::string_view text, const std::vector<unetpp::EpochEnd>& epochs, const std::string& where);

  void on_fit_begin(const unetpp::FitBegin& e);
  void on_batch_end(const unetpp::BatchEnd& e);
  void on_validation_batch_end(const unetpp::ValidationBatchEnd& e);
  void on_epoch_end(const unetpp::EpochEnd& e);
  void on_fit_end(const unetpp::FitEnd& e);

 private:
  std::unique_ptr<unetpp::SegmentationReport> report_;
};

}  // namespace training
