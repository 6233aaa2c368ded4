// What is pointed at and what is chosen, by mouse and by keyboard. A re-run sets all of it anew.

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

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

// A click, Enter or the space bar choose; the arrows go to the neighbour one step on.
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
      event.preventDefault();
      moveFocus(made, neighbour(made, STEPS[event.key]));
    }
  };
}

// The tab key comes back to where the arrows have gone.
export function moveFocus(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
