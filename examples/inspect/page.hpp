#pragma once
// What an inspection found, as a page of HTML.

#include <cstddef>
#include <cstdio>
#include <string>
#include <unetpp/core/one_line.hpp>
#include <unetpp/io/data/folder_dataset.hpp>
#include <unetpp/io/image/image.hpp>
#include <unetpp/report/classes.hpp>
#include <unetpp/report/html.hpp>
#include <unetpp/report/mask_code.hpp>
#include <unetpp/report/picture.hpp>
#include <unetpp/report/shown_channels.hpp>
#include <vector>

#include "inspection.hpp"
#include "text.hpp"

namespace inspect {

/// Text as HTML shows it, whatever is in it.
inline std::string escaped(const std::string& text) {
  std::string html;
  for (const char c : unetpp::detail::one_line(text)) {
    if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else if (c == '>')
      html += "&gt;";
    else if (c == '"')
      html += "&quot;";
    else
      html += c;
  }
  return html;
}

inline std::string list(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string html = "<h2>" + title + "</h2>\n<ul>\n";
  for (const std::string& line : lines) html += "<li>" + escaped(line) + "</li>\n";
  return html + "</ul>\n";
}

/// The picture of a sample beside the same under its mask's colours, at most 200 pixels high.
inline std::string figure(const std::string& name, const unetpp::Sample& sample,
                          const std::vector<unetpp::Rgb>& colours, const unetpp::ShownChannels& channels) {
  constexpr int highest = 200;
  const int height = std::min(sample.image.height, highest);
  const int width = std::max(1, static_cast<int>(std::int64_t{sample.image.width} * height / sample.image.height));
  const unetpp::Image image = resize_bilinear(unetpp::to_picture(sample.image, channels), height, width);
  const unetpp::Mask mask = unetpp::resize_nearest(sample.mask, height, width);
  const auto source = [](const unetpp::Image& shown) {
    return "<img alt=\"\" src=\"data:image/jpeg;base64," + unetpp::base64(encode_jpeg(shown)) + "\">";
  };
  return "<figure>" + source(image) + source(overlay(image, mask, colours)) + "<figcaption>" + escaped(name) +
         "</figcaption></figure>\n";
}

/// What the page shows.
struct Shown {
  std::size_t samples;  ///< of the pairs that can be used, at most, evenly chosen
  unetpp::ShownChannels channels;
};

inline std::string page(const std::string& folder, const unetpp::FolderDataset& dataset, const std::vector<Pair>& pairs,
                        const std::vector<unetpp::ReportClass>& classes, const Shown& shown) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>" + escaped(folder) +
      "</title>\n<style>body{font:15px system-ui,sans-serif;margin:2em;max-width:75em}figure{display:inline-block;"
      "margin:0 1em 1em 0}img{margin-right:4px}figcaption{font-size:13px;overflow-wrap:anywhere}td,th{padding:2px "
      "1em 2px 0;text-align:left}i{display:inline-block;width:1em;height:1em;margin-right:.5em}</style>\n<h1>" +
      escaped(folder) + "</h1>\n<p>" + std::to_string(pairs.size() - bad(pairs)) + " pairs can be used, " +
      std::to_string(bad(pairs)) + " cannot.</p>\n";
  for (const std::string& line : size_lines(pairs)) html += "<p>" + escaped(line) + "</p>\n";
  html += "<table><tr><th>class<th>pixels<th>images\n";
  std::vector<unetpp::Rgb> colours;
  for (const ClassShare& share : class_shares(pairs, dataset.table())) {
    const unetpp::ReportClass& reported = classes[colours.size()];
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "<td>%.2f %%<td>%zu\n", 100 * share.share, share.samples);
    html += "<tr><td><i style=\"background:" + unetpp::detail::hex_colour(reported.colour) + "\"></i>" +
            escaped(share.name) + numbers;
    colours.push_back(reported.colour);
  }
  html += "</table>\n";
  std::vector<std::string> errors;
  std::vector<std::size_t> good;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i].good() ? good.push_back(i) : errors.push_back(pairs[i].image.error);
  html += list("Bad pairs", errors) + list("Doubtful pairs", doubts(pairs, dataset.table())) + "<h2>Samples</h2>\n";
  const std::size_t count = std::min(shown.samples, good.size());
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = good[k * good.size() / count];
    html += figure(pairs[i].name, dataset.load(i), colours, shown.channels);
  }
  return html + "</html>\n";
}

}  // namespace inspect
