"""The tokens of a text, drawn the same way on every page.

Pointing at a token shows its id and bytes under the strip without asking the
server; where a page wants it, clicking (or Enter) chooses one. What was typed
reaches the page through ``textContent`` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.charts.theme import CATEGORIES
from core.language import _
from core.tokens.encoding import Token
from core.tokens.label import hexed

_HTML = """<div class="strip" role="list"></div><div class="note" role="status"></div>"""

_CSS = """
:host, div { box-sizing: border-box; }
.strip {
  font-family: var(--st-code-font, monospace); font-size: 1rem; line-height: 2.15;
  color: var(--st-text-color); overflow-wrap: anywhere;
}
/* Half a line shows below the last whole one: there is more to scroll to. */
.strip.scroll { max-height: calc(2.15em * (var(--lines) + 0.55)); overflow-y: auto;
  position: relative; padding: 0 3px; margin: 0 -3px; }
.token {
  display: inline; padding: 0.22em 0.1em; margin: 0 1px; border-radius: 0.3em; cursor: default;
  border: 0; border-bottom: 3px solid transparent; font: inherit; color: inherit;
  white-space: pre-wrap; -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
.strip.pick .token { cursor: pointer; }
.token .mark { opacity: 0.6; }
.token .id { font-size: 0.78em; opacity: 0.75; padding-left: 0.3em; }
.token.split { font-size: 0.86em; }
.token.group { border-bottom-style: dashed; border-bottom-color: var(--st-text-color); }
.token:hover, .token:focus-visible, .token.on {
  outline: 2px solid var(--st-primary-color); outline-offset: 1px;
}
.token.chosen { border-bottom: 3px solid var(--st-text-color); font-weight: 700; }
.note {
  min-height: 1.7em; margin-top: 0.35em; font-size: 0.9rem; color: var(--st-text-color);
  font-family: var(--st-font); opacity: 0.9; overflow-wrap: anywhere;
}
"""

_JS = """
export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  const strip = parentElement.querySelector('.strip');
  const note = parentElement.querySelector('.note');
  if (!data || !strip) return;
  const stamp = JSON.stringify(data);
  if (strip.dataset.stamp !== stamp) {
    // Idempotent: the same data draws nothing anew, so pointing survives a re-run.
    strip.dataset.stamp = stamp;
    strip.className = 'strip' + (data.pick ? ' pick' : '') + (data.scroll ? ' scroll' : '');
    const out = document.createDocumentFragment();
    if (data.cut) out.append('… ');
    data.tokens.forEach((token, index) => {
      const chip = document.createElement('span');
      chip.className = 'token' + (token.s ? ' split' : '') + (token.g ? ' group' : '') +
        (index === data.chosen ? ' chosen' : '');
      chip.dataset.index = index;
      chip.setAttribute('role', data.pick ? 'button' : 'listitem');
      if (data.pick) {
        chip.tabIndex = index === Math.max(0, data.chosen) ? 0 : -1;
        chip.setAttribute('aria-pressed', index === data.chosen);
      }
      chip.setAttribute('aria-label', token.n);
      if (token.v !== null && token.v !== undefined) {
        chip.style.background =
          `color-mix(in srgb, var(--st-primary-color) ${Math.round(100 * token.v)}%, transparent)`;
        // From here on the page's colour stands out more than its ink, on both themes.
        if (token.v > 0.75) chip.style.color = 'var(--st-background-color)';
      } else {
        const colour = data.colours[index % data.colours.length];
        chip.style.background = `color-mix(in srgb, ${colour} 26%, transparent)`;
      }
      for (const character of token.t) {
        if (data.marks.includes(character)) {
          const mark = document.createElement('span');
          mark.className = 'mark';
          mark.textContent = character;
          chip.appendChild(mark);
        } else {
          chip.appendChild(document.createTextNode(character));
        }
      }
      if (data.ids) {
        const id = document.createElement('span');
        id.className = 'id';
        id.textContent = token.i;
        chip.appendChild(id);
      }
      out.appendChild(chip);
      out.appendChild(token.t.endsWith('⏎') ? document.createElement('br')
                                            : document.createElement('wbr'));
    });
    strip.style.setProperty('--lines', data.lines);
    strip.replaceChildren(out);
    note.textContent = data.hint;
    const at = strip.querySelector('.chosen');
    if (at && data.scroll && (at.offsetTop < strip.scrollTop ||
        at.offsetTop + at.offsetHeight > strip.scrollTop + strip.clientHeight)) {
      strip.scrollTop = at.offsetTop - strip.clientHeight / 2;
    }
  }
  const chipOf = (event) => event.target.closest && event.target.closest('.token');
  const say = (chip) => { note.textContent = chip ? chip.getAttribute('aria-label') : data.hint; };
  const choose = (chip) => setTriggerValue('pick', Number(chip.dataset.index));
  strip.onpointerover = (event) => say(chipOf(event));
  strip.onpointerleave = () => say(null);
  // Browsers have no onfocusin property; the old listener goes, so that re-runs leave one.
  strip.removeEventListener('focusin', strip.when_focusin);
  strip.when_focusin = (event) => say(chipOf(event));
  strip.addEventListener('focusin', strip.when_focusin);
  strip.onclick = (event) => { const chip = chipOf(event); if (chip && data.pick) choose(chip); };
  strip.onkeydown = (event) => {
    const chip = chipOf(event);
    if (!chip || !data.pick) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(chip);
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = strip.querySelector(`[data-index="${Number(chip.dataset.index) + step}"]`);
    if (next) { chip.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  };
}
"""

_component = st.components.v2.component("token_strip", html=_HTML, css=_CSS, js=_JS)


def token_strip(
    tokens: Sequence[Token],
    *,
    key: str,
    chosen: int | None = None,
    values: Sequence[float] | None = None,
    notes: Sequence[str] | None = None,
    show_ids: bool = False,
    selectable: bool = False,
    hint: str | None = None,
    cut: bool = False,
    scroll: bool = True,
    lines: int = 9,
) -> int | None:
    """Draw tokens; returns the index that was clicked in this run, or None.

    Parameters
    ----------
    tokens : as `core.tokens.encoding.encode` returns them
    key : unique on the page
    chosen : index of the token to underline
    values : in [0, 1], one per token: colour by weight or probability instead of in turn
    notes : one sentence per token, shown when it is pointed at; default: position, id, bytes
    show_ids : write each id beside its token
    selectable : whether a click chooses a token
    hint : what the line under the strip says while nothing is pointed at
    cut : whether the text has tokens before these; an ellipsis says so
    scroll : whether a long strip gets a frame of its own
    lines : how many lines such a frame shows
    """
    data = {
        "tokens": [
            _chip(tokens, index, values, notes[index] if notes is not None else None)
            for index in range(len(tokens))
        ],
        "chosen": -1 if chosen is None else chosen,
        "ids": show_ids,
        "pick": selectable,
        "cut": cut,
        "scroll": scroll,
        "lines": lines,
        "colours": list(CATEGORIES),
        "marks": "␣⏎⇥␍⍽",
        "hint": _hint(selectable) if hint is None else hint,
    }
    result = _component(key=key, data=data, on_pick_change=_nothing)
    picked = result.pick
    return int(picked) if picked is not None and 0 <= int(picked) < len(tokens) else None


def describe(token: Token, index: int) -> str:
    """A token in one line: position, text, id, bytes."""
    return _("Token {index}: “{text}” · id {id:,} · bytes {data}").format(
        index=index, text=token.label, id=token.id, data=hexed(token.data)
    )


def _chip(
    tokens: Sequence[Token], index: int, values: Sequence[float] | None, note: str | None
) -> dict[str, Any]:
    token = tokens[index]
    shares = (index > 0 and tokens[index - 1].end > token.start) or (
        index + 1 < len(tokens) and token.end > tokens[index + 1].start
    )
    return {
        "t": token.label,
        "i": token.id,
        "v": None if values is None else round(float(values[index]), 3),
        "n": describe(token, index) if note is None else note,
        "s": token.piece.startswith("<") and token.piece.encode() != token.data,
        "g": shares,
    }


def _hint(selectable: bool) -> str:
    if selectable:
        return _("Point at a token to see its id and bytes; click to choose it.")
    return _("Point at a token to see its id and bytes.")


def _nothing() -> None:
    """Streamlit names a component's triggers after its callbacks; the return value is enough."""
