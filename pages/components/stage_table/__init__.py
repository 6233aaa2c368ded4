"""The stages of sampling as a table: a row per token, a column per stage.

Pointing at a token (or moving to it with the keyboard) writes its own numbers
into the formulas under the table without asking the server; clicking chooses
it where a page wants that. Pieces of tokens reach the page through
``textContent`` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

_HTML = """
<div class="wrap"><table><thead></thead><tbody></tbody><tfoot></tfoot></table></div>
<div class="note" role="status"></div>
"""

_CSS = """
:host, div { box-sizing: border-box; }
.wrap { container-type: inline-size; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-family: var(--st-font);
  color: var(--st-text-color); font-size: 0.94rem; }
th { font-weight: 600; text-align: left; vertical-align: bottom; padding: 0.2em 0.2em 0.4em 0.5em;
  line-height: 1.25; overflow-wrap: break-word; }
th small { display: block; font-weight: 400; font-size: 0.9em; opacity: 0.8; }
td, tbody th, tfoot th { padding: 0.14em 0.5em; border-top: 1px solid var(--st-border-color); }
tbody th { font: 1rem var(--st-code-font, monospace); white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
tbody tr { cursor: default; outline: none; }
.pick tbody tr { cursor: pointer; }
tbody tr.on td, tbody tr.on th, tbody tr:focus-visible td, tbody tr:focus-visible th {
  background: color-mix(in srgb, var(--st-primary-color) 16%, transparent); }
tbody tr.chosen th { color: var(--st-primary-color); font-weight: 700; }
tbody tr.chosen th::before { content: "▸"; }
.mark { opacity: 0.42; }
.cell { position: relative; height: 1.55em; }
.bar { position: absolute; left: 0; top: 0.1em; bottom: 0.1em; border-radius: 0.2em;
  background: var(--st-primary-color); opacity: 0.38; min-width: 2px;
  transition: width 180ms ease-out; }
.cut .bar { display: none; }
.number { position: absolute; left: 0.35em; line-height: 1.55em; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.cut .number { opacity: 0.6; font-style: italic; }
tfoot td, tfoot th { font-size: 0.94rem; font-weight: 400; font-variant-numeric: tabular-nums;
  padding: 0.22em 0.5em; }
tfoot td { padding-left: 0.85em; }
tfoot tr:first-child td, tfoot tr:first-child th { border-top: 2px solid var(--st-border-color); }
.first { width: 20%; }
.wide .first { width: 17%; }
@container (max-width: 620px) {
  .mid { display: none; }
  .first, .wide .first { width: 34%; }
}
.note { min-height: 1.6em; margin-top: 0.7em; font-size: 0.94rem; color: var(--st-text-color);
  font-family: var(--st-font); line-height: 1.55; overflow-wrap: anywhere; }
.note:empty { display: none; }
.note b { font-family: var(--st-code-font, monospace); }
.note div { display: flex; gap: 0.7em; }
.note div span:first-child { flex: 0 0 10.5em; opacity: 0.8; }
@media (max-width: 640px) { .note div span:first-child { flex-basis: 6.5em; } }
"""

_JS = """
export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  const table = parentElement.querySelector('table');
  const note = parentElement.querySelector('.note');
  if (!data || !table) return;
  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const piece = (element, text) => {
    for (const character of text) {
      if ('␣⏎⇥␍⍽'.includes(character)) element.appendChild(make('span', 'mark', character));
      else element.appendChild(document.createTextNode(character));
    }
    return element;
  };
  const width = data.columns.length;
  const place = (index) => (index > 0 && index < width - 1 ? 'mid' : '');
  const stamp = JSON.stringify(data);
  const body = table.tBodies[0];
  if (table.dataset.stamp !== stamp) {
    // Idempotent: the same data draws nothing anew. Rows are kept, so that bars glide.
    table.dataset.stamp = stamp;
    table.className = (data.pick ? 'pick' : '') + (width > 4 ? ' wide' : '');
    const head = make('tr');
    head.appendChild(make('th', 'first', data.corner));
    data.columns.forEach((column, index) => {
      const cell = make('th', place(index), column.title);
      cell.scope = 'col';
      cell.appendChild(make('small', '', column.note));
      head.appendChild(cell);
    });
    table.tHead.replaceChildren(head);
    while (body.rows.length > data.rows.length) body.deleteRow(-1);
    data.rows.forEach((row, at) => {
      const line = body.rows[at] || body.insertRow();
      const fresh = line.cells.length !== width + 1;
      if (fresh) line.replaceChildren(make('th'));
      line.dataset.row = at;
      line.tabIndex = at === 0 ? 0 : -1;
      line.classList.toggle('chosen', at === data.chosen);
      if (data.pick) line.setAttribute('aria-label', row.label);
      line.cells[0].scope = 'row';
      line.cells[0].replaceChildren();
      line.cells[0].title = row.token;
      piece(line.cells[0], row.token);
      row.cells.forEach((cell, index) => {
        let field = line.cells[index + 1];
        if (!field) {
          field = line.insertCell();
          const inner = make('div', 'cell');
          inner.append(make('div', 'bar'), make('span', 'number'));
          field.appendChild(inner);
        }
        field.className = place(index) + (cell.cut ? ' cut' : '');
        field.querySelector('.bar').style.width = `${(100 * cell.share).toFixed(2)}%`;
        field.querySelector('.number').textContent = cell.text;
      });
    });
    table.tFoot.replaceChildren(...data.totals.map((line) => {
      const row = make('tr');
      const name = make('th', '', line.name);
      name.scope = 'row';
      row.appendChild(name);
      line.values.forEach((value, index) => row.appendChild(make('td', place(index), value)));
      return row;
    }));
    delete table.dataset.told;
  }
  const tell = (line) => {
    if (!line || table.dataset.told === line.dataset.row) return;
    table.dataset.told = line.dataset.row;
    for (const other of body.rows) other.classList.toggle('on', other === line);
    const row = data.rows[Number(line.dataset.row)];
    note.replaceChildren(...row.notes.map(([name, text]) => {
      const entry = make('div');
      entry.append(make('span', '', name), make('span', '', text));
      return entry;
    }));
  };
  const start = body.rows[Math.max(0, data.told)];
  if (table.dataset.told === undefined && start && data.rows[0].notes.length) tell(start);
  const lineOf = (event) => event.target.closest && event.target.closest('tbody tr');
  const choose = (line) => setTriggerValue('pick', data.rows[Number(line.dataset.row)].id);
  body.onpointerover = (event) => tell(lineOf(event));
  // Browsers have no onfocusin property; the old listener goes, so that re-runs leave one.
  body.removeEventListener('focusin', body.when_focusin);
  body.when_focusin = (event) => tell(lineOf(event));
  body.addEventListener('focusin', body.when_focusin);
  body.onclick = (event) => {
    const line = lineOf(event);
    if (line && data.pick) choose(line); else tell(line);
  };
  body.onkeydown = (event) => {
    const line = lineOf(event);
    if (!line) return;
    if ((event.key === 'Enter' || event.key === ' ') && data.pick) {
      event.preventDefault();
      choose(line);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && body.rows[Number(line.dataset.row) + step];
    if (next) {
      event.preventDefault();
      line.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  };
}
"""

_component = st.components.v2.component("stage_table", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class Cell:
    """A token at a stage: its number, its bar in [0, 1], and whether it was cut."""

    text: str
    share: float
    cut: bool = False


@dataclass(frozen=True)
class Row:
    """A token: its id, its text as `tokenizer.label` shows it, its cells and its formulas."""

    token_id: int
    token: str
    cells: tuple[Cell, ...]
    notes: tuple[tuple[str, str], ...] = ()


def stage_table(
    rows: Sequence[Row],
    columns: Sequence[tuple[str, str]],
    totals: Sequence[tuple[str, Sequence[str]]],
    *,
    key: str,
    corner: str,
    chosen: int | None = None,
    on_pick: Callable[[int], None] | None = None,
    pick_label: str = "{token}",
) -> None:
    """Draw the table.

    Parameters
    ----------
    rows : the tokens
    columns : title and note of each stage; middle ones are left out in a narrow window
    totals : lines under the tokens: a name and one text per stage
    key : unique on the page
    corner : heading of the tokens
    chosen : index of the row to mark
    on_pick : called with the id of the token that was clicked, before the page runs again
    pick_label : what a click does, for screen readers; with ``{token}``
    """
    data = {
        "corner": corner,
        "columns": [{"title": title, "note": note} for title, note in columns],
        "rows": [
            {
                "id": row.token_id,
                "token": row.token,
                "label": pick_label.format(token=row.token),
                "cells": [
                    {"text": c.text, "share": round(c.share, 4), "cut": c.cut} for c in row.cells
                ],
                "notes": [list(note) for note in row.notes],
            }
            for row in rows
        ],
        "totals": [{"name": name, "values": list(values)} for name, values in totals],
        "pick": on_pick is not None,
        "chosen": -1 if chosen is None else chosen,
        "told": 0 if chosen is None else chosen,
    }

    def picked() -> None:
        state = st.session_state.get(key)
        token_id = getattr(state, "pick", None)
        # What a browser sends is only believed if it was on offer.
        if on_pick is not None and token_id in {row.token_id for row in rows}:
            on_pick(int(token_id))  # type: ignore[arg-type]

    _component(key=key, data=data, on_pick_change=picked)
