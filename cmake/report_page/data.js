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
