// A bar that stays in sight: tokens to follow, panels to go to, the way to the next page.
import { onWidth } from '../shared/canvas.js';
import { leaveFor } from '../shared/leave.js';
import { useNotation } from '../shared/number.js';
import { drawEdit } from './edit.js';
import { bringToSight, drawIndex, currentOf, scrollTo } from './index.js';
import { drawStrip, listenToStrip, showChosen } from './strip.js';

const [FOLLOW, OPEN, ALL, NEXT] = [0, 1, 2, 3];

function partsOf(root) {
  const find = (name) => root.querySelector(name);
  return {
    root, row: find('.strip-row'), strip: find('.strip'), before: find('.before'),
    after: find('.after'), edit: find('.edit'), index: find('.index'),
  };
}

function deedsOf(view) {
  const tell = (...numbers) => view.tell('pick', numbers);
  const visit = (i) => {
    const [word, , open] = view.data.panels[i];
    if (open) scrollTo(view, i);
    else {
      view.root.wanted = word;
      tell(OPEN, i);
    }
    drawIndex(view, deedsOf(view));
  };
  return {
    visit,
    walk: (by) => {
      const to = currentOf(view) + by;
      if (to >= 0 && to < view.data.panels.length) scrollTo(view, to);
    },
    all: (everything) => tell(ALL, everything),
    next: () => {
      leaveFor(view.data.next[1]);
      tell(NEXT);
    },
  };
}

// Arrows walk from panel to panel while nothing on the page has the keyboard for itself.
function pressed(view, event) {
  const [target] = event.composedPath();
  const free = target === document.body || view.index.contains(target) ||
    target?.getAttribute?.('data-testid') === 'stMain';
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || !free || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  deedsOf(view).walk(by);
}

// A panel that was just opened, or that the page's link names, comes into sight, once.
function goWhereAsked(view) {
  const { root, data } = view;
  const asked = root.wanted || (root.dataset.went === data.goTo ? '' : data.goTo);
  const index = data.panels.findIndex(([word]) => word === asked);
  if (index < 0 || !data.panels[index][2]) return;
  root.wanted = '';
  root.dataset.went = data.goTo;
  bringToSight(view, index);
}

function watch(view) {
  const scroller = document.querySelector('[data-testid="stMain"]') ?? window;
  let waiting = false;
  const moved = () => {
    if (waiting) return;
    waiting = true;
    window.setTimeout(() => {
      waiting = false;
      const open = view.index.querySelector('.menu:not([hidden])');
      if (!open && currentOf(view) !== view.current) drawIndex(view, deedsOf(view));
    }, 120);
  };
  const key = (event) => pressed(view, event);
  scroller.addEventListener('scroll', moved, { passive: true });
  document.addEventListener('keydown', key);
  const stop = onWidth(view.root, () => {
    drawEdit(view);
    showChosen(view);
  });
  return () => {
    stop();
    scroller.removeEventListener('scroll', moved);
    document.removeEventListener('keydown', key);
  };
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.top-bar');
  if (!data || !root) return undefined;
  useNotation(data.notation);
  const view = { ...partsOf(root), data, tell: setTriggerValue };
  const stamp = JSON.stringify([data.tokens, data.chosen]);
  if (root.dataset.stamp !== stamp) {
    root.dataset.stamp = stamp;
    drawStrip(view);
    showChosen(view);
    // A face that comes late makes other lines.
    document.fonts.ready.then(() => showChosen(view));
  }
  drawEdit(view);
  listenToStrip(view, (index) => view.tell('pick', [FOLLOW, index]));
  drawIndex(view, deedsOf(view));
  goWhereAsked(view);
  return watch(view);
}
