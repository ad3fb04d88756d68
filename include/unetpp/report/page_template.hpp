// Made by cmake/report_page/embed.sh of the files beside it: change those, then run it.
#pragma once

#include <string_view>

namespace unetpp {

/// The page of a report, with {{data}} where its data goes.
inline constexpr std::string_view page_template = R"page(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<!-- Nothing is ever fetched: all that the page shows is in it. -->
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>Segmentation report</title>
<style>
:root {
  --paper: #f5f6f8; --card: #ffffff; --ink: #171b21; --soft: #59616e; --line: #dfe3e8; --press: #eceff3;
  --accent: #0b5fa5; --on-accent: #ffffff; --train: #3d8fc9; --validation: #c4500a; --edge: rgb(23 27 33 / .55);
  color-scheme: light;
}
[data-theme="dark"] {
  --paper: #0f1216; --card: #181c22; --ink: #e9ecf0; --soft: #9aa4b2; --line: #2b313a; --press: #232932;
  --accent: #6db8f2; --on-accent: #0f1216; --train: #6db8f2; --validation: #f08a4b; --edge: rgb(233 236 240 / .55);
  color-scheme: dark;
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 0 20px 48px; max-width: 1480px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums;
}
h1 { margin: 0; font-size: 24px; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 16px; line-height: 1.4; }
small, .hint, .status { color: var(--soft); font-size: 13px; font-weight: 400; }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; z-index: 9; padding: 8px 12px; background: var(--card); }
.card { padding: 18px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.empty { margin: 48px 0; text-align: center; color: var(--soft); font-size: 17px; }
.scroll { overflow-x: auto; }

button, select {
  min-height: 34px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  color: var(--ink); font: inherit; font-size: 14px; cursor: pointer;
}
button:hover, select:hover { background: var(--press); }
button[aria-pressed="true"] { background: var(--press); border-color: var(--soft); }
button[aria-pressed="false"] { color: var(--soft); }
button[aria-pressed="false"] .key { opacity: .35; }
input[type="range"] { accent-color: var(--accent); cursor: pointer; }

.top { display: flex; align-items: center; gap: 12px 20px; padding: 24px 0 18px; flex-wrap: wrap; }
.top .title { flex: 1 1 300px; min-width: 0; }
.status { margin: 2px 0 0; }
.status.live::before {
  content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; background: #1a9e6b;
}
.switch { font-size: 14px; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px; margin: 0 0 16px;
           overflow: hidden; border: 1px solid var(--line); border-radius: 12px; background: var(--line); }
.figures div { padding: 12px 18px; background: var(--card); }
.figures dt { color: var(--soft); font-size: 13px; }
.figures dd { margin: 0; font-size: 22px; font-weight: 650; letter-spacing: -.01em; white-space: nowrap; }
.figures dd small { margin-left: 6px; letter-spacing: 0; }

.controls { position: sticky; top: 0; z-index: 3; margin: 0 -20px 16px; padding: 10px 20px; background: var(--paper);
            border-bottom: 1px solid var(--line); }
.replay { display: flex; align-items: center; gap: 14px; }
.replay input { flex: 1; min-width: 60px; }
.replay output { min-width: 112px; text-align: right; font-weight: 600; white-space: nowrap; }
.round { width: 38px; height: 38px; padding: 0; flex: none; border: 0; border-radius: 50%; background: var(--accent);
         color: var(--on-accent); }
.round:hover { background: var(--accent); filter: brightness(1.1); }
.round::before { content: ""; display: block; margin: auto; width: 0; border: 7px solid transparent; border-left: 11px solid;
                 border-right: 0; translate: 1px; }
.round.playing::before { width: 10px; height: 12px; border: solid; border-width: 0 3px; translate: 0; }
.layers { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 18px; margin-top: 8px; }
.group { display: flex; flex-wrap: wrap; gap: 6px; }
.group button { display: inline-flex; align-items: center; gap: 8px; max-width: 260px; overflow: hidden;
                text-overflow: ellipsis; white-space: nowrap; }
.field { display: inline-flex; align-items: center; gap: 8px; color: var(--soft); font-size: 14px; }
.field input { width: 110px; }
.key { flex: none; display: inline-block; width: 14px; height: 14px; border-radius: 4px; border: 1px solid var(--edge); }
.key.fill { background: var(--soft); }
.key.ring { border: 2px solid var(--soft); }
.key.cross { border-color: transparent;
             background: linear-gradient(45deg, transparent 42%, var(--soft) 42% 58%, transparent 58%),
                         linear-gradient(-45deg, transparent 42%, var(--soft) 42% 58%, transparent 58%); }

.columns { display: grid; gap: 20px; margin-bottom: 20px; }
.curves { display: grid; gap: 16px; align-content: start; min-width: 0; }
.chart { position: relative; margin: 0; padding-bottom: 12px; min-width: 0; }
.chart svg { display: block; width: 100%; cursor: crosshair; overflow: visible; touch-action: pan-y; }
.chart text { fill: var(--soft); font-size: 12px; }
.chart .rule { stroke: var(--line); }
.chart .cursor { stroke: var(--ink); stroke-width: 1.5; }
.chart .best { stroke: var(--soft); stroke-dasharray: 3 4; }
.chart .curve { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.chart .curve.edge { stroke: var(--edge); }
.chart .gap { fill: var(--validation); opacity: .16; }
.chart p { margin: 8px 0 0; font-size: 13px; color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 13px; }
.legend li { display: inline-flex; align-items: center; gap: 7px; min-width: 0; overflow-wrap: anywhere; }
.legend b { font-weight: 600; }
.legend .key { width: 16px; height: 6px; border-radius: 3px; }
.tip { position: absolute; z-index: 4; padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px;
       background: var(--card); box-shadow: 0 4px 18px rgb(0 0 0 / .18); font-size: 13px; pointer-events: none; }
.tip .legend { display: grid; margin: 2px 0 0; white-space: nowrap; }
.tip .legend b { margin-left: auto; padding-left: 14px; }

#grid-section { min-width: 0; outline-offset: 6px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(190px, 44%), 1fr)); gap: 14px; margin: 0; padding: 0;
        list-style: none; }
#first-batch { margin-bottom: 20px; }
.tile { display: block; width: 100%; padding: 0; overflow: hidden; border-radius: 10px; text-align: left; }
.picture { position: relative; display: block; background: var(--press); }
.picture img, .picture canvas { display: block; width: 100%; height: auto; }
.picture img { position: absolute; inset: 0; height: 100%; }
.picture canvas { position: relative; image-rendering: pixelated; }
.caption { display: flex; gap: 8px; padding: 7px 10px 8px; font-size: 13px; }
.caption .name { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); }
.caption b { font-weight: 650; }
.meter { display: block; height: 3px; background: var(--press); }
.meter i { display: block; height: 100%; background: var(--accent); }
.hint { margin: 14px 0 0; }
kbd { padding: 0 5px; border: 1px solid var(--line); border-radius: 4px; background: var(--card); font: inherit; font-size: 12px; }

.pair { display: grid; gap: 20px; margin-bottom: 20px; }
.pair > *, details.card { min-width: 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { padding: 7px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; }
th:first-child { text-align: left; }
th[scope="row"] { color: var(--ink); }
th .key { margin-right: 9px; vertical-align: -2px; }
tr:last-child > * { border-bottom: 0; }
tr.mean > * { font-weight: 650; }
tr.current > * { background: var(--press); }
.matrix td { text-align: center; border: 3px solid var(--card); border-radius: 8px; }
.matrix td small { display: block; color: inherit; opacity: .8; }
.matrix th:not(:first-child) { text-align: center; }
details summary { cursor: pointer; font-weight: 600; }
details[open] summary { margin-bottom: 12px; }

.run { margin-top: 20px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 10px 24px; margin: 0 0 14px; }
.facts dt { color: var(--soft); font-size: 13px; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }

dialog { width: min(1320px, 96vw); max-height: 96vh; padding: 18px 20px; border: 1px solid var(--line); border-radius: 14px;
         background: var(--card); color: var(--ink); }
dialog::backdrop { background: rgb(8 10 13 / .72); }
.viewer-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 14px; }
.viewer-bar h2 { flex: 1 1 160px; min-width: 0; margin: 0 8px; overflow-wrap: anywhere; }
.viewer-bar output { min-width: 104px; text-align: center; font-weight: 600; }
.trio { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr)); gap: 14px; }
.trio figure { margin: 0; }
.trio .picture { overflow: hidden; border-radius: 8px; }
.trio figcaption { padding-top: 6px; color: var(--soft); font-size: 13px; text-align: center; }

@media (min-width: 700px) { .figures { grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); } }
@media (min-width: 1000px) {
  .columns { grid-template-columns: minmax(400px, 36%) 1fr; }
  .columns.plain { grid-template-columns: 1fr; }
  .curves { position: sticky; top: var(--controls, 110px); }
  .pair { grid-template-columns: 1fr 1fr; }
}
@media (max-width: 600px) {
  body { padding: 0 14px 40px; }
  .controls { display: contents; }  /* so that the epochs alone stay in sight */
  .replay { position: sticky; top: 0; z-index: 3; gap: 10px; margin: 0 -14px; padding: 10px 14px; background: var(--paper); }
  .layers { margin: 0 0 16px; }
  .replay output { min-width: 96px; }
  .card { padding: 14px; }
  .grid { gap: 10px; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures div { padding: 9px 14px; }
  .figures dd { font-size: 19px; }
  .figures dd small { display: block; margin: 0; }
}
@media (prefers-reduced-motion: no-preference) { .meter i { transition: width .15s; } }
</style>
</head>
<body>
<a class="skip" href="#grid-section">Skip to the images</a>

<header class="top">
  <div class="title">
    <h1 id="title"></h1>
    <p id="status" class="status"></p>
  </div>
  <label class="switch" id="refresh-label" hidden><input type="checkbox" id="refresh" checked> Reload while training</label>
  <button type="button" id="theme" aria-pressed="false">Dark</button>
</header>
<noscript><p class="empty">This page is drawn by the scripts in it. Allow JavaScript to see it.</p></noscript>
<dl id="figures" class="figures"></dl>
<p id="empty" class="empty" hidden></p>

<main id="main" hidden>
  <section class="controls" aria-label="What is shown">
    <div class="replay">
      <button type="button" id="play" class="round" aria-label="Replay the epochs"></button>
      <input type="range" id="epoch" min="0" value="0" step="1" aria-label="Epoch">
      <output id="epoch-text" for="epoch" aria-live="polite"></output>
    </div>
    <div class="layers" id="layers">
      <div class="group" role="group" aria-label="Layers">
        <button type="button" id="show-prediction" aria-pressed="true"><i class="key fill"></i>Prediction</button>
        <button type="button" id="show-truth" aria-pressed="true"><i class="key ring"></i>Ground truth</button>
        <button type="button" id="show-errors" aria-pressed="false"><i class="key cross"></i>Errors only</button>
      </div>
      <div class="group" role="group" aria-label="Classes" id="class-toggles"></div>
      <label class="field">Opacity <input type="range" id="opacity" min="0" max="100" step="5" value="60"></label>
      <label class="field">Sort
        <select id="sort">
          <option value="worst">worst IoU first</option>
          <option value="best">best IoU first</option>
          <option value="order">as in the data</option>
        </select>
      </label>
    </div>
  </section>

  <div class="columns">
    <section class="curves" aria-label="Curves">
      <figure class="card chart" id="loss-chart"></figure>
      <figure class="card chart" id="metric-chart"></figure>
    </section>
    <section id="grid-section" tabindex="-1" aria-labelledby="grid-title">
      <h2 id="grid-title">Validation images</h2>
      <ul id="grid" class="grid"></ul>
      <p class="hint"><kbd>←</kbd> <kbd>→</kbd> epoch · click an image to enlarge it, then <kbd>←</kbd> <kbd>→</kbd> image,
        <kbd>↑</kbd> <kbd>↓</kbd> epoch, <kbd>Esc</kbd> closes</p>
    </section>
  </div>

  <div class="pair" id="class-numbers">
    <section class="card"><h2>Classes <small class="at-epoch"></small></h2><div class="scroll" id="class-table" tabindex="0" role="region" aria-label="Numbers of the classes"></div></section>
    <section class="card"><h2>Confusion <small class="at-epoch"></small></h2><div class="scroll" id="confusion" tabindex="0" role="region" aria-label="Confusion matrix"></div></section>
  </div>
  <section class="card" id="first-batch" aria-labelledby="first-batch-title" hidden>
    <h2 id="first-batch-title">First training batch <small>as the network saw it, with its true masks</small></h2>
    <ul id="first-batch-images" class="grid"></ul>
  </section>
  <details class="card"><summary>Numbers of every epoch</summary><div class="scroll" id="epoch-table" tabindex="0" role="region" aria-label="Numbers of every epoch"></div></details>
</main>

<section class="card run" aria-labelledby="run-title">
  <h2 id="run-title">The run</h2>
  <dl id="run" class="facts"></dl>
  <details id="network-details"><summary>Network</summary><pre id="network" class="scroll" tabindex="0"></pre></details>
</section>

<dialog id="viewer" aria-labelledby="viewer-title">
  <div class="viewer-bar">
    <button type="button" id="viewer-previous" aria-label="Previous image">←</button>
    <button type="button" id="viewer-next" aria-label="Next image">→</button>
    <h2 id="viewer-title"></h2>
    <button type="button" id="viewer-earlier" aria-label="Earlier epoch">↓</button>
    <output id="viewer-epoch" aria-live="polite"></output>
    <button type="button" id="viewer-later" aria-label="Later epoch">↑</button>
    <button type="button" id="viewer-close" aria-label="Close">✕</button>
  </div>
  <div class="trio">
    <figure><div class="picture" id="viewer-image"></div><figcaption>Image</figcaption></figure>
    <figure><div class="picture" id="viewer-truth"></div><figcaption>Ground truth</figcaption></figure>
    <figure><div class="picture" id="viewer-prediction"></div><figcaption>Prediction</figcaption></figure>
  </div>
  <ul id="viewer-classes" class="legend"></ul>
</dialog>

<script type="application/json" id="data">{{data}}</script>
<script>
'use strict';
// The run's data, and small helpers. Names are only ever set as text, never as HTML.

const data = JSON.parse(document.getElementById('data').textContent);
const epochs = data.epochs, images = data.images, classes = data.classes;
const over = data.finished || data.ended_early;
const validated = epochs.length > 0 && 'val_loss' in epochs[0];

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A coloured spot beside a name. */
function key(colour) {
  const spot = element('i', {class: 'key'});
  spot.style.background = colour;
  return spot;
}

const number = (value, digits = 4) => value === null || value === undefined ? '–' : value.toFixed(digits);
const exact = (value) => value === null || value === undefined ? '–' : String(value);
const percent = (value) => value === null ? '–' : (100 * value).toFixed(1) + ' %';
const grouped = (value) => value.toLocaleString('en-US');

function duration(seconds) {
  if (seconds < 100) return seconds.toFixed(seconds < 10 ? 1 : 0) + ' s';
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? minutes + ' min' : Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min';
}

const time = (unix) => new Date(unix * 1000).toLocaleString();

/** The index of the best of some values; nulls are passed over. -1 if there are only these. */
function best(values, better) {
  return values.reduce((at, value, i) => value !== null && (at < 0 || better(value, values[at])) ? i : at, -1);
}
const least = (values) => best(values, (a, b) => a < b);
const greatest = (values) => best(values, (a, b) => a > b);

/** Undoes encode_mask of mask_code.hpp. */
function decodeMask(text, values, size) {
  const bytes = atob(text), mask = new Uint8Array(size);
  let at = 0, value = 0, run = 0, shift = 0;
  for (let i = 0; i < bytes.length; ++i) {
    const byte = bytes.charCodeAt(i);
    run |= (byte & 127) << shift;
    shift += 7;
    if (byte >= 128) continue;
    const end = at + Math.floor(run / values) + 1;
    value = (value + run) % values;
    mask.fill(value, at, end);
    at = end;
    run = shift = 0;
  }
  return mask;
}

/** The classes of an image's pixels, classes.length where they are ignored; kept, as they never change. */
function truthOf(image) {
  image.decoded ??= decodeMask(image.truth, classes.length + 1, image.width * image.height);
  return image.decoded;
}

/** The predicted classes after an epoch (0 is the first). */
function predictionOf(image, epoch) {
  return decodeMask(image.masks[epoch], classes.length, image.width * image.height);
}

/** What is chosen on the page; kept while it reloads itself. */
const state = {
  epoch: epochs.length - 1,
  prediction: true,
  truth: true,
  errors: false,
  shown: classes.map((c) => c.shown),
  opacity: 60,
  sort: 'worst',
};
// Masks laid over images.

/** Red, green, blue and alpha as they lie in a canvas. */
const pixelOf = (...channels) => new Uint32Array(new Uint8Array(channels).buffer)[0];

/**
 * Paints masks on a canvas that has a square of pixels for each of the mask's. Which are painted is in `layers`:
 *   prediction  every pixel in the colour of its predicted class
 *   truth       the same of the true class; over the prediction, thin white lines where the true class changes
 *   errors      only pixels whose prediction is wrong
 * Of classes that are switched off nothing is painted, but what is wrongly predicted as one where another was true;
 * ignored pixels are never wrong.
 */
function paint(canvas, image, truth, prediction, layers) {
  const {width} = image, side = canvas.width / width;
  const pixels = new ImageData(canvas.width, canvas.height), out = new Uint32Array(pixels.data.buffer);
  const on = [...state.shown, false], alpha = Math.round(2.55 * state.opacity);
  const colours = [...classes.map(({colour}) =>
      pixelOf(...[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)), alpha)), 0];
  const white = pixelOf(255, 255, 255, Math.min(255, 2 * alpha));
  const lines = layers.truth && layers.prediction, filled = layers.prediction ? prediction : truth;
  const changes = (i, j) => truth[i] !== truth[j] && (on[truth[i]] || on[truth[j]]);
  for (let i = 0; i < truth.length; ++i) {
    if (layers.errors && (truth[i] === prediction[i] || truth[i] === classes.length)) continue;
    const first = Math.floor(i / width) * side * canvas.width + i % width * side;
    if (on[filled[i]] || layers.errors && (on[truth[i]] || on[prediction[i]]))
      for (let row = 0; row < side; ++row)
        out.fill(colours[filled[i]], first + row * canvas.width, first + row * canvas.width + side);
    if (!lines) continue;
    if ((i + 1) % width > 0 && changes(i, i + 1))
      for (let row = 0; row < side; ++row) out[first + row * canvas.width + side - 1] = white;
    if (i + width < truth.length && changes(i, i + width)) {
      const last = first + (side - 1) * canvas.width;
      out.fill(white, last, last + side);
    }
  }
  canvas.getContext('2d', {willReadFrequently: true}).putImageData(pixels, 0, 0);
}

/** Paints nothing when no layer is on. */
function paintLayers(canvas, image, layers) {
  if (layers.prediction || layers.truth)
    paint(canvas, image, truthOf(image), predictionOf(image, state.epoch), layers);
  else
    canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
}

/** An image with a canvas for its masks above it, at least `least` pixels wide. */
function fillPicture(place, image, least) {
  const side = Math.ceil(least / image.width);
  const canvas = element('canvas', {width: side * image.width, height: side * image.height, 'aria-hidden': 'true'});
  place.replaceChildren(element('img', {src: image.src, alt: ''}), canvas);
  return canvas;
}
// Line charts of one value an epoch, in SVG.

const svgElement = (tag, attributes, ...children) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/** Round numbers over a range, about five. */
function ticks(low, high) {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((s) => s * power >= rough) * power;
  const all = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) all.push(i * step);
  return all;
}

/**
 * A chart in `place`. `series`: {name, colour, width, values}, `best`: the index of an epoch to mark and `bestText` its
 * words, `gap`: whether to shade what lies between the first two series after that epoch, `note`: a sentence below.
 * Returns a function that moves the cursor to the chosen epoch.
 */
function chart(place, {title, low, high, series, best, bestText, gap, note}) {
  const height = 250, left = 42, right = 12, top = 22, bottom = 24;
  const svg = svgElement('svg', {height, role: 'img', 'aria-label': `${title} by epoch. ${note}`});
  const tip = element('div', {class: 'tip', hidden: ''});
  const values = series.map((s) => element('b', {}));
  place.replaceChildren(
      element('h2', {}, title, ' ', element('small', {}, 'by epoch')), svg,
      element('ul', {class: 'legend'}, ...series.map((s, i) => element('li', {}, key(s.colour), s.name, values[i]))),
      element('p', {}, note), tip);

  let width = 0;
  const x = (i) => left + (width - left - right) * (epochs.length < 2 ? .5 : i / (epochs.length - 1));
  const y = (v) => top + (height - top - bottom) * (high - v) / (high - low);
  const points = (list) => list.map(([i, v]) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}`);
  const cursor = svgElement('line', {class: 'cursor', y1: top - 6, y2: height - bottom});
  const dots = series.map((s) => svgElement('circle', {r: 4, fill: s.colour, stroke: 'var(--card)', 'stroke-width': 1.5}));

  function draw() {
    width = place.clientWidth - 2 * parseFloat(getComputedStyle(place).paddingLeft);
    svg.replaceChildren();
    for (const v of ticks(low, high))
      svg.append(svgElement('line', {class: 'rule', x1: left, x2: width - right, y1: y(v), y2: y(v)}),
                 svgElement('text', {x: left - 8, y: y(v) + 4, 'text-anchor': 'end'}, v.toFixed(high - low < .5 ? 2 : 1)));
    const every = Math.ceil(epochs.length / Math.max(2, Math.floor(width / 48)));
    epochs.forEach((e, i) => i % every === 0 &&
        svg.append(svgElement('text', {x: x(i), y: height - 6, 'text-anchor': 'middle'}, e.epoch)));
    if (gap) {
      const after = [...epochs.keys()].slice(best);
      const along = (s) => after.map((i) => [i, s.values[i]]);
      svg.append(svgElement('path', {class: 'gap', d: 'M' +
          points([...along(series[0]), ...along(series[1]).reverse()]).join('L') + 'Z'}));
    }
    if (best >= 0) {
      const end = x(best) > width * .6;
      svg.append(svgElement('line', {class: 'best', x1: x(best), x2: x(best), y1: top - 6, y2: height - bottom}),
                 svgElement('text', {x: x(best) + (end ? -6 : 6), y: top - 9, 'text-anchor': end ? 'end' : 'start'}, bestText));
    }
    for (const {colour, width: stroke, values: list} of series) {
      const known = [...list.entries()].filter(([, v]) => v !== null);
      if (known.length === 0) continue;
      const d = 'M' + points(known).join('L') + (known.length === 1 ? 'h0' : '');
      svg.append(svgElement('path', {class: 'curve edge', d, 'stroke-width': stroke + 1}),
                 svgElement('path', {class: 'curve', d, stroke: colour, 'stroke-width': stroke}));
    }
    svg.append(cursor, ...dots);
    move();
  }

  function move() {
    cursor.setAttribute('x1', x(state.epoch));
    cursor.setAttribute('x2', x(state.epoch));
    series.forEach((s, i) => {
      const value = s.values[state.epoch];
      values[i].textContent = number(value);
      dots[i].setAttribute('cx', x(state.epoch));
      dots[i].setAttribute('cy', y(value ?? low));
      dots[i].setAttribute('visibility', value === null ? 'hidden' : 'visible');
    });
  }

  const nearest = (event) => {
    const share = (event.clientX - svg.getBoundingClientRect().left - left) / (width - left - right);
    return Math.round(Math.min(1, Math.max(0, share)) * (epochs.length - 1));
  };
  svg.addEventListener('pointermove', (event) => {
    const at = nearest(event);
    tip.replaceChildren(element('b', {}, `Epoch ${epochs[at].epoch}`), element('ul', {class: 'legend'}, ...series.map(
        (s) => element('li', {}, key(s.colour), s.name, element('b', {}, number(s.values[at]))))));
    tip.hidden = false;
    const beside = x(at) + svg.offsetLeft + 24;
    tip.style.left = (x(at) > width / 2 ? beside - 40 - tip.offsetWidth : beside) + 'px';
    tip.style.top = '64px';
  });
  svg.addEventListener('pointerleave', () => { tip.hidden = true; });
  svg.addEventListener('click', (event) => goToEpoch(nearest(event)));
  new ResizeObserver(draw).observe(place);
  return move;
}
// The validation images with their masks.

const tiles = images.map((image) => {
  const picture = element('span', {class: 'picture'}), iou = element('b', {}), meter = element('i', {});
  const button = element('button', {type: 'button', class: 'tile'}, picture,
                         element('span', {class: 'meter'}, meter),
                         element('span', {class: 'caption'}, element('span', {class: 'name', title: image.name}, image.name), iou));
  const tile = {image, item: element('li', {}, button), button, canvas: fillPicture(picture, image, 256), iou, meter};
  button.addEventListener('click', () => openViewer(tile));
  return tile;
});

const trained = data.first_batch.map((image) => {
  const picture = element('span', {class: 'picture'});
  return {image, item: element('li', {}, picture), canvas: fillPicture(picture, image, 256)};
});

/** The tiles in the order that is chosen; an IoU that is not a number is last. */
function sortedTiles() {
  const of = (tile) => tile.image.iou[state.epoch] ?? (state.sort === 'best' ? -1 : 2);
  if (state.sort === 'worst') return [...tiles].sort((a, b) => of(a) - of(b));
  if (state.sort === 'best') return [...tiles].sort((a, b) => of(b) - of(a));
  return tiles;
}

function sortGrid() {
  const focused = document.activeElement;
  byId('grid').replaceChildren(...sortedTiles().map((tile) => tile.item));
  if (focused?.classList.contains('tile')) focused.focus({preventScroll: true});
}

function paintGrid() {
  for (const {image, canvas} of trained)
    state.truth ? paint(canvas, image, truthOf(image), truthOf(image), {truth: true}) :
                  canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
  for (const tile of tiles) {
    const iou = tile.image.iou[state.epoch];
    paintLayers(tile.canvas, tile.image, state);
    tile.iou.textContent = number(iou, 3);
    tile.meter.style.width = 100 * (iou ?? 0) + '%';
    tile.button.setAttribute('aria-label', `${tile.image.name}, mean IoU ${number(iou, 3)}. Enlarge`);
  }
}
// One image enlarged: image | truth | prediction.

const viewer = byId('viewer');
let viewed = null;  // its tile
let viewerCanvases = null;

function openViewer(tile) {
  viewed = tile;
  fillPicture(byId('viewer-image'), tile.image, 512);
  viewerCanvases = ['viewer-truth', 'viewer-prediction'].map((id) => fillPicture(byId(id), tile.image, 512));
  paintViewer();
  if (!viewer.open) viewer.showModal();
}

/** Intersection over union of each class of an image; null where it does not occur. */
function classIous(image) {
  const truth = truthOf(image), prediction = predictionOf(image, state.epoch);
  const both = classes.map(() => 0), either = classes.map(() => 0);
  for (let i = 0; i < truth.length; ++i) {
    if (truth[i] === classes.length) continue;
    ++either[truth[i]];
    if (truth[i] === prediction[i]) ++both[truth[i]];
    else ++either[prediction[i]];
  }
  return classes.map((_, c) => either[c] > 0 ? both[c] / either[c] : null);
}

function paintViewer() {
  if (viewed === null) return;
  const {image} = viewed, epoch = epochs[state.epoch];
  paintLayers(viewerCanvases[0], image, {truth: true});
  paintLayers(viewerCanvases[1], image, {...state, prediction: true});
  byId('viewer-title').replaceChildren(
      image.name, ' ', element('small', {}, `mean IoU ${number(image.iou[state.epoch], 3)}`));
  byId('viewer-epoch').textContent = `Epoch ${epoch.epoch} of ${data.planned}`;
  byId('viewer-earlier').disabled = state.epoch === 0;
  byId('viewer-later').disabled = state.epoch === epochs.length - 1;
  byId('viewer-classes').replaceChildren(...classIous(image).map((iou, c) => element(
      'li', {}, key(classes[c].colour), classes[c].name, element('b', {}, 'IoU ' + number(iou, 3)))));
}

/** To the next image of the grid, or with -1 to the one before. */
function turnViewer(by) {
  const order = [...byId('grid').children].map((item) => tiles.find((tile) => tile.item === item));
  openViewer(order[(order.indexOf(viewed) + by + order.length) % order.length]);
}

byId('viewer-previous').addEventListener('click', () => turnViewer(-1));
byId('viewer-next').addEventListener('click', () => turnViewer(1));
byId('viewer-earlier').addEventListener('click', () => setEpoch(state.epoch - 1));
byId('viewer-later').addEventListener('click', () => setEpoch(state.epoch + 1));
byId('viewer-close').addEventListener('click', () => viewer.close());
viewer.addEventListener('click', (event) => { if (event.target === viewer) viewer.close(); });
viewer.addEventListener('close', () => {
  sortGrid();
  viewed.button.focus();
  viewed = null;
});
// Numbers in tables, and what is known of the run.

const head = (...names) => element('thead', {}, element('tr', {}, ...names.map((n) => element('th', {scope: 'col'}, n))));
const rowOf = (name, ...cells) => element('tr', {}, element('th', {scope: 'row'}, ...name), ...cells.map((c) => element('td', {}, c)));

/** Precision, recall, IoU and Dice of each class after the chosen epoch. */
function fillClassTable() {
  const e = epochs[state.epoch];
  const total = e.confusion.flat().reduce((a, b) => a + b, 0);
  const rows = classes.map((c, i) => rowOf(
      [key(c.colour), c.name], number(e.iou[i]), number(e.dice[i]), number(e.precision[i]), number(e.recall[i]),
      percent(total > 0 ? e.confusion[i].reduce((a, b) => a + b, 0) / total : null)));
  const mean = rowOf(['Mean'], number(e.mean_iou), number(e.mean_dice), '', '', '');
  mean.className = 'mean';
  byId('class-table').replaceChildren(element(
      'table', {}, head('Class', 'IoU', 'Dice', 'Precision', 'Recall', 'Pixels'), element('tbody', {}, ...rows, mean)));
}

/** Rows are true classes, columns predicted ones; a cell's share is that of its row. */
function fillConfusion() {
  const rows = epochs[state.epoch].confusion.map((counts, truth) => {
    const sum = counts.reduce((a, b) => a + b, 0);
    const row = rowOf([key(classes[truth].colour), classes[truth].name]);
    counts.forEach((count, predicted) => {
      const share = sum > 0 ? count / sum : null;
      const cell = element('td', {}, percent(share), element('small', {}, grouped(count)));
      cell.style.background = `color-mix(in srgb, var(${truth === predicted ? '--accent' : '--validation'}) ${
          Math.round(80 * (share ?? 0))}%, var(--press))`;
      if (share > .6) cell.style.color = 'var(--on-accent)';
      row.append(cell);
    });
    return row;
  });
  byId('confusion').replaceChildren(element('table', {class: 'matrix'},
      head('true ↓  called →', ...classes.map((c) => c.name)), element('tbody', {}, ...rows)));
}

const epochColumns = [
  ['training loss', (e) => number(e.train_loss, 6)],
  ...(validated ? [
    ['validation loss', (e) => number(e.val_loss, 6)],
    ['accuracy', (e) => number(e.accuracy, 6)],
    ['mean IoU', (e) => number(e.mean_iou, 6)],
    ['mean Dice', (e) => number(e.mean_dice, 6)],
    ...classes.map((c, i) => ['IoU ' + c.name, (e) => number(e.iou[i], 6)]),
  ] : []),
  ['seconds', (e) => number(e.seconds, 1)],
  ['images/s', (e) => number(e.images_per_second, 1)],
  ['learning rate', (e) => exact(e.learning_rate)],
];

function fillEpochTable() {
  byId('epoch-table').replaceChildren(element('table', {}, head('epoch', ...epochColumns.map(([name]) => name)),
      element('tbody', {}, ...epochs.map((e) => rowOf([String(e.epoch)], ...epochColumns.map(([, value]) => value(e)))))));
}

function markEpochRow() {
  byId('epoch-table').querySelectorAll('tbody tr').forEach((row, i) => row.classList.toggle('current', i === state.epoch));
}

const fact = (name, ...words) => element('div', {}, element('dt', {}, name), element('dd', {}, ...words));

function fillFigures() {
  const last = epochs.at(-1), seconds = epochs.reduce((sum, e) => sum + e.seconds, 0);
  const figures = [fact('Epoch', String(last.epoch), element('small', {}, `of ${data.planned}`))];
  if (validated) {
    const iou = greatest(epochs.map((e) => e.mean_iou)), loss = least(epochs.map((e) => e.val_loss));
    if (iou >= 0) figures.push(fact('Best mean IoU', number(epochs[iou].mean_iou), element('small', {}, `epoch ${epochs[iou].epoch}`)));
    if (loss >= 0) figures.push(fact('Lowest validation loss', number(epochs[loss].val_loss), element('small', {}, `epoch ${epochs[loss].epoch}`)));
  }
  figures.push(fact('Training loss', number(last.train_loss)),
               fact('Speed', number(last.images_per_second, 1), element('small', {}, 'images/s')),
               fact('Time', duration(seconds)));
  if (!over) figures.push(fact('Left, about', duration((data.planned - last.epoch) * seconds / epochs.length)));
  byId('figures').replaceChildren(...figures);
}

function fillRun() {
  const text = (value) => value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
  const facts = Object.entries({...data.settings, ...data.versions}).map(([name, value]) => fact(name.replaceAll('_', ' '), text(value)));
  if (data.started) facts.push(fact('started', time(data.started)), fact('written', time(data.written)));
  if (data.report_seconds !== undefined) facts.push(fact('spent on this report', duration(data.report_seconds)));
  byId('run').replaceChildren(...facts);
  byId('network').textContent = data.network;
  byId('network-details').hidden = !data.network;
}
// What outlives a reload, and reloading while training goes on.

function setUpTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen = recall('theme');
  const apply = () => {
    const dark = chosen === null ? system.matches : chosen === 'dark';
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    byId('theme').setAttribute('aria-pressed', dark);
  };
  byId('theme').addEventListener('click', () => {
    chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    store('theme', chosen);
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}

// A browser may refuse to keep anything for a file: then nothing is kept.
function store(name, value) {
  try { sessionStorage.setItem(name + location.pathname, JSON.stringify(value)); } catch { }
}
function recall(name) {
  try { return JSON.parse(sessionStorage.getItem(name + location.pathname)); } catch { return null; }
}

function remember() {
  store('state', {...state, follows: state.epoch === epochs.length - 1, started: data.started, scroll: scrollY});
}

/** What was chosen before the page reloaded itself; one that stood at the last epoch follows the run. */
function resume() {
  const before = recall('state');
  if (before === null || before.started !== data.started || before.shown.length !== classes.length) return;
  const {follows, started, scroll, epoch, ...chosen} = before;
  Object.assign(state, chosen);
  if (!follows) state.epoch = Math.min(epochs.length - 1, epoch);
  requestAnimationFrame(() => scrollTo(0, scroll));
}

/** Reloads while training goes on, but not under the hands of who looks closely; gives up on a run without news. */
function setUpReload() {
  const seconds = Math.max(1, ...epochs.map((e) => e.seconds), 5);
  const quiet = Date.now() / 1000 - data.written > 5 * seconds + 600;
  const state = data.finished ? 'Finished' : data.ended_early ? 'Ended early' : quiet ? 'No news since' : 'Training, as of';
  byId('status').textContent = `${state} ${time(data.written)}`;
  if (over || quiet) return;
  byId('status').classList.add('live');
  byId('refresh-label').hidden = false;
  const wanted = recall('refresh');
  if (wanted !== null) byId('refresh').checked = wanted;
  byId('refresh').addEventListener('change', (event) => store('refresh', event.target.checked));
  setInterval(() => {
    if (!byId('refresh').checked || viewer.open || playing !== null || document.hidden) return;
    if (epochs.length > 0) remember();
    location.reload();
  }, 1000 * Math.min(30, Math.max(3, seconds / 4)));
}
// Puts the page together: what is chosen, the controls and the keyboard.

const moveCursors = [];
let painting = 0;

/** Shows what is chosen, once a frame at most. */
function update() {
  cancelAnimationFrame(painting);
  painting = requestAnimationFrame(show);
}

function show() {
  const words = `Epoch ${epochs[state.epoch].epoch} of ${data.planned}`;
  byId('epoch').value = state.epoch;
  byId('epoch').setAttribute('aria-valuetext', words);
  byId('epoch-text').textContent = words;
  for (const place of document.querySelectorAll('.at-epoch')) place.textContent = `after epoch ${epochs[state.epoch].epoch}`;
  for (const layer of ['prediction', 'truth', 'errors'])
    byId('show-' + layer).setAttribute('aria-pressed', state[layer]);
  byId('class-toggles').querySelectorAll('button').forEach((b, i) => b.setAttribute('aria-pressed', state.shown[i]));
  moveCursors.forEach((move) => move());
  markEpochRow();
  if (validated) {
    fillClassTable();
    fillConfusion();
  }
  paintGrid();
  if (viewer.open) paintViewer();
  remember();
}

function setEpoch(epoch) {
  state.epoch = Math.min(epochs.length - 1, Math.max(0, epoch));
  update();
}

/** The same, where the grid is not to keep its order. */
function goToEpoch(epoch) {
  setEpoch(epoch);
  sortGrid();
}

function toggle(button, flip) {
  button.addEventListener('click', () => {
    flip();
    update();
  });
}

/** Plays the epochs, from the first one when it stands at the last; a second press stops. */
let playing = null;
function play() {
  const stop = () => {
    clearInterval(playing);
    playing = null;
    sortGrid();
    byId('play').classList.remove('playing');
    byId('play').setAttribute('aria-label', 'Replay the epochs');
  };
  if (playing !== null) return stop();
  if (state.epoch === epochs.length - 1) setEpoch(0);
  byId('play').classList.add('playing');
  byId('play').setAttribute('aria-label', 'Stop');
  playing = setInterval(() => {
    setEpoch(state.epoch + 1);
    if (state.epoch === epochs.length - 1) stop();
  }, Math.max(60, Math.min(500, 8000 / epochs.length)));
}

function setUpControls() {
  byId('epoch').max = epochs.length - 1;
  byId('epoch').addEventListener('input', (event) => setEpoch(Number(event.target.value)));
  byId('epoch').addEventListener('change', sortGrid);
  byId('play').addEventListener('click', play);
  for (const layer of ['prediction', 'truth', 'errors'])
    toggle(byId('show-' + layer), () => { state[layer] = !state[layer]; });
  byId('class-toggles').append(...classes.map((c, i) => {
    const button = element('button', {type: 'button', title: c.name}, key(c.colour), c.name);
    toggle(button, () => { state.shown[i] = !state.shown[i]; });
    return button;
  }));
  byId('opacity').value = state.opacity;
  byId('opacity').addEventListener('input', (event) => {
    state.opacity = Number(event.target.value);
    update();
  });
  byId('sort').value = state.sort;
  byId('sort').addEventListener('change', (event) => {
    state.sort = event.target.value;
    sortGrid();
    remember();
  });
  new ResizeObserver(([entry]) => document.documentElement.style.setProperty(
      '--controls', entry.target.offsetHeight + 16 + 'px')).observe(document.querySelector('.controls'));
}

document.addEventListener('keydown', (event) => {
  const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
  if (!arrow || epochs.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches('input, select, .scroll')) return;
  const [across, up] = arrow;
  if (viewer.open) {
    if (across !== 0) turnViewer(across);
    else setEpoch(state.epoch + up);
  } else if (across !== 0) {
    goToEpoch(state.epoch + across);
  } else {
    return;
  }
  event.preventDefault();
});

function setUpCurves() {
  const losses = [{name: 'training', colour: 'var(--train)', width: 2.5, values: epochs.map((e) => e.train_loss)}];
  if (!validated) {
    byId('metric-chart').hidden = true;
  } else {
    losses.push({name: 'validation', colour: 'var(--validation)', width: 2.5, values: epochs.map((e) => e.val_loss)});
    const drawn = classes.slice(0, 12);
    const metrics = [
      {name: 'mean IoU', colour: 'var(--ink)', width: 3, values: epochs.map((e) => e.mean_iou)},
      {name: 'accuracy', colour: 'var(--soft)', width: 2, values: epochs.map((e) => e.accuracy)},
      ...drawn.map((c, i) => ({name: 'IoU ' + c.name, colour: c.colour, width: 2.25, values: epochs.map((e) => e.iou[i])})),
    ];
    const at = greatest(metrics[0].values);
    moveCursors.push(chart(byId('metric-chart'), {
      title: 'Metrics', low: 0, high: 1, series: metrics, best: at, bestText: at < 0 ? '' : `best mean IoU, epoch ${epochs[at].epoch}`,
      note: at < 0 ? '' : `Best mean IoU ${number(metrics[0].values[at])} after epoch ${epochs[at].epoch}.` +
          (classes.length > drawn.length ? ` Curves of the first ${drawn.length} of ${classes.length} classes; the tables have all.` : ''),
    }));
  }
  const all = losses.flatMap((s) => s.values).filter((v) => v !== null);
  const at = validated ? least(losses[1].values) : -1;
  const rise = at < 0 ? 0 : losses[1].values.at(-1) / losses[1].values[at] - 1;
  const overfits = rise > .02 && losses[0].values.at(-1) < losses[0].values[at];
  moveCursors.push(chart(byId('loss-chart'), {
    title: 'Loss', low: 0, high: Math.max(...all, 1e-6) * 1.02, series: losses, best: at, gap: overfits,
    bestText: at < 0 ? '' : `lowest, epoch ${epochs[at].epoch}`,
    note: at < 0 ? '' : `Lowest validation loss ${number(losses[1].values[at])} after epoch ${epochs[at].epoch}.` +
        (overfits ? ` Since then it rose by ${percent(rise)} while the training loss fell: the network overfits.` : ''),
  }));
}

byId('title').textContent = data.title;
document.title = data.title;
setUpTheme();
setUpReload();
fillRun();
if (epochs.length === 0) {
  byId('empty').textContent = over ? 'Training ended before its first epoch was done.' :
      'Training has begun. The first epoch will be here when it is done.';
  byId('empty').hidden = false;
  byId('figures').hidden = true;
} else {
  if (validated) resume();
  byId('main').hidden = false;
  byId('class-numbers').hidden = !validated;
  byId('grid-section').hidden = byId('layers').hidden = images.length === 0;
  document.querySelector('.columns').classList.toggle('plain', images.length === 0);
  byId('first-batch').hidden = trained.length === 0;
  byId('first-batch-images').replaceChildren(...trained.map((tile) => tile.item));
  fillFigures();
  setUpControls();
  fillEpochTable();
  setUpCurves();
  sortGrid();
  show();
}
</script>
</body>
</html>
)page";

}  // namespace unetpp
