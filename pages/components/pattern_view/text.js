// The weights of one row, or of one column, as colours behind the text itself.
import { make } from '../shared/dom.js';
import { css, inkOn, shade } from '../shared/ramp.js';
import { write } from '../shared/token.js';
import { counted, joined, percent, strongest } from './pattern.js';

const REACH = 160; // tokens of a long text that are written out around the query

export function drawText(scene, colours) {
  const { root, state, pattern, pinned, now } = scene;
  const { n, at } = pattern;
  const { q } = now();
  const from = state.way === 'from';
  const weightOf = (i) => (from ? at(q, i) : at(i, q));
  const reach = reachOf(n, pinned.q);
  writeOut(scene, reach);
  let most = 0.2; // a row without any preference stays pale
  for (let i = 0; i < n; i += 1) most = Math.max(most, weightOf(i));
  root.querySelectorAll('.text .t').forEach((chip) => {
    const i = Number(chip.dataset.index);
    const future = from ? i > q : i < q;
    paint(chip, future ? null : weightOf(i), most, colours);
    chip.classList.toggle('q', i === q);
  });
  tellRest(scene, reach, weightOf, from && pattern.sums);
  root.querySelectorAll('.way button').forEach((button) =>
    button.setAttribute('aria-pressed', button.dataset.way === state.way));
}

// The stretch of a text that is written out: [first, one behind the last].
export function reachOf(n, query) {
  const start = Math.max(0, Math.min(query - REACH + 20, n - REACH));
  return [start, Math.min(n, start + REACH)];
}

// The tokens, and a place before and behind them for what is told of the others.
function writeOut({ one, state, pattern: { labels, stamp } }, [start, end]) {
  const of = `${stamp} ${start} ${end}`;
  if (state.textOf === of) return;
  state.textOf = of;
  const out = document.createDocumentFragment();
  out.append(make('span', 'rest before'));
  for (let i = start; i < end; i += 1) {
    out.append(chipOf(labels[i], i), make(labels[i].endsWith('⏎') ? 'br' : 'wbr'));
  }
  out.append(make('span', 'rest after'));
  one('.text').replaceChildren(out);
}

function chipOf(label, index) {
  const chip = make('span', 't');
  chip.dataset.index = index;
  return write(chip, label);
}

// Without a weight (the future) there is no colour.
function paint(chip, weight, most, colours) {
  const blank = weight === null;
  const colour = blank ? null : shade(colours, weight, most);
  chip.style.background = blank ? 'transparent' : css(colour);
  chip.style.color = blank ? 'inherit' : inkOn(colour);
  chip.style.opacity = blank ? 0.7 : 1;
  chip.title = blank ? '' : percent(weight);
}

function tellRest({ one, pattern: { n, words } }, [start, end], weightOf, sums) {
  const tell = (first, behind) => {
    let total = 0;
    for (let i = first; i < behind; i += 1) total = joined(total, weightOf(i), sums);
    const forms = sums ? words.outside : words.outside_to;
    return behind > first ? counted(forms, behind - first, total) : '';
  };
  one('.text .before').textContent = tell(0, start);
  one('.text .after').textContent = tell(end, n);
}

// --- pointing and choosing --------------------------------------------------------------------

export function watchText({ root, one, state, pattern, point, choose, soon }) {
  const text = one('.text');
  const under = (event) => {
    const chip = event.target.closest?.('.t');
    if (!chip) return null;
    const q = Number(chip.dataset.index);
    return { q, k: strongest(pattern, q), from: 'query' };
  };
  text.onpointerover = (event) => { const cell = under(event); if (cell) point(cell); };
  text.onpointerleave = () => point(null);
  text.onclick = (event) => { const cell = under(event); if (cell) choose(cell); };
  root.querySelectorAll('.way button').forEach((button) => {
    button.onclick = () => { state.way = button.dataset.way; soon(); };
  });
}
