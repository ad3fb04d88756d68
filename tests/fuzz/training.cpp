// Any bytes as each of the texts in a checkpoint: where training stands, the report's record, the run's settings.

#include <train/resume.hpp>

#include "property.hpp"
#include "unetpp/io/files/training_json.hpp"
#include "unetpp/report/record_json.hpp"

using namespace unetpp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  constexpr int classes = 2;
  fuzz::run([&] {
    const auto [state, optimizer] = parse_training(text, classes, fuzz::name);
    const std::string written = to_text(state, optimizer);
    const auto [again, optimizer_again] = parse_training(written, classes, fuzz::name);
    fuzz::require(to_text(again, optimizer_again) == written, "the same state when it is read again");
  });
  fuzz::run([&] {
    RunRecord run{std::vector<ReportClass>(classes), 3, std::vector<EpochEnd>(1), {}}, again = run;
    parse_record(text, fuzz::name, run);
    parse_record(to_text(run), fuzz::name, again);
    fuzz::require(to_text(again) == to_text(run), "the same record when it is read again");
  });
  fuzz::run([&] { training::require_same_settings(std::string(text), {{"seed", 1}, {"epochs", 2}}, fuzz::name); });
  return 0;
}
