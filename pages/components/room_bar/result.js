// What the class answered, beside the model; the score; the heads that were tried.
import { make } from '../shared/dom.js';
import { fill } from '../shared/token.js';

// Rounds of votes and the model's share, as rows of bars.
export function resultOf(view) {
  const { result } = view.state;
  const { words } = view.data;
  const table = make('div', 'result');
  const rounds = result.totals.length;
  const titles = rounds > 1 ? [words.first, words.second] : [words.class];
  result.rows.forEach((row) => table.append(rowOf(row, titles, words)));
  const totals = result.totals.map((n, i) => `${titles[i]}, ${fill(words.answers, { n })}`);
  if (result.hidden) totals.push(fill(words.hidden, { n: result.hidden }));
  table.append(make('p', 'totals', totals.join(' · ')));
  return table;
}

function rowOf(row, titles, words) {
  const made = make('div', row.right ? 'row right' : 'row');
  const label = make('div', 'label', row.label);
  if (row.right) label.append(make('span', 'tick', ` ✓ ${words.right}`));
  made.append(label);
  const bars = make('div', 'bars');
  row.votes.forEach((n, i) => {
    bars.append(bar(`round${i}`, row.shares[i], `${titles[i]} ${row.said[i]}`));
  });
  if (row.model) bars.append(bar('model', row.p, `${words.model} ${row.model}`));
  made.append(bars);
  return made;
}

function bar(kind, share, said) {
  const made = make('div', `bar ${kind}`);
  const ink = make('i');
  ink.style.width = `${Math.round(60 * share * 100) / 100}%`;
  made.append(ink, make('span', '', said));
  return made;
}

export function scoreOf(view) {
  const { score } = view.state;
  const { words } = view.data;
  const made = make('div', 'score');
  const said = fill(words.score, { n: score.tokens, class: score.class, model: score.model });
  made.append(make('p', '', `${said} ${words.score_note}`));
  if (view.state.points) made.append(make('p', '', fill(words.points, { bits: view.state.points })));
  if (score.best.length) {
    const list = make('ol');
    score.best.forEach(([name, bits]) => list.append(make('li', '', `${name} · ${bits}`)));
    made.append(list);
  }
  return made;
}

export function huntOf(view) {
  const { hunt } = view.state;
  const { words } = view.data;
  const made = make('div', 'hunt');
  made.append(make('p', '', fill(words.tries, { n: hunt.tried, of: hunt.of })));
  made.append(make('p', 'prompt', hunt.prompt));
  if (hunt.ranked.length) {
    const list = make('ol');
    hunt.ranked.forEach(([head, bits, name]) =>
      list.append(make('li', '', [head, bits, name].filter(Boolean).join(' · '))));
    made.append(list);
  }
  return made;
}
