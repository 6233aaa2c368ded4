// The prompt's tokens in two lines at most; what lies before and behind them is counted.
import { make } from '../shared/dom.js';
import { wholeNumber } from '../shared/number.js';
import { besides, onChoose } from '../shared/point.js';
import { describe, fill, write } from '../shared/token.js';

function chipOf(data, [text, note], index) {
  const chosen = index === data.chosen;
  const chip = make('span', chosen ? 'token chosen' : 'token');
  describe(chip, note, { pick: true, first: index === data.chosen, chosen });
  chip.title = note;
  chip.style.setProperty('--c', data.colours[index % data.colours.length]);
  return write(chip, text);
}

export function drawStrip({ strip, row, data }) {
  row.classList.toggle('empty', !data.tokens.length);
  strip.setAttribute('aria-label', data.words.tokens);
  strip.replaceChildren(...data.tokens.map((token, index) => chipOf(data, token, index)));
}

// How many chips lie above and below what is seen.
export function hiddenOf(tops, from, height) {
  return [
    tops.filter((top) => top < from - 2).length,
    tops.filter((top) => top >= from + height - 4).length,
  ];
}

// On a phone there is room for the numbers alone.
const NARROW = 520;

export function foldStrip({ strip, row, before, after, data }) {
  const short = row.clientWidth < NARROW;
  const tops = [...strip.children].map((chip) => chip.offsetTop);
  const [above, below] = hiddenOf(tops, strip.scrollTop, strip.clientHeight);
  [[before, above, '⋯ ', 'before'], [after, below, '', 'after']].forEach(([button, n, sign, word]) => {
    button.hidden = n === 0;
    const told = fill(data.words[word], { n: wholeNumber(n) });
    button.setAttribute('aria-label', told);
    button.textContent = short ? `⋯${wholeNumber(n)}` : `${sign}${told}${word === 'after' ? ' ⋯' : ''}`;
  });
}

export function showChosen(view) {
  const chip = view.strip.querySelector('.chosen');
  // The buttons take room, so that lines move: what is in sight then is looked at again.
  for (let look = 0; look < 3; look += 1) {
    if (chip) view.strip.scrollTop = Math.max(0, chip.offsetTop - view.strip.clientHeight / 2);
    foldStrip(view);
  }
}

export function listenToStrip(view, choose) {
  const { strip, before, after } = view;
  const page = (by) => {
    strip.scrollTop += by * strip.clientHeight;
    foldStrip(view);
  };
  before.onclick = () => page(-1);
  after.onclick = () => page(1);
  const chips = [...strip.children];
  onChoose(strip, '.token', (chip) => choose(chips.indexOf(chip)), (chip, step) =>
    besides(chips, chip, step));
  strip.onfocus = null;
  strip.onscroll = () => foldStrip(view);
}
