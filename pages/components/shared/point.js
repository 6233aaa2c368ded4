// What is pointed at and what is chosen, by mouse and by keyboard. A re-run sets all of it anew.

// How far a key goes; Home and End to the ends, not to those of the page.
const STEPS = { ArrowRight: 1, ArrowLeft: -1, End: Infinity, Home: -Infinity };

// `tell` gets what the pointer or the focus comes to; null where nothing fits or the pointer left.
export function onPoint(root, selector, tell) {
  const pointed = (event) => tell(event.target.closest?.(selector) ?? null);
  root.onpointerover = pointed;
  root.onpointerleave = () => tell(null);
  // Browsers have no onfocusin property; the old listener goes, so that re-runs leave one.
  root.removeEventListener('focusin', root.whenFocused);
  root.whenFocused = pointed;
  root.addEventListener('focusin', pointed);
}

// A click, Enter or the space bar choose; the arrows go to the neighbour one step on, and Home and
// End, an endless step, to the first and the last.
// Where nothing can be chosen, `choose` is null.
export function onChoose(root, selector, choose, neighbour) {
  if (!choose) {
    root.onclick = root.onkeydown = null;
    return;
  }
  root.onclick = (event) => {
    const made = event.target.closest?.(selector);
    if (made) choose(made);
  };
  root.onkeydown = (event) => {
    const made = event.target.closest?.(selector);
    if (!made) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(made);
    } else if (event.key in STEPS) {
      const to = neighbour(made, STEPS[event.key]);
      if (to) event.preventDefault();
      moveFocus(made, to);
    }
  };
}

// The one that lies a step from another; a step that is too long ends at the last one.
export function besides(all, made, step) {
  return all[Math.min(all.length - 1, Math.max(0, all.indexOf(made) + step))];
}

// The tab key comes back to where the arrows have gone.
export function moveFocus(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
