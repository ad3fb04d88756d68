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
