#!/usr/bin/env bash
# Writes include/unetpp/report/page_template.hpp: the page of this folder as one string, so that who uses the headers
# needs no other file and no build step. Run it after a change; the tests compare (embed.sh --check).
set -eu
cd "$(dirname "$0")"
template=../../include/unetpp/report/page_template.hpp
page() {
  while IFS= read -r line; do
    case "$line" in
      "{{css}}") cat page.css ;;
      "{{js}}") cat data.js overlay.js curves.js grid.js viewer.js tables.js live.js main.js ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <page.html
}
header() {
  printf '%s\n' '// Made by cmake/report_page/embed.sh of the files beside it: change those, then run it.' '#pragma once' '' \
    '#include <string_view>' '' 'namespace unetpp {' '' \
    '/// The page of a report, with {{data}} where its data goes.' \
    'inline constexpr std::string_view page_template = R"page('"$(page)" ')page";' '' '}  // namespace unetpp'
}
if [ "${1:-}" = --check ]; then
  header | diff - "$template" || { echo "page_template.hpp is not what is in report_page/: run $PWD/embed.sh"; exit 1; }
else
  header >"$template"
fi
