// The lanes: text, tokens, ids and bytes over each other, drawn from the same rows.
import { make } from '../shared/dom.js';
import { describe, write } from '../shared/token.js';
import { noteOf } from './notes.js';

const LONG = 120; // tokens
const LANES = { text: textOf, tokens: chipsOf, ids: idsOf, bytes: bytesOf };

// Draw all rows; returns [row][token] -> the elements that stand for it.
export function drawLanes(root, data) {
  const shown = data.rows.map((row) => row.tokens.map(() => []));
  const lines = data.rows.flatMap((row, r) => {
    const at = { data, row, r, places: shown[r] };
    return data.lanes.map((lane) => lineOf(at, lane));
  });
  root.className = ['rows', data.lanes.length === 1 && 'wide', data.two && 'two']
    .filter(Boolean).join(' ');
  root.replaceChildren(...lines);
  return shown;
}

function lineOf(at, lane) {
  const { data, row } = at;
  const name = row.name ?? data.names[lane];
  const line = make('div', row.name === null ? 'row' : 'row named');
  line.append(make('span', 'name', name), laneOf(at, lane, name));
  return line;
}

function laneOf(at, lane, name) {
  const { data, row } = at;
  const body = make('div', `lane ${lane}${data.pick ? ' pick' : ''}`);
  if (row.tokens.length > LONG) {
    body.classList.add('long');
    if (lane !== 'tokens' || !data.pick) body.tabIndex = 0; // the keys scroll it
  }
  body.setAttribute('role', data.pick ? 'group' : 'list');
  body.setAttribute('aria-label', name);
  for (const group of row.groups) body.append(...LANES[lane](at, group));
  return body;
}

function textOf(at, [first, last, text, breaks]) {
  const bit = link(at, write(make('span', 'bit'), text), first, last);
  const after = at.data.visible ? breaks : 0; // without marks the text holds its own breaks
  return [bit, ...Array.from({ length: after }, () => make('br'))];
}

// Tokens that share a character stand in one frame, the character above them.
function chipsOf(at, [first, last, text, breaks]) {
  const parts = [];
  for (let n = first; n < last; n += 1) parts.push(chipOf(at, n));
  const after = breaks ? [make('span', 'break')] : [];
  if (parts.length === 1) return [...parts, ...after];
  const bundle = make('span', 'bundle');
  const whole = link(at, write(make('span', 'whole bit'), text), first, last);
  const below = make('span', 'parts');
  below.append(...parts);
  bundle.append(whole, below);
  return [bundle, ...after];
}

function chipOf(at, n) {
  const { data, row } = at;
  const [id, text, , split] = row.tokens[n];
  const chip = link(at, make('span', split ? 'token split' : 'token'), n, n + 1);
  chip.append(write(make('span', 'face'), text));
  if (data.under) chip.append(make('span', 'under', id));
  describe(chip, noteOf(data, row, n, n + 1), { pick: data.pick, first: n === 0, chosen: false });
  return chip;
}

function idsOf(at, group) {
  return numbersOf(at, group, ([id]) => id);
}

function bytesOf(at, group) {
  return numbersOf(at, group, ([, , bytes]) => bytes);
}

function numbersOf(at, [first, last], text) {
  const parts = [];
  for (let n = first; n < last; n += 1) {
    parts.push(link(at, make('span', 'number', text(at.row.tokens[n])), n, n + 1));
  }
  return parts;
}

// An element stands for some tokens of its row: they light each other up.
function link(at, made, first, last) {
  const { colours } = at.data;
  Object.assign(made.dataset, { row: at.r, first, last });
  made.style.setProperty('--c', colours[(at.row.colours?.[first] ?? first) % colours.length]);
  for (let n = first; n < last; n += 1) at.places[n].push(made);
  return made;
}
