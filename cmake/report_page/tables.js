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
