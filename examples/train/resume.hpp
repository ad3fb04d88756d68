#pragma once
// Going on with a run: what must be as it was, and how to ask for it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <unetpp/core/error.hpp>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/files/json.hpp>
#include <unetpp/train/training_state.hpp>
#include <vector>

#include "../messages.hpp"
#include "task.hpp"

namespace training {

/// A word as a shell takes it for one; with controls in it, as bash does.
inline std::string quoted(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string("_-+=./,:@%").find(c) != std::string::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  const bool controls = examples::one_line(word) != word;
  const std::string quote = controls ? "\\'" : "'\\''";
  std::string text = controls ? "$'" : "'";
  for (const char c : word) text += c == '\'' ? quote : c == '\\' && controls ? "\\\\" : std::string(1, c);
  return examples::one_line(text) + "'";
}

/// The command that goes on with the run of this one: run.sh has started several processes.
inline std::string resume_command(int argc, const char* const* argv) {
  const char* script = std::getenv("UNETPP_SCRIPT");
  std::string text = quoted(script ? script : argv[0]) + " ";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word != "--overwrite" && word != "--resume") text += quoted(word) + " ";
  }
  return text + "--resume";
}

/// Settings that may be others when a run goes on: the parameters get the same bits, or training is only longer.
inline bool may_change(const std::string& setting) {
  static const std::set<std::string> names{
      "data",     "download", "out",         "overwrite",         "resume", "epochs", "threads",
      "patience", "strict",   "tensorboard", "checkpoint_minutes"};
  return names.contains(setting);
}

/// The shards of a run that began with the settings `text`.
inline int shards_of(const std::string& text, const std::string& where) {
  const auto before = unetpp::parse_json(text, where + ": settings", {.bytes = 1 << 20, .depth = 2});
  const bool given = before.is_object() && before.contains("shards") && before["shards"].is_number_unsigned();
  return given ? before["shards"].get<int>() : 1;
}

/// Throws unless a run that began with the settings `text` can go on with `settings`.
/// Errors  FormatError, which begins with `where`, naming all that differ.
inline void require_same_settings(const std::string& text, const nlohmann::ordered_json& settings,
                                  const std::string& where) {
  using Json = nlohmann::ordered_json;
  const Json before = unetpp::parse_json(text, where + ": settings", {.bytes = 1 << 20, .depth = 2});
  if (!before.is_object()) throw unetpp::FormatError(where + ": settings: expected an object, found something else");
  std::set<std::string> names;
  for (const Json* object : {&before, &settings})
    for (const auto& item : object->items())
      if (!may_change(item.key())) names.insert(item.key());
  std::string differing;
  for (const std::string& name : names) {
    const Json expected = before.value(name, Json()), found = settings.value(name, Json());
    const auto shown = [](const Json& value) {
      return value.is_null() ? "the default" : unetpp::detail::printable(unetpp::dump_json(value));
    };
    if (expected != found)
      differing += (differing.empty() ? "" : "; ") + unetpp::detail::printable(name) + ": expected " + shown(expected) +
                   ", found " + shown(found);
  }
  if (!differing.empty()) throw unetpp::FormatError(where + ": --resume with other settings: " + differing);
}

/// Throws unless a checkpoint's training can go on with these numbers of images and epochs.
/// Errors  FormatError, which begins with `where`; ArgumentError when it is behind the last of the epochs.
inline void require_possible(const unetpp::TrainingState& state, const unetpp::Split& parts, std::uint64_t seed,
                             int epochs, const std::string& where) {
  const auto check = [&](bool holds, const std::string& expected) {
    if (!holds) throw unetpp::FormatError(where + ": expected " + expected);
  };
  const auto within = [](const std::vector<std::size_t>& positions, std::size_t size) {
    return std::all_of(positions.begin(), positions.end(), [&](std::size_t i) { return i < size; });
  };
  const auto validated = [](const unetpp::EpochEnd& e) { return e.validation.has_value(); };
  check(!state.seed || *state.seed == seed, "the run's seed in its training, too, found another");
  check(within(state.train_skipped, parts.train.size()) && within(state.validation_skipped, parts.validation.size()),
        "skipped pairs that are in the split, found others");
  check(state.samples <= parts.train.size(), "a position among the " + std::to_string(parts.train.size()) +
                                                 " images to train, found " + std::to_string(state.samples));
  check(std::all_of(state.history.begin(), state.history.end(), validated),
        "a validation in every epoch, found an epoch without one");
  const int begun = state.samples > 0 ? state.epoch : state.epoch - 1;
  if (epochs < begun)
    throw unetpp::ArgumentError("--epochs: expected at least the " + std::to_string(begun) +
                                " that the run has begun, found " + std::to_string(epochs));
}

/// Names the samples that a run goes on to skip, and says what they are by now and what would take them in.
/// Errors  That of the first that still cannot be used, if strict.
inline void name_skipped(const Task& task, const std::vector<std::size_t>& indices,
                         const std::vector<std::size_t>& skipped, bool strict) {
  const std::string advice = "only a new run would take it in (--overwrite, or another --out)";
  for (const std::size_t position : skipped) {
    const std::size_t index = indices[position];
    std::string now = "good by now, but " + advice;
    try {
      task.dataset.load(index);
    } catch (const unetpp::Error& error) {
      if (strict) throw;
      now = error.what() + std::string("; once it is mended, ") + advice;
    }
    examples::warn(task.program, "still skipping " + task.dataset.name(index) + ": " + now);
  }
}

}  // namespace training
