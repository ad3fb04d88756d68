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
