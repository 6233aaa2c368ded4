// The lens grid: one cell per layer and token. Pointing shows the likeliest tokens there,
// clicking (or Enter) follows that token; it can be played row by row.
import { make } from '../shared/dom.js';
import { moveFocus, onPoint } from '../shared/point.js';
import { css, inkOn, mix, stopsOf } from '../shared/ramp.js';
import { halt } from '../shared/steps.js';
import { fill } from '../shared/token.js';
import { drawPager, placed } from './pager.js';
import { drawRows } from './rows.js';

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const NAMES_WIDE = 92;
const [FOLLOW, WINDOW] = [0, 1];

// How many columns fit beside the names of the rows.
export function columnsThatFit(width, data) {
  // Names may end in an ellipsis; a number that is cut would be another number.
  const wide = data.cells.flat().map((cell) => (/^[\d,]+$/.test(cell.t) ? cell.t.length : 0));
  const least = Math.max(56, 9 * Math.max(0, ...wide) + 14);
  return Math.max(1, Math.min(data.columns.length, Math.floor((width - NAMES_WIDE) / least)));
}

// The first column to show: new data show the followed token, the arrows move freely.
export function firstColumn(from, shown, total, home, isNew) {
  const first = Math.max(0, Math.min(from, total - shown));
  const away = home < first || home >= first + shown;
  return away && isNew ? Math.max(0, home - shown + 1) : first;
}

function fit(view) {
  return columnsThatFit(view.grid.getBoundingClientRect().width || 800, view.data);
}

// What a place answers, under the grid.
function tell(view, row, column) {
  const { data, note } = view;
  const cell = data.cells[row][column];
  const { n, t } = data.columns[column];
  const place = fill(data.place, { row: data.rows[row], n, token: t });
  const tops = make('div', 'tops');
  cell.k.forEach(([text, share, percent]) => {
    const line = make('div', 'top');
    line.style.setProperty('--w', `${Math.round(100 * share)}%`);
    line.append(make('span', 't', text), make('span', 'p', percent));
    tops.append(line);
  });
  note.replaceChildren(make('div', '', `${place} ${cell.w}`), tops);
}

function tellAnswer(view) {
  tell(view, view.data.rows.length - 1, view.home);
}

function headOf(view, column) {
  const { n, t } = view.data.columns[column];
  const head = make('div', column === view.data.chosen ? 'head on' : 'head');
  head.append(make('span', 'n', n), document.createTextNode(t));
  head.title = t;
  head.setAttribute('role', 'columnheader');
  head.dataset.column = column;
  return head;
}

function cellOf(view, row, column) {
  const { data, stops, home } = view;
  const cell = data.cells[row][column];
  const box = make('div', `cell${cell.f ? ' final' : ''}${cell.s ? ' first' : ''}`, cell.t);
  const colour = mix(stops, cell.v);
  box.style.backgroundColor = css(colour);
  box.style.color = inkOn(colour);
  box.setAttribute('role', 'gridcell');
  box.setAttribute('aria-label', `${data.rows[row]}, ${data.columns[column].t}: ${cell.t}, ${cell.w}`);
  box.tabIndex = row === data.rows.length - 1 && column === home ? 0 : -1;
  box.dataset.row = row;
  box.dataset.column = column;
  return box;
}

function draw(view) {
  const { grid, data, stamp } = view;
  const shown = fit(view);
  const isNew = grid.dataset.placed !== stamp;
  const from = firstColumn(
    Number(grid.dataset.from || 0), shown, data.columns.length, view.home, isNew);
  grid.dataset.placed = stamp;
  grid.dataset.from = from;
  grid.style.gridTemplateColumns = `minmax(4.9rem, max-content) repeat(${shown}, minmax(0, 1fr))`;
  grid.classList.toggle('many', data.rows.length > 16);
  const columns = Array.from({ length: shown }, (_, i) => from + i);
  grid.replaceChildren(
    lineOf(named('columnheader', data.corner), columns.map((column) => headOf(view, column))),
    ...data.rows.map((name, row) => lineOf(
      nameOf(name, row), columns.map((column) => cellOf(view, row, column)))),
  );
  drawRows(view);
  drawPager(view, data.columns[from].n, shown, (wish) => {
    const first = data.columns[0].n;
    const there = placed(wish, { shown, columns: data.columns.length, first, total: data.total });
    if (there.start === undefined) {
      grid.dataset.from = there.column;
      draw(view);
    } else view.trigger([WINDOW, there.start]);
  });
}

// A row of the table that a screen reader hears; the grid lays out its cells.
function lineOf(name, cells) {
  const line = make('div', 'line');
  line.setAttribute('role', 'row');
  line.append(name, ...cells);
  return line;
}

function named(role, text) {
  const made = make('div', 'row', text);
  made.setAttribute('role', role);
  return made;
}

function nameOf(name, row) {
  const made = named('rowheader', name);
  made.dataset.row = row;
  return made;
}

function show(view, cell) {
  const { note } = view;
  if (!cell) {
    note.classList.remove('live');
    view.tellRow(view.player.at ?? view.player.last);
    return;
  }
  tell(view, Number(cell.dataset.row), Number(cell.dataset.column));
  // The note comes into view from below the window, but never over the cell it tells of.
  const room = window.innerHeight - cell.getBoundingClientRect().bottom;
  const live = room > note.offsetHeight + 4;
  note.classList.toggle('live', live);
  cell.title = live ? '' : cell.getAttribute('aria-label');
}

// The cell one step away in the direction of an arrow.
function neighbour(grid, cell, [down, right]) {
  return grid.querySelector(`.cell[data-row="${Number(cell.dataset.row) + down}"]` +
    `[data-column="${Number(cell.dataset.column) + right}"]`);
}

function pressed(view, event, choose) {
  const cell = event.target.closest('.cell');
  const choosing = event.key === 'Enter' || event.key === ' ';
  if (!cell || !(choosing || event.key in ARROWS)) return;
  event.preventDefault();
  if (choosing) choose(cell);
  else moveFocus(cell, neighbour(view.grid, cell, ARROWS[event.key]));
}

function listen(view) {
  const { grid, data } = view;
  const choose = (element) =>
    element && view.trigger([FOLLOW, data.columns[Number(element.dataset.column)].n]);
  // Between two cells the last one stays told of.
  onPoint(grid, '.cell', (cell) => {
    if (cell || !grid.matches(':hover')) show(view, cell);
  });
  grid.onclick = (event) => choose(event.target.closest('[data-column]'));
  grid.onkeydown = (event) => pressed(view, event, choose);
}

function viewOf(data, parent, setTriggerValue) {
  const [grid, note, steps, pager] =
    ['.grid', '.note', '.steps', '.pager'].map((name) => parent.querySelector(name));
  const stops = stopsOf(grid, 'sequential');
  const view = {
    grid, note, steps, pager, data, stops,
    home: data.chosen >= 0 ? data.chosen : data.columns.length - 1,
    stamp: JSON.stringify(data) + JSON.stringify(stops),
    player: grid.player ?? { at: null, playing: false, timer: 0 },
    trigger: (numbers) => setTriggerValue('pick', numbers),
  };
  view.tellRow = (row) => tell(view, row, view.home);
  view.player.last = data.rows.length - 1;
  grid.player = view.player;
  return view;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!data || !parentElement.querySelector('.grid')) return undefined;
  const view = viewOf(data, parentElement, setTriggerValue);
  const { grid, player } = view;
  if (grid.dataset.drawn !== view.stamp) {
    // Idempotent: the same data draws nothing anew, so pointing survives a re-run.
    grid.dataset.drawn = view.stamp;
    halt(player);
    player.at = null;
    draw(view);
    tellAnswer(view);
  }
  listen(view);
  const watcher = new ResizeObserver(() => {
    if (Number(grid.dataset.fit) === fit(view)) return;
    grid.dataset.fit = fit(view);
    draw(view);
  });
  watcher.observe(grid);
  return () => {
    watcher.disconnect();
    window.clearTimeout(player.timer);
  };
}
