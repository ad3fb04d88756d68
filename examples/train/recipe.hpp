#pragma once
// What training is made of: a recipe is all of it, and every part of it is an option of its own.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace training {

/// Rates, probabilities and shares are from 0 to 1, 0 being none. `tutorial()` is the tutorial's, `best()` what learns most
/// from 500 photographs in 50 epochs.
struct Recipe {
  std::string network = "tutorial";
  std::string resize = "bilinear";

  double flip = 0;
  double rotation = 0;
  double scale = 1;
  double shift = 0;
  double brightness = 0;
  double contrast = 1;
  double gain = 0;

  double label_smoothing = 0;
  double dice = 0;
  std::string class_weights = "none";

  std::string optimizer = "adam";
  double learning_rate = 1e-3;
  double decay = 0;
  std::string schedule = "constant";
  double warm_up = 0;
  double clip = 0;
  double average = 0;
};

inline Recipe tutorial() { return {}; }
inline Recipe best() {
  return {.network = "best",
          .resize = "antialiased",
          .flip = 0.5,
          .rotation = 15,
          .scale = 1.25,
          .shift = 0.1,
          .brightness = 0.1,
          .contrast = 1.25,
          .gain = 0.1,
          .dice = 1,
          .optimizer = "adamw",
          .decay = 0.01,
          .schedule = "cosine",
          .warm_up = 2,
          .clip = 5,
          .average = 0.999};
}

/// A part of a recipe that is a number.
struct NumberPart {
  const char* name;
  double Recipe::*value;
  double low, high;
  const char* help;
};
/// One that is a word.
struct WordPart {
  const char* name;
  std::string Recipe::*value;
  std::vector<std::string> words;
  const char* help;
};

inline const std::vector<NumberPart>& number_parts() {
  static const std::vector<NumberPart> parts{
      {"flip", &Recipe::flip, 0, 1, "Probability that an image is mirrored"},
      {"rotation", &Recipe::rotation, 0, 180, "Images are turned by up to so many degrees"},
      {"scale", &Recipe::scale, 1, 10, "Images are made up to so many times larger or smaller"},
      {"shift", &Recipe::shift, 0, 1, "Images are moved by up to this share of their sides"},
      {"brightness", &Recipe::brightness, 0, 1, "Up to so much is added to all values, of 0 to 1"},
      {"contrast", &Recipe::contrast, 1, 10, "Contrast becomes up to so many times higher or lower"},
      {"gain", &Recipe::gain, 0, 0.99, "Each channel becomes brighter or darker by up to this share"},
      {"label-smoothing", &Recipe::label_smoothing, 0, 1, "Share of a label that is spread over all classes"},
      {"dice", &Recipe::dice, 0, 1e3, "Weight of the Dice loss that is added to the cross-entropy"},
      {"learning-rate", &Recipe::learning_rate, 1e-300, 1e3, "Of the optimizer, the largest of the schedule"},
      {"decay", &Recipe::decay, 0, 1e3, "Of the weights, by adamw and sgd"},
      {"warm-up", &Recipe::warm_up, 0, 1e6, "Epochs in which the rate rises to that of the schedule"},
      {"clip", &Recipe::clip, 0, 1e30, "Largest norm of a step's gradients; 0: any"},
      {"average", &Recipe::average, 0, 0.999999,
       "What a moving average of the weights, which becomes the model, keeps in a step; 0: none is made"}};
  return parts;
}

inline const std::vector<WordPart>& word_parts() {
  static const std::vector<WordPart> parts{
      {"network",
       &Recipe::network,
       {"tutorial", "best"},
       "best has batch normalisation, and dropout where it is deepest"},
      {"resize", &Recipe::resize, {"bilinear", "antialiased"}, "How photographs are made smaller"},
      {"class-weights",
       &Recipe::class_weights,
       {"none", "inverse", "median", "effective"},
       "Of the cross-entropy, from how often classes are in the training images"},
      {"optimizer", &Recipe::optimizer, {"adam", "adamw", "sgd"}, "sgd has Nesterov's momentum of 0.9"},
      {"schedule",
       &Recipe::schedule,
       {"constant", "cosine", "polynomial", "one-cycle"},
       "Of the learning rate, over all epochs"}};
  return parts;
}

/// The parts that a command line has changed.
struct RecipeChanges {
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> words;
};

inline void add_parts(nlohmann::ordered_json& json, const Recipe& recipe) {
  const auto key = [](std::string name) {
    for (char& c : name)
      if (c == '-') c = '_';
    return name;
  };
  for (const WordPart& part : word_parts()) json[key(part.name)] = recipe.*part.value;
  for (const NumberPart& part : number_parts()) json[key(part.name)] = recipe.*part.value;
}

}  // namespace training
