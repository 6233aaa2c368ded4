// What is said of the thing under the pointer or the focus.
import { localised } from '../shared/number.js';
import { fill } from '../shared/token.js';
import { merged } from './draw.js';

const MINUS = '\u2212';

// A mean as the pages write numbers.
export function written(value) {
  const size = Math.abs(value);
  const digits = size >= 99.5 ? 0 : size >= 9.95 ? 1 : 2;
  const text = size.toFixed(digits);
  return localised(value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text);
}

// The number of a strip under a point of the picture, if there is one.
export function stripAt({ data, plan, strips, edges }, x, y) {
  const found = plan.strips.find((strip) =>
    x >= strip.x && x < strip.x + strip.width && y >= strip.y && y < strip.y + strip.height);
  if (!found) return null;
  const { together } = plan;
  const bin = together * Math.floor(((x - found.x) / found.width) * (data.bins / together));
  const start = (found.stage * data.tokens.length + found.row) * data.bins + bin;
  const [value] = merged(strips.subarray(start, start + together), together);
  return { ...found, bin, value, first: edges[bin], last: edges[bin + together] - 1 };
}

function saidOfStrip({ data }, found) {
  const { words } = data;
  const place = found.stage === 0 ? words.entering : fill(words.after, { layer: found.stage - 1 });
  return fill(words.strip, {
    t: data.tokens[found.row].t, place, first: found.first, last: found.last,
    v: written(found.value) });
}

function place(view, x, y) {
  const { tip, root } = view;
  const frame = root.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x - frame.left + 14, frame.width - tip.offsetWidth - 6))}px`;
  const below = y - frame.top + 18;
  const above = y - frame.top - tip.offsetHeight - 10;
  tip.style.top = `${y + tip.offsetHeight + 30 > window.innerHeight ? above : below}px`;
}

function tell(view, text, x, y) {
  const { tip } = view;
  tip.textContent = text;
  tip.classList.toggle('on', Boolean(text));
  if (text) place(view, x, y);
}

const saidOf = (element) => {
  const told = element?.closest?.('[data-tip], .tok, .block, .best, .frame:focus-visible');
  return told ? told.dataset.tip || told.getAttribute('aria-label') : '';
};

export function listenToPointer(view) {
  const { svg } = view;
  svg.onpointermove = (event) => {
    let said = saidOf(event.target);
    if (!said) {
      const frame = svg.getBoundingClientRect();
      const found = stripAt(view, event.clientX - frame.left, event.clientY - frame.top);
      said = found ? saidOfStrip(view, found) : '';
    }
    tell(view, said, event.clientX, event.clientY);
  };
  svg.onpointerleave = () => tell(view, '');
  svg.onfocus = null;
  svg.removeEventListener('focusin', svg.whenFocused);
  svg.whenFocused = ({ target }) => {
    if (!target.matches(':focus-visible')) return;
    const box = target.getBoundingClientRect();
    tell(view, saidOf(target), box.left, box.bottom - 12);
  };
  svg.addEventListener('focusin', svg.whenFocused);
  svg.onblur = () => tell(view, '');
}
