// The square of cells that is shown at full detail: where it begins, and how it moves.

// So many cells are shown: all of a short prompt.
export const sizeOf = ({ n, whole, window }) => (n <= whole ? n : window);

const within = (start, n, size) => Math.max(0, Math.min(n - size, start));

export function windowAt(n, size, q0, k0) {
  return { size, q0: within(q0, n, size), k0: within(k0, n, size) };
}

// Of a new prompt: it ends with the pinned query.
export function opened({ n, query, key }, size) {
  const start = query - size + 1;
  return windowAt(n, size, start, Math.min(key - (size >> 1), start));
}

// Moved so that a cell is inside, and not where it is already.
export function holding({ n }, { size, q0, k0 }, { q, k }) {
  const around = (start, at) => (at < start || at >= start + size ? at - (size >> 1) : start);
  return windowAt(n, size, around(q0, q), around(k0, k));
}

// Centred on a place that is given in shares of the whole.
export function centred({ n }, { size }, down, across) {
  return windowAt(n, size, Math.round(down * n - size / 2), Math.round(across * n - size / 2));
}

// What the arrow keys do, as [queries, keys].
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// Moved by an arrow key by half of itself; null for another key.
export function pushed({ n }, { size, q0, k0 }, key) {
  const step = ARROWS[key];
  const by = Math.max(1, size >> 1);
  return step ? windowAt(n, size, q0 + by * step[0], k0 + by * step[1]) : null;
}

// The cell beside a cell, never in the future; null for another key.
export function neighbour({ n }, { q, k }, key) {
  const step = ARROWS[key];
  if (!step) return null;
  const query = Math.max(0, Math.min(n - 1, q + step[0]));
  return { q: query, k: Math.max(0, Math.min(query, k + step[1])), from: 'cell' };
}
