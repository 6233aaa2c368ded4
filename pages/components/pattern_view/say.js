// One line that says what is pointed at, or pinned.
import { make } from '../shared/dom.js';
import { SEEN } from './lines.js';
import { counted, percent, ranked } from './pattern.js';

const NAMED = 4; // tokens that are named, in one line of a wide page; the others are put together

export function say(scene) {
  const { pattern, state, now } = scene;
  const { labels, words } = pattern;
  const where = now();
  const onKey = state.hover?.from === 'key';
  const toward = onKey || state.way === 'to';
  const target = onKey ? where.k : where.q;
  const list = ranked(pattern, target, toward);
  const shown = list.slice(0, NAMED).filter(([weight]) => weight >= SEEN);
  const named = (i, weight) => [bold(labels[i]), ` (${i}) ${percent(weight)}`];
  const out = [bold(labels[target]), ` (${target}) `, toward ? words.looked_at : words.looks_at, ' '];
  shown.forEach(([weight, i], index) => out.push(index ? ', ' : '', ...named(i, weight)));
  if (!shown.length) out.push(words.nobody);
  out.push(others(pattern, list.slice(shown.length), toward));
  if (!toward && where.k <= where.q && !shown.some(([, i]) => i === where.k)) {
    out.push(' · ', ...named(where.k, pattern.at(where.q, where.k)));
  }
  scene.one('.say').replaceChildren(...out);
}

// Those that are not named: their sum, or the largest of what has none.
export function others({ words, sums }, list, toward) {
  if (!list.length) return '';
  const weights = list.map(([weight]) => weight);
  return toward || !sums
    ? counted(words.others_to, list.length, Math.max(0, ...weights))
    : counted(words.others, list.length, weights.reduce((total, weight) => total + weight, 0));
}

const bold = (text) => make('b', '', text);
