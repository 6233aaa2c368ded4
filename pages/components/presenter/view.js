// The presenter's keys: arrows, and Page Up and Page Down, which a clicker sends.
import { button, make } from '../shared/dom.js';

const KEYS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
// What uses arrows itself; a clicker's keys go through everywhere but where one types.
const USES_ARROWS = '[role="slider"], [role="radio"], [role="tab"], [role="option"], [role="grid"]';
const TYPES = 'input:not([type="checkbox"]), textarea, select, [contenteditable="true"]';

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const nav = parentElement.querySelector('.presenter');
  if (!data || !nav) return undefined;
  const step = (by) => {
    if (!inLesson(by) && !data.ends[by < 0 ? 0 : 1]) setTriggerValue('pick', by);
  };
  drawLine(nav, data, step, () => setTriggerValue('pick', 0));
  const listening = new AbortController();
  document.addEventListener('keydown', (event) => {
    const by = KEYS[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || isTaken(event)) return;
    event.preventDefault();
    event.stopPropagation();
    step(by);
  }, { signal: listening.signal, capture: true });
  return () => listening.abort();
}

function isTaken(event) {
  const [target] = event.composedPath();
  if (!target?.closest) return false;
  return Boolean(target.closest(TYPES)
    || (event.key.startsWith('Arrow') && target.closest(USES_ARROWS)));
}

// A lesson has its own way on; a key presses its button.
function inLesson(by) {
  if (!document.querySelector('.st-key-lesson_band')) return false;
  document.querySelector(`.st-key-lesson_${by > 0 ? 'next' : 'back'} button:not([disabled])`)?.click();
  return true;
}

function drawLine(nav, { title, place, ends, words }, step, leave) {
  const back = button('‹', words.back, () => step(-1));
  const on = button('›', words.on, () => step(1));
  [back.disabled, on.disabled] = ends;
  nav.replaceChildren(make('span', 'title', title), make('span', 'place', place), back, on,
    button('×', words.leave, leave));
}
