// Tokens in linked lanes: what is pointed at lights up in all of them, a click follows a token.
import { onChoose, onPoint } from '../shared/point.js';
import { drawLanes } from './lanes.js';
import { noteOf } from './notes.js';

const LINKED = '[data-first]';
const views = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.rows');
  const note = parentElement.querySelector('.note');
  if (!data || !root) return;
  const { view, fresh } = viewOf(root, note, data);
  if (data.pick && (fresh || view.told !== data.followed)) tellChoice(view, fresh);
  view.told = data.followed;
  onPoint(root, LINKED, (made) => {
    if (made !== view.pointed) light(view, made);
  });
  const choose = (made) => {
    const { row, first } = placeOf(made);
    mark(view, row, first);
    view.rest = noteOf(data, data.rows[row], first, first + 1);
    setTriggerValue('pick', data.first + first);
  };
  onChoose(root, LINKED, data.pick ? choose : null, (made, step) => {
    const { row, first } = placeOf(made);
    const shown = view.shown[row];
    const to = Math.min(shown.length - 1, Math.max(0, first + step));
    return shown[to].find((other) => other.classList.contains('token'));
  });
}

// What is drawn, lit and chosen. The same data draw nothing anew, so pointing survives a re-run.
function viewOf(root, note, data) {
  const stamp = JSON.stringify({ ...data, followed: null });
  let view = views.get(root);
  const fresh = view?.stamp !== stamp;
  if (fresh) {
    view = { stamp, note, shown: drawLanes(root, data), lit: [], chosen: [], pointed: null };
    views.set(root, view);
    note.textContent = data.hint;
  }
  view.data = data;
  return { view, fresh };
}

function placeOf(made) {
  const { row, first, last } = made.dataset;
  return { row: Number(row), first: Number(first), last: Number(last) };
}

// The server's choice (from the address, or of another panel), once for each time it changes.
function tellChoice(view, fresh) {
  const { followed, first } = view.data;
  mark(view, 0, followed === null ? null : followed - first);
  // Not after a click: what was clicked is in sight, and nothing should move under the pointer.
  if (fresh) reveal(view.chosen, null);
}

// A frame around several tokens does not light because one of them is pointed at.
function light(view, made) {
  view.pointed = made;
  view.lit.forEach((other) => other.classList.remove('on'));
  view.lit = [];
  if (!made) {
    view.note.textContent = view.rest || view.data.hint;
    return;
  }
  const { row, first, last } = placeOf(made);
  view.lit = view.shown[row].slice(first, last).flat();
  view.lit.forEach((other) => other.classList.add('on'));
  view.note.textContent = noteOf(view.data, view.data.rows[row], first, last);
  requestAnimationFrame(() => {
    if (view.pointed === made) reveal(view.lit, made.closest('.lane'));
  });
}

function mark(view, row, n) {
  view.chosen.forEach((other) => press(other, false));
  const all = (n === null ? null : view.shown[row][n]) ?? [];
  view.chosen = all.filter((other) => !other.classList.contains('bit'));
  view.chosen.forEach((other) => press(other, true));
}

function press(made, on) {
  made.classList.toggle('chosen', on);
  if (made.hasAttribute('aria-pressed')) made.setAttribute('aria-pressed', String(on));
}

// Long lanes bring the partners of what is pointed at into sight; the page stands still.
function reveal(elements, standing) {
  const seen = new Set([standing]);
  elements.forEach((element) => {
    const lane = element.closest('.lane');
    if (seen.has(lane) || !lane.classList.contains('long')) return;
    seen.add(lane);
    const top = element.offsetTop;
    const bottom = top + element.offsetHeight;
    if (top < lane.scrollTop || bottom > lane.scrollTop + lane.clientHeight) {
      lane.scrollTop = top - (lane.clientHeight - element.offsetHeight) / 2;
    }
  });
}
