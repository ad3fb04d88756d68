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
