// The stages of sampling as a table: a row for each token, a column for each stage.
import { make } from '../shared/dom.js';
import { moveFocus, onPoint } from '../shared/point.js';
import { write } from '../shared/token.js';

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const table = parentElement.querySelector('table');
  if (!data || !table) return;
  const stamp = JSON.stringify(data);
  if (table.dataset.stamp !== stamp) {
    // Idempotent: the same data draws nothing anew.
    table.dataset.stamp = stamp;
    drawTable(table, data);
    delete table.dataset.told;
  }
  const body = table.tBodies[0];
  const note = parentElement.querySelector('.note');
  const tell = (line) => tellFormulas(line, data, table, note);
  const start = body.rows[Math.max(0, data.told)];
  if (table.dataset.told === undefined && start && data.rows[0].notes.length) tell(start);
  const pick = data.pick ? (line) => setTriggerValue('pick', rowOf(line, data).id) : null;
  listen(body, tell, pick);
}

function rowOf(line, data) {
  return data.rows[Number(line.dataset.row)];
}

function drawTable(table, data) {
  const width = data.columns.length;
  table.className = (data.pick ? 'pick' : '') + (width > 4 ? ' wide' : '');
  table.tHead.replaceChildren(headOf(data, width));
  const body = table.tBodies[0];
  // Rows are kept, so that bars glide.
  while (body.rows.length > data.rows.length) body.deleteRow(-1);
  data.rows.forEach((row, at) => drawRow(body.rows[at] || body.insertRow(), row, at, data));
  table.tFoot.replaceChildren(...data.totals.map((total) => totalOf(total, width)));
}

// Columns between the first and the last are left out on a narrow window.
function classOf(index, width) {
  return index > 0 && index < width - 1 ? 'mid' : '';
}

function headOf(data, width) {
  const head = make('tr');
  head.appendChild(make('th', 'first', data.corner));
  data.columns.forEach((column, index) => {
    const cell = make('th', classOf(index, width), column.title);
    cell.scope = 'col';
    cell.appendChild(make('small', '', column.note));
    head.appendChild(cell);
  });
  return head;
}

function drawRow(line, row, at, data) {
  const width = data.columns.length;
  if (line.cells.length !== width + 1) line.replaceChildren(make('th'));
  line.dataset.row = at;
  line.tabIndex = at === 0 ? 0 : -1;
  line.classList.toggle('chosen', at === data.chosen);
  if (data.pick) line.setAttribute('aria-label', row.label);
  const name = line.cells[0];
  name.scope = 'row';
  name.title = row.token;
  name.replaceChildren();
  write(name, row.token);
  row.cells.forEach((cell, index) => {
    const field = line.cells[index + 1] || emptyCell(line);
    field.className = classOf(index, width) + (cell.cut ? ' cut' : '');
    field.querySelector('.bar').style.width = `${(100 * cell.share).toFixed(2)}%`;
    field.querySelector('.number').textContent = cell.text;
  });
}

function emptyCell(line) {
  const field = line.insertCell();
  const inner = make('div', 'cell');
  inner.append(make('div', 'bar'), make('span', 'number'));
  field.appendChild(inner);
  return field;
}

function totalOf(total, width) {
  const line = make('tr');
  const name = make('th', '', total.name);
  name.scope = 'row';
  line.appendChild(name);
  total.values.forEach((value, index) => line.appendChild(make('td', classOf(index, width), value)));
  return line;
}

// Write a token's own numbers under the table.
function tellFormulas(line, data, table, note) {
  if (!line || table.dataset.told === line.dataset.row) return;
  table.dataset.told = line.dataset.row;
  for (const other of table.tBodies[0].rows) other.classList.toggle('on', other === line);
  note.replaceChildren(...rowOf(line, data).notes.map(([name, text]) => {
    const entry = make('div');
    entry.append(make('span', '', name), make('span', '', text));
    return entry;
  }));
}

function listen(body, tell, pick) {
  onPoint(body, 'tr', tell);
  const lineOf = (event) => event.target.closest?.('tr');
  body.onclick = (event) => {
    const line = lineOf(event);
    if (line && pick) pick(line); else tell(line);
  };
  body.onkeydown = (event) => {
    const line = lineOf(event);
    if (line) onKey(event, line, pick);
  };
}

// Enter and the space bar choose; the arrows go from row to row.
function onKey(event, line, pick) {
  if ((event.key === 'Enter' || event.key === ' ') && pick) {
    event.preventDefault();
    pick(line);
  }
  const next = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling }[event.key];
  if (!next) return;
  event.preventDefault();
  moveFocus(line, next);
}
