// One attention pattern: the whole of it, a window at full detail, lines, and weights in the text.
// Pointing never asks the server; a click chooses a query and a key. Tokens reach the page through
// textContent, fillText and nothing else.
import { onWidth } from '../shared/canvas.js';
import { stepsOf, stopsOf } from '../shared/ramp.js';
import { unpack } from '../shared/wire.js';
import { drawDetail, watchDetail } from './detail.js';
import { drawLines } from './lines.js';
import { patternOf } from './pattern.js';
import { say } from './say.js';
import { drawText, watchText } from './text.js';
import { drawWhole, watchWhole } from './whole.js';
import { holding, opened, sizeOf, windowAt } from './window.js';

export default function (component) {
  const { data, parentElement } = component;
  if (!data) return undefined;
  const root = parentElement.querySelector('.view');
  const state = root.state || (root.state = { pool: 'max', way: 'from' });
  const scene = sceneOf(component, root, state);
  state.soon = scene.soon; // for what comes late: it draws what is shown by then
  begin(scene);
  watchWhole(scene);
  watchDetail(scene);
  watchText(scene);
  draw(scene);
  state.stop?.();
  state.stop = onWidth(root, scene.soon);
  return () => state.stop();
}

// What all parts of the picture share. `state` outlives a re-run, all else comes anew with it.
function sceneOf({ data, setTriggerValue }, root, state) {
  const pattern = patternOf(unpack(data));
  const pinned = { q: pattern.query, k: pattern.key };
  let queued = false;
  const scene = { data, root, state, pattern, pinned, long: pattern.n > sizeOf(pattern) };
  scene.one = (name) => root.querySelector(name);
  scene.now = () => state.hover || pinned;
  scene.choose = ({ q, k }) => setTriggerValue('pick', [q, k]);
  scene.point = (where) => {
    if (isSame(where, state.hover)) return;
    state.hover = where;
    scene.soon();
  };
  scene.soon = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; draw(scene); });
  };
  return scene;
}

const isSame = (a, b) =>
  a === b || Boolean(a && b && a.q === b.q && a.k === b.k && a.from === b.from);

// The words of the moment, and the window: at a new prompt's pinned query, else where it was.
function begin({ root, state, pattern, pinned, long, one }) {
  const size = sizeOf(pattern);
  state.hover = null;
  state.nodesOf = null; // their handlers belong to the numbers shown before
  const kept = state.stamp === pattern.stamp;
  state.stamp = pattern.stamp;
  const from = kept
    ? windowAt(pattern.n, size, state.window.q0, state.window.k0) : opened(pattern, size);
  state.window = holding(pattern, from, pinned);
  root.style.setProperty('--accent', pattern.accent);
  root.querySelectorAll('[data-word]').forEach((node) => {
    node.textContent = pattern.words[node.dataset.word];
  });
  one('.whole').hidden = !long;
  one('.lines').hidden = pattern.n < 2;
}

function draw(scene) {
  if (scene.root.clientWidth < 1) return; // not laid out yet: a change of width calls again
  const colours = stepsOf(stopsOf(scene.root, 'sequential'));
  drawWhole(scene, colours);
  drawDetail(scene, colours);
  drawLines(scene);
  drawText(scene, colours);
  say(scene);
}
