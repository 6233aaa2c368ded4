"""Two figures of the layers page that answer to the pointer without asking the server.

The lens grid: one cell per layer and token; pointing shows the ten likeliest
tokens there, clicking (or Enter) follows that token. The block diagram: the
vectors of one block as strips of colour; pointing names a dimension and its
value, clicking a station opens its arithmetic. Colours are the theme's own
ramps; all text goes through ``textContent``.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

_RAMP_JS = """
const ramp = (element, name) => {
  const text = getComputedStyle(element).getPropertyValue(name);
  return (text.match(/#[0-9a-f]{6}/gi) || []).map(
    (c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
};
const mix = (stops, share) => {
  if (!stops.length) return [136, 136, 136];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return stops[low].map((c, i) => Math.round(c + (at - low) * (stops[low + 1][i] - c)));
};
const rgb = (c) => `rgb(${c[0]}, ${c[1]}, ${c[2]})`;
const linear = (v) => (v <= 10 ? v / 3295 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const light = (c) =>  // where black and white ink have the same contrast (WCAG)
  0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]) > 0.179;
const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};
"""

# --- the lens grid ----------------------------------------------------------------------

_GRID_HTML = """<div class="bar"></div><div class="grid" role="grid"></div>
<div class="note" role="status"></div>"""

_GRID_CSS = """
:host, div { box-sizing: border-box; }
.bar { display: none; gap: 0.5rem; align-items: center; justify-content: space-between;
  font-family: var(--st-font); color: var(--st-text-color); margin-bottom: 0.3rem; }
.bar.on { display: flex; }
.bar button { font: inherit; color: inherit; background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius, 0.5rem);
  padding: 0.1rem 0.7rem; cursor: pointer; }
.bar button:disabled { opacity: 0.35; cursor: default; }
.grid { display: grid; gap: 2px; font-family: var(--st-code-font, monospace); font-size: 0.86rem;
  color: var(--st-text-color); }
.cell, .head, .row { height: 1.95rem; line-height: 1.95rem; overflow: hidden;
  text-overflow: ellipsis; white-space: pre; padding: 0 0.3rem; }
.many .cell, .many .row { height: 1.5rem; line-height: 1.5rem; }
.head { font-weight: 600; cursor: pointer; text-align: center; height: 3.1rem; line-height: 1.35;
  padding-top: 0.25rem; }
.head .n { display: block; font-weight: 400; opacity: 0.7; }
.head.on { border-bottom: 3px solid var(--st-primary-color); }
.row { font-family: var(--st-font); padding-left: 0; opacity: 0.85; text-align: right; }
.cell { text-align: center; border-radius: 0.25rem; cursor: pointer; }
.cell.final { font-weight: 700; }
.cell.first { box-shadow: inset 0 0 0 2.5px var(--edge); }
.cell:hover, .cell:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 0; }
.note.live { position: sticky; bottom: 0; pointer-events: none; }
.note { margin-top: 0.5rem; padding: 0.5rem 0.7rem;
  min-height: 5.6rem; border-radius: var(--st-base-radius, 0.5rem); font-family: var(--st-font);
  background: var(--st-secondary-background-color); color: var(--st-text-color);
  font-size: 0.9rem; }
.tops { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.6rem, 1fr));
  gap: 0.15rem 0.9rem; margin-top: 0.25rem; }
.top { display: flex; justify-content: space-between; gap: 0.4rem; padding: 0 0.2rem;
  background: linear-gradient(var(--st-primary-color), var(--st-primary-color)) no-repeat
    left bottom / var(--w) 3px; }
.top .t { font-family: var(--st-code-font, monospace); overflow: hidden; text-overflow: ellipsis;
  white-space: pre; }
"""

_GRID_JS = (
    _RAMP_JS
    + """
export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  const grid = parentElement.querySelector('.grid');
  const note = parentElement.querySelector('.note');
  const bar = parentElement.querySelector('.bar');
  if (!data || !grid) return;
  const stops = ramp(parentElement.querySelector('.grid'), '--st-chart-sequential-colors');
  const total = data.columns.length;
  const home = data.chosen >= 0 ? data.chosen : total - 1;
  const stamp = JSON.stringify(data) + JSON.stringify(stops);
  let from = Number(grid.dataset.from || 0);
  // Names may end in an ellipsis; a number that is cut would be another number.
  const wide = data.cells.flat().map((c) => (/^[\\d,]+$/.test(c.t) ? c.t.length : 0));
  const digits = Math.max(0, ...wide);
  const least = Math.max(56, 9 * digits + 14);
  const fit = () => {
    const room = grid.getBoundingClientRect().width || 800;
    return Math.max(1, Math.min(total, Math.floor((room - 92) / least)));
  };
  const tell = (row, column) => {
    const cell = data.cells[row][column];
    note.replaceChildren(make('div', '', data.place
      .replace('{row}', () => data.rows[row]).replace('{n}', () => data.columns[column].n)
      .replace('{token}', () => data.columns[column].t) + ' ' + cell.w));
    const tops = make('div', 'tops');
    cell.k.forEach(([text, share, percent]) => {
      const line = make('div', 'top');
      line.style.setProperty('--w', `${Math.round(100 * share)}%`);
      line.append(make('span', 't', text), make('span', 'p', percent));
      tops.append(line);
    });
    note.append(tops);
  };
  const draw = () => {
    const shown = fit();
    from = Math.max(0, Math.min(from, total - shown));
    if (home < from || home >= from + shown) {
      if (grid.dataset.placed !== stamp) from = Math.max(0, home - shown + 1);
    }
    grid.dataset.placed = stamp;
    grid.dataset.from = from;
    grid.style.gridTemplateColumns = `4.9rem repeat(${shown}, minmax(0, 1fr))`;
    grid.classList.toggle('many', data.rows.length > 16);
    const out = document.createDocumentFragment();
    out.append(make('div', 'row', data.corner));
    for (let c = from; c < from + shown; c += 1) {
      const head = make('div', 'head' + (c === data.chosen ? ' on' : ''));
      head.append(make('span', 'n', data.columns[c].n), document.createTextNode(data.columns[c].t));
      head.title = data.columns[c].t;
      head.dataset.column = c;
      out.append(head);
    }
    data.rows.forEach((name, r) => {
      out.append(make('div', 'row', name));
      for (let c = from; c < from + shown; c += 1) {
        const cell = data.cells[r][c];
        const classes = (cell.f ? ' final' : '') + (cell.s ? ' first' : '');
        const box = make('div', 'cell' + classes, cell.t);
        const colour = mix(stops, cell.v);
        box.style.background = rgb(colour);
        box.style.color = data.inks[light(colour) ? 0 : 1];
        box.style.setProperty('--edge', box.style.color);
        box.setAttribute('role', 'gridcell');
        box.setAttribute('aria-label', `${name}, ${data.columns[c].t}: ${cell.t}, ${cell.w}`);
        box.tabIndex = r === data.rows.length - 1 && c === home ? 0 : -1;
        box.dataset.row = r;
        box.dataset.column = c;
        out.append(box);
      }
    });
    grid.replaceChildren(out);
    bar.className = shown < total ? 'bar on' : 'bar';
    const move = (step, label) => {
      const button = make('button', '', label);
      button.disabled = step < 0 ? from === 0 : from + shown >= total;
      button.onclick = () => { from += step * shown; draw(); };
      return button;
    };
    const where = `${data.columns[from].n} – ${data.columns[from + shown - 1].n}`;
    bar.replaceChildren(move(-1, '◀'), make('span', '', where), move(1, '▶'));
  };
  if (grid.dataset.drawn !== stamp) {
    // Idempotent: the same data draws nothing anew, so pointing survives a re-run.
    grid.dataset.drawn = stamp;
    draw();
    tell(data.rows.length - 1, home);
  }
  const cellOf = (event) => event.target.closest && event.target.closest('.cell');
  const show = (cell) => {
    if (!cell) return;
    tell(Number(cell.dataset.row), Number(cell.dataset.column));
    // The note comes into view from below the window, but never over the cell it tells of.
    const room = window.innerHeight - cell.getBoundingClientRect().bottom;
    const live = room > note.offsetHeight + 4;
    note.classList.toggle('live', live);
    cell.title = live ? '' : cell.getAttribute('aria-label');
  };
  grid.onpointerover = (event) => show(cellOf(event));
  grid.onpointerleave = () => {
    note.classList.remove('live');
    tell(data.rows.length - 1, home);
  };
  // Browsers have no onfocusin property; the old listener goes, so that re-runs leave one.
  grid.removeEventListener('focusin', grid.when_focusin);
  grid.when_focusin = (event) => show(cellOf(event));
  grid.addEventListener('focusin', grid.when_focusin);
  const choose = (element) =>
    element && setTriggerValue('pick', data.columns[Number(element.dataset.column)].n);
  grid.onclick = (event) => choose(event.target.closest('[data-column]'));
  grid.onkeydown = (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(cell);
      return;
    }
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!step[event.key]) return;
    event.preventDefault();
    const [down, right] = step[event.key];
    const next = grid.querySelector(`.cell[data-row="${Number(cell.dataset.row) + down}"]` +
      `[data-column="${Number(cell.dataset.column) + right}"]`);
    if (next) { cell.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  };
  const watcher = new ResizeObserver(() => {
    if (Number(grid.dataset.fit) !== fit()) { grid.dataset.fit = fit(); draw(); }
  });
  watcher.observe(grid);
  return () => watcher.disconnect();
}
"""
)

_grid = st.components.v2.component("lens_grid", html=_GRID_HTML, css=_GRID_CSS, js=_GRID_JS)


def lens_grid(data: dict[str, Any], *, key: str) -> int | None:
    """Draw the grid; returns the position that was clicked in this run, or None.

    Parameters
    ----------
    data : as `core.charts.layers.charts.lens_cells` returns it
    key : unique on the page
    """
    picked = _grid(key=key, data=data, on_pick_change=_nothing).pick
    return None if picked is None else int(picked)


# --- one block as a diagram -------------------------------------------------------------

_BLOCK_HTML = """<div class="flow" role="list"></div><div class="note" role="status"></div>"""

_BLOCK_CSS = """
:host, div { box-sizing: border-box; }
.flow { font-family: var(--st-font); color: var(--st-text-color); font-size: 0.92rem; }
.station { display: grid; grid-template-columns: 2.6rem minmax(8rem, 12.4rem) minmax(0, 1fr) 4.9rem;
  align-items: center; gap: 0 0.6rem; min-height: 2.5rem; position: relative; }
.station.pick { cursor: pointer; }
.station.pick:hover .name, .station.pick:focus-visible .name { text-decoration: underline; }
.station.on { background: var(--st-secondary-background-color);
  border-radius: var(--st-base-radius, 0.5rem); }
.rail { align-self: stretch; position: relative; }
.rail::before { content: ''; position: absolute; left: 0.62rem; top: 0; bottom: 0; width: 5px;
  background: var(--st-primary-color); }
.station.start .rail::before { top: 50%; }
.station.end .rail::before { bottom: 50%; }
.rail .dot { position: absolute; left: 0.18rem; top: calc(50% - 0.63rem); width: 1.26rem;
  height: 1.26rem; border-radius: 50%; background: var(--st-background-color);
  border: 3px solid var(--st-primary-color); display: grid; place-items: center;
  font-weight: 700; line-height: 1; }
.branch .rail::after { content: ''; position: absolute; left: 2.3rem; width: 3px; top: 0;
  bottom: 0; background: var(--st-primary-color); opacity: 0.45; }
.branch.leave .rail::after { top: 50%; }
.branch.enter .rail::after { bottom: 50%; }
.rail .arm { display: none; position: absolute; left: 0.8rem; width: 1.65rem; height: 3px;
  top: calc(50% - 1.5px); background: var(--st-primary-color); opacity: 0.45; }
.branch.leave .rail .arm, .branch.enter .rail .arm { display: block; }
.branch .name { padding-left: 0.4rem; }
.pick .name code { text-decoration: underline dotted; text-underline-offset: 0.22em; }
.name { line-height: 1.2; }
.name code { font-family: var(--st-code-font, monospace); font-weight: 600; }
.name .what { display: block; opacity: 0.75; font-size: 0.84rem; }
canvas { width: 100%; height: 1.55rem; display: block; border-radius: 3px;
  image-rendering: pixelated; }
.trunk canvas { height: 1.9rem; }
.length { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.note { min-height: 1.8rem; margin-top: 0.4rem; font-family: var(--st-font);
  color: var(--st-text-color); font-size: 0.9rem; }
@media (max-width: 640px) {
  .station { grid-template-columns: 2rem minmax(0, 1fr) 4.6rem; padding-bottom: 0.3rem; }
  .station .strip { grid-column: 2 / -1; grid-row: 2; }
  .station .length { grid-column: 3; grid-row: 1; }
  .station .rail { grid-row: 1 / 3; }
}
"""

_BLOCK_JS = (
    _RAMP_JS
    + """
export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  const flow = parentElement.querySelector('.flow');
  const note = parentElement.querySelector('.note');
  if (!data || !flow) return;
  const stops = ramp(flow, '--st-chart-diverging-colors');
  const stamp = JSON.stringify(data.stations) + data.chosen + JSON.stringify(stops);
  if (flow.dataset.stamp !== stamp) {
    flow.dataset.stamp = stamp;
    const out = document.createDocumentFragment();
    data.stations.forEach((station, index) => {
      const line = make('div', 'station ' + station.role + (station.pick ? ' pick' : '') +
        (station.name === data.chosen ? ' on' : ''));
      line.dataset.index = index;
      line.setAttribute('role', station.pick ? 'button' : 'listitem');
      line.setAttribute('aria-label', `${station.name}: ${station.what}, ${station.length}`);
      if (station.pick) line.tabIndex = 0;
      const rail = make('div', 'rail');
      rail.append(make('div', 'arm'));
      if (station.dot) rail.append(make('div', 'dot', station.dot));
      const name = make('div', 'name');
      name.append(make('code', '', station.name), make('span', 'what', station.what));
      const strip = make('div', 'strip');
      const canvas = make('canvas');
      canvas.width = station.values.length;
      canvas.height = 1;
      const context = canvas.getContext('2d');
      const image = context.createImageData(station.values.length, 1);
      station.values.forEach((value, at) => {
        const colour = mix(stops, 0.5 + value / (2 * station.bound));
        image.data.set([...colour, 255], 4 * at);
      });
      context.putImageData(image, 0, 0);
      strip.append(canvas);
      line.append(rail, name, strip, make('div', 'length', station.length));
      out.append(line);
    });
    flow.replaceChildren(out);
    note.textContent = data.hint;
  }
  flow.onpointermove = (event) => {
    const line = event.target.closest('.station');
    const canvas = event.target.closest('canvas');
    if (!line) return;
    const station = data.stations[Number(line.dataset.index)];
    if (!canvas) { note.textContent = data.hint; return; }
    const box = canvas.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const at = Math.min(station.values.length - 1, Math.max(0,
      Math.floor(share * station.values.length)));
    note.textContent = data.point.replace('{name}', station.name).replace('{dim}', at)
      .replace('{value}', String(station.values[at]).replace('-', '−'));
  };
  flow.onpointerleave = () => { note.textContent = data.hint; };
  const choose = (event) => {
    const line = event.target.closest('.station.pick');
    if (line) setTriggerValue('pick', data.stations[Number(line.dataset.index)].name);
  };
  flow.onclick = choose;
  flow.onkeydown = (event) => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(event); }
  };
}
"""
)

_block = st.components.v2.component("block_diagram", html=_BLOCK_HTML, css=_BLOCK_CSS, js=_BLOCK_JS)


def block_diagram(data: dict[str, Any], *, key: str) -> str | None:
    """Draw the block; returns the station that was clicked in this run, or None.

    Parameters
    ----------
    data : as `core.charts.layers.charts.block_stations` returns it
    key : unique on the page
    """
    return _block(key=key, data=data, on_pick_change=_nothing).pick


def _nothing() -> None:
    """Streamlit names a component's triggers after its callbacks; the return value is enough."""
