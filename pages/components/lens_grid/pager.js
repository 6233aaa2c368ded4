// Which tokens are shown, and the way to the others: one slider over all of them.
import { button, make } from '../shared/dom.js';
import { fill } from '../shared/token.js';

// Where a wish to begin at a token leads: to a column that is here, or to the server.
export function placed(wish, { shown, columns, first, total }) {
  const from = Math.max(0, Math.min(wish, total - shown));
  const here = from >= first && from + shown <= first + columns;
  return here ? { column: from - first } : { start: Math.max(0, Math.min(from, total - columns)) };
}

// `first` is the first token of those that are shown; `move` gets the one that is wished for.
export function drawPager({ pager, data: { total, words } }, first, shown, move) {
  pager.hidden = shown >= total;
  if (pager.hidden) return;
  const focused = [...pager.children].indexOf(pager.getRootNode().activeElement);
  const where = make('span', 'where');
  const slider = make('input');
  Object.assign(slider, { type: 'range', min: 0, max: total - shown, value: first });
  slider.setAttribute('aria-label', words.window);
  slider.oninput = () => tellWhere(slider, where, shown, { total, words });
  slider.onchange = () => move(Number(slider.value));
  const back = button('◀', words.earlier, () => move(first - shown));
  const on = button('▶', words.later, () => move(first + shown));
  back.disabled = first <= 0;
  on.disabled = first >= total - shown;
  pager.replaceChildren(where, back, slider, on);
  tellWhere(slider, where, shown, { total, words });
  if (focused >= 0) pager.children[focused].focus();
}

function tellWhere(slider, where, shown, { total, words }) {
  const first = Number(slider.value);
  const told = fill(words.where, { first, last: first + shown - 1, n: total });
  where.textContent = told;
  slider.setAttribute('aria-valuetext', told);
}
