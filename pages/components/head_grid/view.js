// All heads of all layers as small pictures. Pointing previews, clicking (or Enter) pins.
import { fit, onWidth, painted, themed } from '../shared/canvas.js';
import { localised } from '../shared/number.js';
import { stepsOf, stopsOf } from '../shared/ramp.js';
import { unpack } from '../shared/wire.js';

const MOST = 68; // pixels from tile to tile, where they are sorted
const LEAST = 44; // and what the height of the window leaves them, where it is low
const WIDE = 900;
const BAR = 7; // pixels of a bar and what is around it
const NAME = 22; // pixels of a name under a tile

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!data) return undefined;
  const root = parentElement.querySelector('.grid');
  const state = root.state || (root.state = {});
  const grid = gridOf(unpack(data));
  state.at = grid.picked; // after a re-run the pinned head is the one to show
  const pin = (index) =>
    setTriggerValue('pick', [Math.floor(index / grid.heads), index % grid.heads]);
  const draw = () => drawAll(root, grid, state);
  watch(root.querySelector('.tiles canvas'), grid, state, { draw, pin });
  draw();
  state.stop?.();
  state.stop = onWidth(root, draw);
  return () => state.stop();
}

// --- what is computed -------------------------------------------------------------------------

// The heads to show, in their order: layers x heads, or one after another when sorted.
export function gridOf({ head, arrays }) {
  const shown = head.order ?? Array.from({ length: head.layers * head.heads }, (_, i) => i);
  return { ...head, cells: arrays[0], sorted: head.order !== null, shown };
}

// Where the tiles lie on a canvas for so many pixels.
// Together they are no higher than `tall`, as long as a tile stays as big as LEAST.
export function placesOf({ sorted, heads, scores, shown, layers }, width, tall = Infinity) {
  const left = sorted ? 0 : 42;
  const columns = sorted ? Math.max(4, Math.floor(width / MOST)) : heads;
  const bar = scores ? BAR : 0;
  const most = sorted ? MOST : Math.max(LEAST, Math.floor((tall - 24) / layers) - bar);
  const step = Math.min(most, Math.floor((width - left) / columns));
  const high = step + bar + (sorted ? NAME : 0);
  const top = sorted ? 0 : 24;
  const rows = Math.ceil(shown.length / columns);
  return {
    left, top, columns, rows, step, bar, high,
    side: step - (step > 30 ? 8 : 3), width: left + columns * step, height: top + rows * high + 2,
  };
}

// The tile at a point of the canvas: its place in the order, or null.
export function slotAt({ left, top, columns, rows, step, high }, n, x, y) {
  const column = Math.floor((x - left) / step);
  const row = Math.floor((y - top) / high);
  if (column < 0 || column >= columns || row < 0 || row >= rows) return null;
  const slot = row * columns + column;
  return slot < n ? slot : null;
}

const nameOf = ({ heads }, index) => `L${Math.floor(index / heads)}.H${index % heads}`;

const scoreOf = ({ scores }, index) => (scores ? scores[index] : null);

// --- the picture ------------------------------------------------------------------------------

function drawAll(root, grid, state) {
  const canvas = root.querySelector('.tiles canvas');
  const width = Math.max(260, root.querySelector('.tiles').clientWidth);
  // A big screen is filled; on a small one what stands around the grid stays in sight.
  const places = placesOf(grid, width, (width >= WIDE ? 0.86 : 0.48) * window.innerHeight);
  state.places = places;
  const pen = fit(canvas, places.width, places.height);
  pen.imageSmoothingEnabled = grid.size > places.side;
  pen.font = `14px ${themed(root, '--st-code-font', 'monospace')}`;
  pen.textBaseline = 'middle';
  const look = {
    ink: themed(root, '--st-text-color', '#222'),
    line: themed(root, '--st-border-color', '#ccc'),
    // Square root: faint stripes stay visible in a small picture.
    colours: stepsOf(stopsOf(root, 'sequential'), Math.sqrt),
  };
  if (!grid.sorted) drawAxes(pen, grid, places, look);
  grid.shown.forEach((index, slot) => {
    const x = places.left + (slot % places.columns) * places.step;
    const y = places.top + Math.floor(slot / places.columns) * places.high;
    drawTile(pen, grid, { index, x, y, at: state.at }, places, look);
  });
  preview(root, grid, state.at, look);
}

function drawAxes(pen, grid, { left, top, step, side, high }, { ink }) {
  pen.fillStyle = ink;
  pen.textAlign = 'center';
  for (let h = 0; h < grid.heads; h += step >= 26 ? 1 : 2) {
    pen.fillText(`H${h}`, left + h * step + side / 2, 10);
  }
  pen.textAlign = 'right';
  for (let l = 0; l < grid.layers; l += 1) {
    pen.fillText(`L${l}`, left - 8, top + l * high + side / 2);
  }
}

function drawTile(pen, grid, { index, x, y, at }, { side, bar }, look) {
  pen.drawImage(picture(grid, index, look), x, y, side, side);
  frame(pen, x + 0.5, y + 0.5, side - 1, look.line, 1);
  const score = scoreOf(grid, index);
  if (score !== null) {
    pen.fillStyle = look.line;
    pen.fillRect(x, y + side + 2, side, 4);
    pen.fillStyle = grid.accent;
    pen.fillRect(x, y + side + 2, side * Math.min(1, score), 4);
  }
  if (grid.sorted) {
    pen.fillStyle = look.ink;
    pen.textAlign = 'center';
    pen.fillText(nameOf(grid, index), x + side / 2, y + side + bar + 10);
  }
  if (index === grid.picked) frame(pen, x - 1, y - 1, side + 2, grid.accent, 3);
  else if (index === at) frame(pen, x - 1, y - 1, side + 2, look.ink, 2);
}

function frame(pen, x, y, side, colour, wide) {
  pen.lineWidth = wide;
  pen.strokeStyle = colour;
  pen.strokeRect(x, y, side, side);
}

// The future has no colour.
function picture({ size, cells }, index, { colours }) {
  const start = index * size * size;
  return painted(size, size, (i) =>
    [...colours[cells[start + i]], i % size > Math.floor(i / size) ? 0 : 255]);
}

function preview(root, grid, at, look) {
  const canvas = root.querySelector('.preview canvas');
  canvas.width = canvas.height = grid.size;
  canvas.getContext('2d').drawImage(picture(grid, at, look), 0, 0);
  const score = scoreOf(grid, at);
  const said = score === null ? '' : `\n${grid.words.score}: ${localised(`${(100 * score).toFixed(1)}%`)}`;
  root.querySelector('.name').textContent = nameOf(grid, at);
  root.querySelector('.what').textContent = grid.names[at] + said;
  root.querySelector('.tiles canvas').setAttribute('aria-label',
    `${grid.words.grid} ${nameOf(grid, at)}: ${grid.names[at]}${said}`);
}

// --- pointing and choosing --------------------------------------------------------------------

function watch(canvas, grid, state, { draw, pin }) {
  const under = (event) => {
    const area = canvas.getBoundingClientRect();
    const scale = state.places.width / area.width;
    const slot = slotAt(state.places, grid.shown.length,
      (event.clientX - area.left) * scale, (event.clientY - area.top) * scale);
    return slot === null ? null : grid.shown[slot];
  };
  const show = (index) => {
    if (index === undefined || index === null || index === state.at) return;
    state.at = index;
    draw();
  };
  canvas.onpointermove = (event) => show(under(event));
  canvas.onpointerleave = () => show(grid.picked);
  canvas.onclick = (event) => { const index = under(event); if (index !== null) pin(index); };
  canvas.onkeydown = (event) => {
    const { columns } = state.places;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    if (event.key in steps) show(grid.shown[grid.shown.indexOf(state.at) + steps[event.key]]);
    else if (event.key === 'Enter' || event.key === ' ') pin(state.at);
    else return;
    event.preventDefault();
  };
}
