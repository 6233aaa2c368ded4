// Lines between two columns of tokens, queries left and keys right: the wider, the more weight.
import { GAP } from './detail.js';
import { joined, short, strongest, unseen } from './pattern.js';
import { sideOf } from './whole.js';

const SVG = 'http://www.w3.org/2000/svg';
export const SEEN = 0.01; // below one per cent a weight is summed with others, never dropped

export function drawLines(scene) {
  const { state, pattern } = scene;
  const svg = scene.one('.lines svg');
  const room = roomOf(scene);
  svg.setAttribute('width', room.width);
  svg.setAttribute('height', room.height);
  svg.setAttribute('viewBox', `0 0 ${room.width} ${room.height}`);
  const { q0, k0 } = state.window;
  const of = `${pattern.stamp} ${q0} ${k0} ${room.width}`;
  if (!svg.querySelector('.nodes') || state.nodesOf !== of) {
    svg.replaceChildren(node('g', { class: 'paths' }), nodesOf(scene, room));
    svg.onpointerleave = () => scene.point(null);
    state.nodesOf = of;
  } else {
    // Only the weight of the labels changes: new nodes under the pointer would fire again.
    svg.querySelectorAll('.node').forEach((one, index) => {
      const right = index % 2 === 1;
      one.querySelector('text').setAttribute('class', isOn(scene, index >> 1, right) ? 'on' : '');
    });
  }
  svg.querySelector('.paths').replaceChildren(...pathsOf(scene, room));
}

// Where the two columns stand: beside the cells row by row, or under them.
function roomOf({ root, long, plan, state, ...scene }) {
  const free = root.clientWidth - plan.width - GAP - (long ? sideOf({ root, ...scene }) + GAP : 0);
  const beside = free >= 226;
  const high = beside ? plan.cell : 24; // beside the matrix, its rows go on
  const width = beside ? Math.min(free, 520) : Math.min(560, root.clientWidth);
  const side = Math.max(20, Math.min(112, Math.floor((width - 50) / 2)));
  const extra = long ? 1 : 0; // a row for what the window leaves out
  return {
    high, width, side, extra, height: (state.window.size + extra) * high,
    letters: Math.floor((side - 10) / 8.6), y: (i) => (i + extra) * high + high / 2,
  };
}

function node(tag, attributes, text = undefined) {
  const made = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  if (text !== undefined) made.textContent = text;
  return made;
}

const placeOf = ({ state }, i, right) => (right ? state.window.k0 : state.window.q0) + i;

const isOn = (scene, i, right) =>
  placeOf(scene, i, right) === (right ? scene.now().k : scene.now().q);

// --- the lines --------------------------------------------------------------------------------

function pathsOf(scene, room) {
  const { pattern, state, now } = scene;
  const { size, q0 } = state.window;
  const toward = state.hover?.from === 'key';
  const parts = [];
  for (let i = 0; i < size; i += 1) {
    if (toward || q0 + i === now().q) parts.push(...pathsFrom(scene, room, i, toward));
  }
  if (room.extra) {
    const at = { x: room.width - room.side + 8, y: room.high / 2 + 5 };
    parts.push(node('text', at, pattern.words.rest));
  }
  return parts;
}

// From one query to all keys or, `toward` a key, to that alone; the small weights together.
function pathsFrom({ pattern, state, now }, room, i, toward) {
  const { size, q0, k0 } = state.window;
  const q = q0 + i;
  const parts = [];
  let rest = room.extra ? unseen(pattern, q, state.window) : 0;
  for (let j = 0; j < size && k0 + j <= q; j += 1) {
    if (toward && k0 + j !== now().k) continue;
    const weight = pattern.at(q, k0 + j);
    if (weight >= SEEN) parts.push(path(room, i, j, weight));
    else rest = joined(rest, weight, pattern.sums);
  }
  if (!toward && room.extra && rest >= SEEN) parts.push(path(room, i, -1, rest));
  return parts;
}

function path({ width, side, high, y }, i, j, weight) {
  const [x0, x1] = [side, width - side];
  const [y0, y1] = [y(i), j < 0 ? high / 2 : y(j)];
  const middle = (x0 + x1) / 2;
  return node('path', {
    d: `M${x0},${y0} C${middle},${y0} ${middle},${y1} ${x1},${y1}`,
    'stroke-width': (1 + 7 * weight).toFixed(2),
    'stroke-opacity': Math.min(1, 0.12 + 0.88 * weight).toFixed(3),
    ...(j < 0 ? { 'stroke-dasharray': '4 4' } : {}),
  });
}

// --- the tokens -------------------------------------------------------------------------------

function nodesOf(scene, room) {
  const nodes = node('g', { class: 'nodes' });
  for (let i = 0; i < scene.state.window.size; i += 1) {
    nodes.append(token(scene, room, i, false), token(scene, room, i, true));
  }
  return nodes;
}

function token(scene, { width, side, high, letters, y }, i, right) {
  const { pattern, pinned } = scene;
  const index = placeOf(scene, i, right);
  const made = node('g', { class: 'node' });
  const text = node('text', {
    x: right ? width - side + 8 : side - 8, y: y(i) + 5,
    'text-anchor': right ? 'start' : 'end',
    ...(isOn(scene, i, right) ? { class: 'on' } : {}),
  }, short(pattern.labels[index], letters));
  const x = right ? width - side : 0;
  made.append(node('rect', { x, y: y(i) - high / 2, width: side, height: high }), text);
  const cell = right ? { q: Math.max(pinned.q, index), k: index }
    : { q: index, k: strongest(pattern, index) };
  made.onpointerenter = () => scene.point({ ...cell, from: right ? 'key' : 'query' });
  made.onclick = () => scene.choose(cell);
  return made;
}
