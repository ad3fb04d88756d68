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
