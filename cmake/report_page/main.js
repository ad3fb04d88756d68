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
