// Brings a new step into sight, and the keyboard to it.

// The step that was shown last, wherever on the page it was drawn.
let shown = '';

export default function (component) {
  const { data, parentElement } = component;
  if (!data || data.step === shown) return;
  shown = data.step;
  const root = parentElement.getRootNode();
  const band = (root.host ?? parentElement).closest('.st-key-lesson_band');
  if (!band) return;
  band.tabIndex = -1;
  band.focus({ preventScroll: true });
  document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
}
