// Masks laid over images.

const colours = classes.map((c) => [1, 3, 5].map((at) => parseInt(c.colour.slice(at, at + 2), 16)));

/**
 * Paints masks on a canvas, one pixel each. Which are painted is in `layers`:
 *   prediction  every pixel in the colour of its predicted class
 *   truth       the same of the true class; beside the prediction, white lines where the true class changes
 *   errors      only pixels whose prediction is wrong
 * Of classes that are switched off nothing is painted; ignored pixels are never wrong.
 */
function paint(canvas, image, truth, prediction, layers) {
  const {width, height} = image, pixels = new ImageData(width, height), out = pixels.data;
  const on = [...state.shown, false];
  const alpha = Math.round(2.55 * state.opacity), lineAlpha = Math.min(255, 2 * alpha);
  const lines = layers.truth && layers.prediction, filled = layers.prediction ? prediction : truth;
  const changes = (i, j) => truth[i] !== truth[j] && (on[truth[i]] || on[truth[j]]);
  for (let i = 0; i < truth.length; ++i) {
    if (layers.errors && (truth[i] === prediction[i] || truth[i] === classes.length)) continue;
    const line = lines && ((i + 1) % width > 0 && changes(i, i + 1) || i + width < truth.length && changes(i, i + width));
    if (!line && !on[filled[i]]) continue;
    const colour = line ? [255, 255, 255] : colours[filled[i]];
    out[4 * i] = colour[0];
    out[4 * i + 1] = colour[1];
    out[4 * i + 2] = colour[2];
    out[4 * i + 3] = line ? lineAlpha : alpha;
  }
  canvas.getContext('2d', {willReadFrequently: true}).putImageData(pixels, 0, 0);
}

/** Paints nothing when no layer is on. */
function paintLayers(canvas, image, layers) {
  if (layers.prediction || layers.truth)
    paint(canvas, image, truthOf(image), predictionOf(image, state.epoch), layers);
  else
    canvas.getContext('2d').clearRect(0, 0, image.width, image.height);
}

/** An image with a canvas for its masks above it. */
function fillPicture(place, image) {
  const canvas = element('canvas', {width: image.width, height: image.height, 'aria-hidden': 'true'});
  place.replaceChildren(element('img', {src: image.src, alt: ''}), canvas);
  return canvas;
}
