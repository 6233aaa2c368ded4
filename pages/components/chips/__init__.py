"""Tokens in linked lanes: the text, its tokens, their ids and their bytes light each other up.

Pointing asks nothing of the server. Each token is drawn as the token strip of
the other pages draws it; characters that are spread over several tokens stand
in one frame with the split inside. What was typed reaches the page through
``textContent`` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import streamlit as st

from core.charts.theme import CATEGORIES
from core.language import _
from core.tokens.encoding import Token, groups
from core.tokens.label import hexed, label, spell, text_of

TEXT, TOKENS, IDS, BYTES = "text", "tokens", "ids", "bytes"
LANES = (TEXT, TOKENS, IDS, BYTES)
LONGEST_TOKEN = 128  # bytes; the longest of GPT-2's vocabulary

_HTML = """<div class="rows"></div><div class="note" role="status"></div>"""

_CSS = """
:host { container-type: inline-size; display: block; }
div, span { box-sizing: border-box; }
.rows { display: flex; flex-direction: column; gap: 0.7rem; }
.row { display: grid; grid-template-columns: 5.2rem minmax(0, 1fr); column-gap: 0.8rem; }
.row.named { align-items: baseline; }
/* Rows of one lane, each with a name of its own. */
.rows.wide { gap: 0.4rem; }
.rows.wide .row { grid-template-columns: fit-content(45%) minmax(0, 1fr); }
.rows.two { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1.5rem; }
@container (max-width: 480px) {
  .row, .rows.wide .row { grid-template-columns: minmax(0, 1fr); }
}
.name {
  font-family: var(--st-font); font-size: 0.9rem; color: var(--st-text-color); opacity: 0.78;
  padding-top: 0.25em; min-width: 5.2rem; overflow-wrap: anywhere; white-space: pre-wrap;
}
.row.named .name { padding-top: 0; opacity: 1; }
.lane {
  font-family: var(--st-code-font, monospace); font-size: 1rem; color: var(--st-text-color);
  min-width: 0; overflow-wrap: anywhere;
}
.lane.tokens, .lane.ids, .lane.bytes {
  display: flex; flex-wrap: wrap; gap: 5px 3px; align-items: flex-start;
}
.lane.ids, .lane.bytes { gap: 4px 6px; font-size: 0.94rem; }
.lane.text { white-space: pre-wrap; line-height: 1.75; unicode-bidi: plaintext; }
/* A long text: each lane scrolls on its own, so that all lanes stay on the screen together. */
.lane.long { max-height: 10.5rem; overflow-y: auto; position: relative; padding: 2px; }
.rows.wide .lane.long { max-height: 18rem; }
.break { flex-basis: 100%; height: 0; }
.token, .bundle, .bit, .number { border-radius: 0.3em; cursor: default; max-width: 100%; }
/* Not the bits of the text: Arabic letters join across tokens. */
.token, .bundle, .number { unicode-bidi: isolate; }
.token {
  display: inline-flex; flex-direction: column; align-items: center; padding: 0.16em 0.2em;
  background: color-mix(in srgb, var(--c) 26%, transparent); border-bottom: 3px solid transparent;
}
.lane.pick .token { cursor: pointer; }
.token .face { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.45em; }
.token .under { font-size: 0.9rem; opacity: 0.8; }
.token.split .face { font-size: 0.94rem; }
.token .mark, .bit .mark { opacity: 0.6; }
.bundle {
  display: inline-flex; flex-direction: column; align-items: center; padding: 1px;
  border: 2px dashed color-mix(in srgb, var(--st-text-color) 55%, transparent);
}
.bundle .whole { white-space: pre-wrap; line-height: 1.5; }
.bundle .parts { display: inline-flex; flex-wrap: wrap; gap: 2px; justify-content: center; }
.number { padding: 0 0.25em; border-bottom: 3px solid var(--c); }
.lane .on {
  outline: 2px solid var(--st-text-color); outline-offset: 0;
  background: color-mix(in srgb, var(--c, var(--st-primary-color)) 48%, transparent);
}
/* A box that a bit of a line gets later lays the whole text out anew (5 ms for 1,000 tokens, 120
   for 10,000), so each has one from the start, and it is no outline. */
.bit { box-shadow: 0 0 0 2px transparent; }
.lane .bit.on { outline: none; box-shadow: 0 0 0 2px var(--st-text-color); }
.token:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.lane .chosen { border-bottom-color: var(--st-text-color); font-weight: 700; }
.note {
  position: sticky; bottom: 0; z-index: 1;
  min-height: 1.6em; margin-top: 0.7rem; padding: 0.3em 0.6em; border-radius: 0.4em;
  background: var(--st-secondary-background-color); color: var(--st-text-color);
  font-family: var(--st-font); font-size: 0.95rem; overflow-wrap: anywhere;
}
.note:empty { display: none; }
"""

_JS = r"""
const drawn = new WeakMap();
const LONG = 120;  // tokens

function element(kind, name, text) {
  const made = document.createElement(kind);
  made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function write(target, text, marks) {
  // Faint marks for white space; everything else is plain text.
  let plain = '';
  const flush = () => {
    if (plain) target.appendChild(document.createTextNode(plain));
    plain = '';
  };
  for (const character of text) {
    if (marks.includes(character)) {
      flush();
      target.appendChild(element('span', 'mark', character));
    } else plain += character;
  }
  flush();
}

function draw(root, data) {
  const shown = [];        // [row][token] -> the elements that stand for it
  const out = document.createDocumentFragment();
  data.rows.forEach((row, r) => {
    const places = row.tokens.map(() => []);
    shown.push(places);
    const colour = (n) => data.colours[(row.colours ? row.colours[n] : n) % data.colours.length];
    const link = (made, first, last, n) => {
      made.dataset.row = r;
      made.dataset.first = first;
      made.dataset.last = last;
      made.style.setProperty('--c', colour(n));
      for (let k = first; k < last; k++) places[k].push(made);
      return made;
    };
    const chip = (n, face) => {
      const [id, text, hex, split] = row.tokens[n];
      const made = link(element('span', 'token' + (split ? ' split' : '')), n, n + 1, n);
      const inner = element('span', 'face');
      write(inner, face === undefined ? text : face, data.marks);
      made.appendChild(inner);
      if (data.under) made.appendChild(element('span', 'under', id));
      made.setAttribute('role', data.pick ? 'button' : 'listitem');
      made.setAttribute('aria-label', note(data, row, n, n + 1));
      if (data.pick) {
        made.tabIndex = n === 0 ? 0 : -1;
        made.setAttribute('aria-pressed', 'false');
      }
      return made;
    };
    data.lanes.forEach((lane) => {
      const line = element('div', 'row' + (row.name === null ? '' : ' named'));
      line.appendChild(element('span', 'name', row.name === null ? data.names[lane] : row.name));
      const body = element('div', 'lane ' + lane + (data.pick ? ' pick' : ''));
      if (row.tokens.length > LONG) {
        body.classList.add('long');
        if (lane !== 'tokens' || !data.pick) body.tabIndex = 0;  // the keys scroll it
      }
      body.setAttribute('role', data.pick ? 'group' : 'list');
      body.setAttribute('aria-label', row.name === null ? data.names[lane] : row.name);
      row.groups.forEach(([first, last, text, breaks]) => {
        if (lane === 'text') {
          const bit = link(element('span', 'bit'), first, last, first);
          write(bit, text, data.marks);
          body.appendChild(bit);
          if (data.visible) for (let k = 0; k < breaks; k++) body.appendChild(element('br', ''));
        } else if (lane === 'tokens') {
          if (last - first === 1) body.appendChild(chip(first));
          else {
            const bundle = element('span', 'bundle');
            const whole = link(element('span', 'whole bit'), first, last, first);
            write(whole, text, data.marks);
            bundle.appendChild(whole);
            const parts = element('span', 'parts');
            for (let k = first; k < last; k++) parts.appendChild(chip(k));
            bundle.appendChild(parts);
            body.appendChild(bundle);
          }
          if (breaks) body.appendChild(element('span', 'break'));
        } else {
          for (let k = first; k < last; k++) {
            const [id, , hex] = row.tokens[k];
            const number = element('span', 'number', lane === 'ids' ? id : hex);
            body.appendChild(link(number, k, k + 1, k));
          }
        }
      });
      line.appendChild(body);
      out.appendChild(line);
    });
  });
  root.className = 'rows' + (data.lanes.length === 1 ? ' wide' : '') + (data.two ? ' two' : '');
  root.replaceChildren(out);
  return shown;
}

function note(data, row, first, last) {
  const fill = (pattern, values) =>
    pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const one = (n) => {
    const [id, text, hex, , start, end, rank] = row.tokens[n];
    const values = { index: data.first + n, text, id, bytes: hex, start, end, rank };
    return fill(row.note || data.note, values) + (rank === null ? '' : fill(data.made, values)) +
      (row.notes ? ' · ' + row.notes[n] : '');
  };
  if (last - first === 1) return one(first);
  const text = (row.groups.find((group) => group[0] === first) || [0, 0, ''])[2];
  const parts = row.tokens.slice(first, last);
  return fill(data.shared, {
    text, n: last - first,
    ids: parts.map((part) => part[0]).join(', '),
    bytes: parts.map((part) => part[2]).join(' | '),
  });
}

export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.rows');
  const line = parentElement.querySelector('.note');
  if (!data || !root) return;
  const { chosen, ...picture } = data;
  const stamp = JSON.stringify(picture);
  let state = drawn.get(root);
  const fresh = !state || state.stamp !== stamp;
  if (fresh) {
    // Idempotent: the same data draws nothing anew, so pointing survives a re-run.
    state = { stamp, shown: draw(root, data), lit: [], chosen: [] };
    drawn.set(root, state);
    line.textContent = data.hint;
  }
  // Long lanes bring the partners of what is pointed at into sight; the page stands still.
  const reveal = (from) => {
    const seen = new Set([from.closest('.lane')]);
    state.lit.forEach((other) => {
      const lane = other.closest('.lane');
      if (seen.has(lane) || !lane.classList.contains('long')) return;
      seen.add(lane);
      const top = other.offsetTop, bottom = top + other.offsetHeight;
      if (top < lane.scrollTop || bottom > lane.scrollTop + lane.clientHeight)
        lane.scrollTop = top - (lane.clientHeight - other.offsetHeight) / 2;
    });
  };
  const found = (event) =>
    event.target.closest && event.target.closest('[data-first]');
  const light = (made) => {
    state.lit.forEach((other) => other.classList.remove('on'));
    state.lit = [];
    if (!made) { line.textContent = state.rest || data.hint; return; }
    const first = Number(made.dataset.first), last = Number(made.dataset.last);
    const r = Number(made.dataset.row);
    for (let k = first; k < last; k++) {
      state.shown[r][k].forEach((other) => {
        // A frame around several tokens does not light because one of them is pointed at.
        other.classList.add('on');
        state.lit.push(other);
      });
    }
    line.textContent = note(data, data.rows[r], first, last);
    requestAnimationFrame(() => { if (state.lit.includes(made)) reveal(made); });
  };
  let current = null;
  root.onpointerover = (event) => {
    const made = found(event);
    if (made !== current) { current = made; light(made); }
  };
  root.onpointerleave = () => { current = null; light(null); };
  // Browsers have no onfocusin property; the old listener goes, so that re-runs leave one.
  root.removeEventListener('focusin', root.when_focusin);
  root.when_focusin = (event) => light(found(event));
  root.addEventListener('focusin', root.when_focusin);
  const mark = (r, n) => {
    const press = (other, on) => {
      other.classList.toggle('chosen', on);
      if (other.hasAttribute('aria-pressed')) other.setAttribute('aria-pressed', String(on));
    };
    state.chosen.forEach((other) => press(other, false));
    const all = (n === null ? [] : state.shown[r][n]) || [];
    state.chosen = all.filter((other) => !other.classList.contains('bit'));
    state.chosen.forEach((other) => press(other, true));
  };
  const choose = (made) => {
    const r = Number(made.dataset.row), n = Number(made.dataset.first);
    mark(r, n);
    state.rest = note(data, data.rows[r], n, n + 1);
    setTriggerValue('pick', data.first + n);
  };
  // The server's choice (from the address, or of another panel), once for each time it changes.
  if (data.pick && (fresh || state.told !== chosen)) {
    mark(0, chosen);
    // Not after a click: what was clicked is in sight, and nothing should move under the pointer.
    if (fresh && chosen) { state.lit = state.chosen; reveal(root); state.lit = []; }
  }
  state.told = chosen;
  root.onclick = (event) => { const made = found(event); if (made && data.pick) choose(made); };
  root.onkeydown = (event) => {
    const made = event.target.closest && event.target.closest('.token');
    if (!made || !data.pick) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(made);
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const near = state.shown[made.dataset.row][Number(made.dataset.first) + step];
    const next = near && near.find((other) => other.classList.contains('token'));
    if (next) { made.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  };
}
"""

_component = st.components.v2.component("token_lanes", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class Row:
    """One row of chips with a name before it.

    Attributes
    ----------
    tokens : what is drawn
    name : plain text; None writes the lane's own name
    colours : for each token the number of its colour; None takes the colours in turn
    notes : one sentence per token, added to what pointing shows
    ranks : for each token the number of the merge that made it, or None
    note : pattern of what pointing shows, instead of position, id, bytes and place
    marks : False keeps white space unmarked in this row
    """

    tokens: Sequence[Token]
    name: str | None = None
    colours: Sequence[int] | None = None
    notes: Sequence[str] | None = None
    ranks: Sequence[int | None] = field(default=())
    note: str | None = None
    marks: bool = True


def chips(
    rows: Sequence[Row],
    *,
    key: str,
    lanes: Sequence[str] = (TOKENS,),
    first: int = 0,
    under: bool = False,
    marks: bool = True,
    selectable: bool = False,
    chosen: int | None = None,
    two: bool = False,
    hint: str = "",
) -> int | None:
    """Draw rows of tokens; returns the position that was clicked in this run, or None.

    Parameters
    ----------
    rows : what is drawn; several rows want a single lane
    key : unique on the page
    lanes : which of `LANES`, from top to bottom
    first : position of the first token in its text
    under : whether each token carries its id below
    marks : whether white space is drawn as marks
    selectable : whether a click chooses a token
    chosen : position of the token that is marked as chosen; elsewhere on the text, none is
    two : draw short rows in two columns
    hint : what the line below says while nothing is pointed at
    """
    count = max((len(row.tokens) for row in rows), default=0)
    held = range(first, first + count)
    data = {
        "rows": [_row(row, marks and row.marks) for row in rows],
        "lanes": list(lanes),
        "names": {
            TEXT: _("Text"),
            TOKENS: _("Tokens"),
            IDS: _("Ids"),
            BYTES: _("Bytes"),
        },
        "first": first,
        "under": under,
        "pick": selectable,
        "chosen": chosen - first if chosen is not None and chosen in held else None,
        "two": two,
        "marks": "␣⏎⇥␍⍽",
        "visible": marks,
        "colours": list(CATEGORIES),
        # JavaScript fills these in, so that 10,000 notes need not travel.
        "note": _(
            "Token {index}: “{text}” · id {id} · bytes {bytes} · characters {start} to {end}"
        ),
        "made": _(" · made by merge {rank}"),
        "shared": _("“{text}”: {n} tokens share it · ids {ids} · bytes {bytes}"),
        "hint": hint,
    }
    picked = _component(key=key, data=data, on_pick_change=_nothing).pick
    return int(picked) if picked is not None and int(picked) in held else None


def _row(row: Row, marks: bool) -> dict[str, Any]:
    tokens = tuple(row.tokens)
    ranks = row.ranks or [None] * len(tokens)
    return {
        "name": row.name,
        "tokens": [
            [t.id, *_looks(t.data, marks)[:3], t.start, max(t.start, t.end - 1), rank]
            for t, rank in zip(tokens, ranks, strict=True)
        ],
        "groups": [
            [a, b, *_looks(tokens[a].data if b - a == 1 else _whole(tokens[a:b]), marks)[3:]]
            for a, b in groups(tokens)
        ],
        "colours": None if row.colours is None else list(row.colours),
        "notes": None if row.notes is None else list(row.notes),
        "note": row.note,
    }


def _whole(tokens: tuple[Token, ...]) -> bytes:
    return b"".join(t.data for t in tokens)


def _looks(data: bytes, marks: bool) -> tuple[str, str, int, str, int]:
    """A token's face, its bytes in hex, whether it is no text alone; as text, its line breaks."""
    # A span that somebody typed may be long; what is kept for all sessions stays small.
    draw = _remembered if len(data) <= LONGEST_TOKEN else _drawn
    return draw(data, marks)


def _drawn(data: bytes, marks: bool) -> tuple[str, str, int, str, int]:
    text, alone = spell(data), text_of(data) is not None
    whole = _face(text, marks)
    # A line break inside a chip would tear it; the mark stays even without marks.
    face = whole.replace("\n", "⏎") if alone else hexed(data)
    return face, hexed(data), int(not alone), whole, text.count("\n")


_remembered = lru_cache(maxsize=20_000)(_drawn)


def _face(text: str, marks: bool) -> str:
    """How a token looks; without marks, white space stays what it is, controls do not."""
    if marks:
        return label(text)
    return "".join(c if c in " \n\t" else label(c) for c in text)


def _nothing() -> None:
    """Streamlit names a component's triggers after its callbacks; the return value is enough."""
