// A matrix drawn on canvases: pointing reads a cell, arrow keys walk, clicking chooses.
import { make } from '../shared/dom.js';
import { localised } from '../shared/number.js';
import { css, mix, stopsOf } from '../shared/ramp.js';
import { fingerprint, unpack } from '../shared/wire.js';

const NAMED = 48; // more columns than this are numbered, not named
const LEAST = 15; // pixels that a column with a name needs
const LETTER = 8.9; // pixels of a row label's letter
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.matrix');
  const note = parentElement.querySelector('.note');
  if (!data || !root) return;
  const message = unpack(data);
  const matrix = { ...message.head, value: valuesOf(message) };
  const stops = stopsOf(root, matrix.signed ? 'diverging' : 'sequential');
  const stamp = `${fingerprint(data)} ${stops}`;
  if (root.dataset.stamp === stamp) return; // idempotent: pointing survives a re-run
  root.dataset.stamp = stamp;
  const papers = draw(root, matrix, stops);
  attend(root, note, papers, matrix, (row, column) => setTriggerValue('pick', [row, column]));
}

// --- numbers and their words ------------------------------------------------------------------

// Whole numbers stand for hundredths from -1 on: a quarter of the bytes.
export function valuesOf({ head, arrays }) {
  const scale = arrays[0] instanceof Uint8Array ? (v) => 0.01 * v - 1 : (v) => v;
  return (block, row, column) => scale(arrays[block][row * head.columns + column]);
}

const shareOf = (matrix, v) =>
  (matrix.signed ? (v / matrix.bound + 1) / 2 : v / matrix.bound);

const nameOf = (labels, at) => (labels ? labels[at] : at);

function written(matrix, v) {
  const plus = matrix.signed ? '+' : '';
  return (v < 0 ? '−' : plus) + localised(Math.abs(v).toFixed(matrix.digits));
}

export function sentence(matrix, { row, column }) {
  let text = matrix.say
    .replaceAll('{row}', nameOf(matrix.rowLabels, row))
    .replaceAll('{col}', nameOf(matrix.columnLabels, column));
  matrix.titles.forEach((_title, block) => {
    const v = matrix.value(block, row, column);
    text = text.replaceAll(`{v${block}}`, written(matrix, v))
      .replaceAll(`{p${block}}`, localised(`${(100 * v).toFixed(1)}%`));
  });
  return text;
}

// --- the picture ------------------------------------------------------------------------------

function draw(root, matrix, stops) {
  const room = Math.round(LETTER * matrix.room) + 10;
  const out = document.createDocumentFragment();
  const papers = matrix.titles.map((title, block) => {
    if (title) out.append(make('div', 'title', title));
    const frame = make('div', matrix.square ? 'frame square' : 'frame');
    const paper = paperOf(matrix, block, stops);
    frame.append(rowNames(matrix), paper);
    out.append(frame);
    return paper;
  });
  const width = root.clientWidth ? root.clientWidth - room : 1000;
  out.append(columnNames(matrix, width), make('div', 'axis inset', matrix.axis));
  out.append(legend(matrix, stops));
  root.replaceChildren(out);
  root.style.setProperty('--room', matrix.square ? '3rem' : `${room}px`);
  return papers;
}

// A canvas with a pixel for each cell, and the two lines that mark one.
function paperOf(matrix, block, stops) {
  const { rows, columns } = matrix;
  const canvas = make('canvas');
  canvas.width = columns;
  canvas.height = rows;
  if (!matrix.square) canvas.style.height = `${rows * matrix.rowHeight}px`;
  const picture = canvas.getContext('2d');
  const image = picture.createImageData(columns, rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const colour = mix(stops, shareOf(matrix, matrix.value(block, row, column)));
      image.data.set([...colour, 255], 4 * (row * columns + column));
    }
  }
  picture.putImageData(image, 0, 0);
  const paper = make('div', 'paper');
  paper.append(canvas, make('div', 'line across'), make('div', 'line down'));
  return paper;
}

function rowNames(matrix) {
  const names = make('div', 'rows');
  if (matrix.square) {
    names.append(tickMarks(matrix.ticks, matrix.rows, 'ticks down', 'top'));
    return names;
  }
  for (let row = 0; row < matrix.rows; row += 1) {
    const name = make('div', row === matrix.chosen[0] ? 'chosen' : '',
      nameOf(matrix.rowLabels, row));
    name.style.height = name.style.lineHeight = `${matrix.rowHeight}px`;
    names.append(name);
  }
  return names;
}

function tickMarks(ticks, n, classes, side, textOf = (at) => at) {
  const marks = make('div', classes);
  ticks.forEach((at) => {
    const mark = make('span', '', textOf(at));
    mark.style[side] = `${(100 * (at + 0.5)) / n}%`;
    marks.append(mark);
  });
  return marks;
}

// Names where each has room, else a few numbers.
function columnNames(matrix, width) {
  const { columns, columnLabels, marked } = matrix;
  const along = 'ticks along inset';
  if (!columnLabels || columns > NAMED || width / columns < LEAST) {
    return tickMarks(matrix.ticks, columns, along, 'left');
  }
  const all = columnLabels.map((_name, at) => at);
  const names = tickMarks(all, columns, `${along} names`, 'left', (at) => columnLabels[at]);
  marked.forEach((at) => names.children[at].classList.add('chosen'));
  const longest = Math.max(...columnLabels.map((name) => name.length));
  names.style.height = `${Math.min(120, 14 + 7 * longest)}px`;
  return names;
}

function legend(matrix, stops) {
  const { bound, signed } = matrix;
  const end = localised(
    matrix.say.includes('{p0}') ? `${(100 * bound).toFixed(0)}%` : bound.toFixed(2));
  const bar = make('span', 'bar');
  bar.style.background = `linear-gradient(to right, ${stops.map(css).join(', ')})`;
  const row = make('div', 'ramp inset');
  row.append(make('span', '', signed ? `−${end}` : '0'), bar,
    make('span', '', (signed ? '+' : '') + end));
  return row;
}

// --- pointing and choosing --------------------------------------------------------------------

function attend(root, note, papers, matrix, choose) {
  const [row, column] = matrix.chosen;
  const at = { row: Math.max(0, row), column: Math.max(0, column) };
  const move = (newRow, newColumn) => {
    at.row = within(newRow, matrix.rows);
    at.column = within(newColumn, matrix.columns);
    mark(papers, matrix, at);
    note.textContent = sentence(matrix, at);
  };
  const rest = () => {
    if (column >= 0) Object.assign(at, { row, column });
    mark(papers, matrix, column >= 0 ? at : null);
    note.textContent = matrix.hint || (column >= 0 ? sentence(matrix, at) : '');
  };
  const pick = () => { if (matrix.pick) choose(at.row, at.column); };
  papers.forEach((paper) => {
    paper.onpointermove = (event) => move(...cellUnder(event, paper, matrix));
    paper.onpointerleave = rest;
    paper.onclick = (event) => { move(...cellUnder(event, paper, matrix)); pick(); };
  });
  root.tabIndex = 0;
  root.setAttribute('role', 'img');
  root.setAttribute('aria-label', matrix.alt);
  root.onkeydown = (event) => {
    if (event.key === 'Enter') pick();
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    move(at.row + step[0], at.column + step[1]);
  };
  rest();
}

const within = (index, n) => Math.min(n - 1, Math.max(0, index));

export function cellUnder(event, paper, { rows, columns }) {
  const box = paper.getBoundingClientRect();
  return [
    Math.floor(((event.clientY - box.top) / box.height) * rows),
    Math.floor(((event.clientX - box.left) / box.width) * columns),
  ];
}

// Two lines cross at a cell; without one there are none.
function mark(papers, { rows, columns }, at) {
  papers.forEach((paper) => {
    const [across, down] = paper.querySelectorAll('.line');
    across.style.display = down.style.display = at ? 'block' : 'none';
    if (!at) return;
    across.style.top = `${(100 * at.row) / rows}%`;
    across.style.height = `${100 / rows}%`;
    down.style.left = `${(100 * at.column) / columns}%`;
    down.style.width = `${100 / columns}%`;
  });
}
