// The page's panels: which one is in sight, the way to each, open or closed.
import { button, make } from '../shared/dom.js';
import { fill } from '../shared/token.js';

const UNDER_BAR = 24;

const placeOf = (word) =>
  document.querySelector(`.st-key-panel_${word}, .st-key-closed_${word}`);

// The panel whose head was the last to pass the upper third of the window.
export function inSight(tops, height) {
  const passed = tops.map((top, i) => (top !== null && top < height / 3 ? i : -1));
  return Math.max(0, ...passed);
}

export function currentOf(view) {
  const tops = view.data.panels.map(([word]) => placeOf(word)?.getBoundingClientRect().top ?? null);
  return inSight(tops, window.innerHeight);
}

export function scrollTo(view, index) {
  const [word] = view.data.panels[index];
  const place = placeOf(word);
  if (!place) return;
  place.style.scrollMarginTop = `${view.root.offsetHeight + UNDER_BAR}px`;
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  place.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' });
}

// What is drawn late above a panel pushes it out of sight again: it is brought back until it rests,
// or until somebody scrolls.
const LOOKS = [250, 700, 1500, 3000];

export function bringToSight(view, index) {
  const left = new AbortController();
  const stop = { once: true, passive: true, signal: left.signal };
  ['wheel', 'touchmove', 'pointerdown', 'keydown'].forEach((kind) =>
    document.addEventListener(kind, () => left.abort(), stop));
  LOOKS.forEach((wait, look) => window.setTimeout(() => {
    const top = placeOf(view.data.panels[index][0])?.getBoundingClientRect().top;
    const resting = look > 0 && top >= 0 && top < window.innerHeight / 2;
    if (!left.signal.aborted && top !== undefined && !resting) scrollTo(view, index);
    if (look === LOOKS.length - 1) left.abort();
  }, wait));
}

function menuOf(view, deeds, current) {
  const menu = make('div', 'menu');
  menu.hidden = true;
  menu.append(...view.data.panels.map(([, title, open], i) => {
    const kind = `${i === current ? 'now ' : ''}${open ? '' : 'closed'}`;
    const made = make('button', kind, `${open ? '' : '▸ '}${title}`);
    made.type = 'button';
    if (!open) made.setAttribute('aria-label', `${title}, ${view.data.words.closed}`);
    made.onclick = () => deeds.visit(i);
    return made;
  }));
  menu.onkeydown = (event) => {
    if (event.key !== 'Escape') return;
    menu.hidden = true;
    view.index.querySelector('.place').focus();
  };
  return menu;
}

export function drawIndex(view, deeds) {
  const { index, data } = view;
  const { words, panels } = data;
  const current = view.current = currentOf(view);
  const everything = panels.every(([, , open]) => open);
  const menu = menuOf(view, deeds, current);
  const place = fill(words.place, { i: current + 1, n: panels.length, title: panels[current][1] });
  const list = button(`☰ ${place}`, `${words.list}: ${place}`, () => {
    menu.hidden = !menu.hidden;
    list.setAttribute('aria-expanded', String(!menu.hidden));
  }, 'place');
  list.setAttribute('aria-expanded', 'false');
  const back = button('‹', words.previous, () => deeds.walk(-1));
  const on = button('›', words.following, () => deeds.walk(1));
  back.disabled = current === 0;
  on.disabled = current === panels.length - 1;
  const all = button(everything ? words.close_all : words.open_all,
    everything ? words.close_all : words.open_all, () => deeds.all(everything ? 0 : 1));
  const next = data.next === null ? [] : [button(
    `${fill(words.next, { page: data.next[0] })} →`, fill(words.next, { page: data.next[0] }),
    deeds.next, 'go')];
  index.setAttribute('aria-label', words.panels);
  index.replaceChildren(back, on, list, all, ...next, menu);
}
