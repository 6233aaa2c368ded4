// The window at full detail: a cell for each weight, its number in it where it has one.
import { fit, themed } from '../shared/canvas.js';
import { css, inkOn, shade } from '../shared/ramp.js';
import { percent, short, strongest, unseen } from './pattern.js';
import { sideOf } from './whole.js';
import { holding, neighbour } from './window.js';

const CELL_LEAST = 20;
const CELL_MOST = 44;
const SHARE = 0.6; // of the window's height that cells and names take: the rest stays in sight
const LETTERS = 12; // of a token beside the cells
export const GAP = 24; // between figures; a little more than the style sheet's, which is in rem

export function drawDetail(scene, colours) {
  const { root, state, pattern } = scene;
  const look = {
    colours,
    ink: themed(root, '--st-text-color', '#222'),
    line: themed(root, '--st-border-color', '#ccc'),
    face: `14px ${themed(root, '--st-code-font', 'monospace')}`,
  };
  const canvas = scene.one('.detail canvas');
  scene.plan = planOf(scene, canvas.getContext('2d'), look.face);
  const pen = fit(canvas, scene.plan.width, scene.plan.height);
  pen.font = look.face;
  pen.textBaseline = 'middle';
  for (let i = 0; i < state.window.size; i += 1) drawRow(pen, scene, i, look);
  drawRules(pen, scene, look);
  drawKeys(pen, scene, look);
  drawFrame(pen, scene, scene.pinned, pattern.accent, 3);
  if (state.hover) drawFrame(pen, scene, state.hover, look.ink, 2);
  caption(scene, colours);
  // A picture does not change by itself when its letters come: on a slow network they come late,
  // and the lines beside it have the room that it leaves.
  if (!document.fonts.check(look.face)) {
    document.fonts.load(look.face).then(() => state.soon()).catch(() => {});
  }
}

// --- geometry ---------------------------------------------------------------------------------

// Where the cells lie: right of the queries' names, above the keys', behind a column for the rest.
function planOf(scene, pen, face) {
  const { pattern, state } = scene;
  const { size, q0, k0 } = state.window;
  pen.font = face;
  const room = (start) => Math.ceil(Math.max(0, ...pattern.labels.slice(start, start + size)
    .map((text) => pen.measureText(short(text, LETTERS)).width))) + 12;
  const left = room(q0);
  const rest = scene.long ? 1 : 0;
  const under = room(k0);
  const wide = Math.floor((widthFor(scene) - left - 2) / (size + rest));
  const high = Math.floor((SHARE * window.innerHeight - under) / size);
  const cell = Math.max(CELL_LEAST, Math.min(CELL_MOST, wide, high));
  return {
    left, rest, cell, size,
    width: left + (size + rest) * cell + 2, height: size * cell + under + 2,
  };
}

// Pixels that the cells may take: the whole, the lines or nothing stand beside them.
function widthFor(scene) {
  const total = scene.root.clientWidth;
  if (!scene.long) return total >= 680 ? total - 250 : total;
  const beside = total - sideOf(scene) - GAP;
  return Math.min(beside >= 420 ? beside : total, 640);
}

// The cell at a point of the canvas: its query and key, or null for none and for the future.
export function cellAt(pattern, { q0, k0, size }, { left, rest, cell }, x, y) {
  const i = Math.floor(y / cell);
  const j = Math.floor((x - left) / cell) - rest;
  if (i < 0 || i >= size || j >= size) return null;
  const q = q0 + i;
  if (j < 0) return { q, k: strongest(pattern, q), from: 'query' };
  return k0 + j > q ? null : { q, k: k0 + j, from: 'cell' };
}

// --- drawing ----------------------------------------------------------------------------------

function drawRow(pen, scene, i, look) {
  const { pattern, state, plan } = scene;
  const { left, rest, cell, size } = plan;
  const q = state.window.q0 + i;
  const y = i * cell;
  pen.textAlign = 'right';
  pen.fillStyle = look.ink;
  pen.font = `${q === scene.now().q ? '700 ' : ''}${look.face}`;
  pen.fillText(short(pattern.labels[q], LETTERS), left - 7, y + cell / 2);
  pen.font = look.face;
  if (rest) {
    const hidden = unseen(pattern, q, state.window);
    drawCell(pen, look, { weight: hidden, most: 1, x: left, y, wide: cell - 4, cell });
  }
  for (let j = 0; j < size && state.window.k0 + j <= q; j += 1) {
    const weight = pattern.at(q, state.window.k0 + j);
    const x = left + (rest + j) * cell;
    drawCell(pen, look, { weight, most: pattern.top, x, y, wide: cell - 1, cell });
  }
}

function drawCell(pen, look, { weight, most, x, y, wide, cell }) {
  const colour = shade(look.colours, weight, most);
  pen.fillStyle = css(colour);
  pen.fillRect(x, y, wide, cell - 1);
  if (weight < 0.005) return;
  pen.fillStyle = inkOn(colour);
  pen.textAlign = 'center';
  // 100 is wider than a small cell: its digits are set closer, not left out.
  pen.fillText(String(Math.round(100 * weight)), x + wide / 2, y + cell / 2 + 0.5, wide - 1);
}

// A line down, between the rest and the cells, and one across, above the keys.
function drawRules(pen, { plan: { left, rest, cell, size, width } }, { line }) {
  pen.strokeStyle = line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(left + rest * cell - 0.5, 0);
  pen.lineTo(left + rest * cell - 0.5, size * cell);
  pen.moveTo(left, size * cell + 0.5);
  pen.lineTo(width, size * cell + 0.5);
  pen.stroke();
}

function drawKeys(pen, { pattern, state, plan, now }, { ink, face }) {
  const { left, rest, cell, size } = plan;
  pen.fillStyle = ink;
  pen.textAlign = 'right';
  const under = (text, column, bold) => {
    pen.save();
    pen.translate(left + column * cell + cell / 2, size * cell + 7);
    pen.rotate(-Math.PI / 2);
    pen.font = `${bold ? '700 ' : ''}${face}`;
    pen.fillText(text, 0, 0);
    pen.restore();
  };
  if (rest) under(pattern.words.rest, 0, false);
  for (let j = 0; j < size; j += 1) {
    const k = state.window.k0 + j;
    under(short(pattern.labels[k], LETTERS), rest + j, k === now().k);
  }
}

// Around a row's cells and, wider, around one of them.
function drawFrame(pen, { state, plan }, { q, k }, colour, wide) {
  const { left, rest, cell, size } = plan;
  const { q0, k0 } = state.window;
  const i = q - q0;
  const j = k - k0;
  if (i < 0 || i >= size) return;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.strokeRect(left + rest * cell, i * cell, Math.min(size, q - k0 + 1) * cell, cell - 1);
  if (j < 0 || j >= size || k > q) return;
  pen.lineWidth = wide;
  pen.strokeRect(left + (rest + j) * cell, i * cell, cell - 1, cell - 1);
}

function caption({ one, long, pattern: { words, top }, state }, colours) {
  const { size, q0, k0 } = state.window;
  one('.detail .axes').textContent = long
    ? words.axes_long.replace('{from}', q0).replace('{to}', q0 + size - 1)
      .replace('{kfrom}', k0).replace('{kto}', k0 + size - 1)
    : words.axes;
  const stops = [0, 64, 128, 191, 255].map((step) => css(colours[step]));
  one('.legend').style.background = `linear-gradient(to right, ${stops.join(',')})`;
  one('.most').textContent = top < 1 ? `${percent(top)} +` : percent(top);
}

// --- pointing and choosing --------------------------------------------------------------------

export function watchDetail(scene) {
  const { pattern, state, point, choose, now } = scene;
  const canvas = scene.one('.detail canvas');
  const under = (event) => {
    const area = canvas.getBoundingClientRect();
    return cellAt(pattern, state.window, scene.plan,
      event.clientX - area.left, event.clientY - area.top);
  };
  canvas.setAttribute('aria-label', pattern.alt);
  canvas.onpointermove = (event) => point(under(event));
  canvas.onpointerleave = () => point(null);
  canvas.onclick = (event) => { const cell = under(event); if (cell) choose(cell); };
  canvas.onkeydown = (event) => {
    const cell = neighbour(pattern, now(), event.key);
    if (cell) {
      event.preventDefault();
      state.window = holding(pattern, state.window, cell);
      point(cell);
    } else if (event.key === 'Enter') choose(now());
  };
}
