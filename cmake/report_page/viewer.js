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
