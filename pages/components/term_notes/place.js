// Where a note stands: under what it explains, above it where there is more room, always whole.

const GAP = 6;
const EDGE = 8;

export function place(note, mark) {
  const [line = mark.getBoundingClientRect()] = mark.getClientRects();
  const { offsetWidth: wide, offsetHeight: high } = note;
  const right = Math.max(EDGE, document.documentElement.clientWidth - wide - EDGE);
  const below = line.bottom + GAP;
  const fits = below + high <= window.innerHeight - EDGE;
  const top = fits ? below : Math.max(EDGE, line.top - GAP - high);
  note.style.left = `${Math.min(Math.max(EDGE, line.left), right)}px`;
  note.style.top = `${top}px`;
}
