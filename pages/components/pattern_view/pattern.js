// A pattern's weights and what is read off them; nothing here draws.
import { localised } from '../shared/number.js';

// Weights by query and key. Of a long prompt come their square roots, in 16 bits.
export function patternOf({ head, arrays: [sent] }) {
  const cells = sent instanceof Uint16Array
    ? Float32Array.from(sent, (root) => (root / 65535) ** 2) : sent;
  // The lower triangle, row after row: row q begins at q (q + 1) / 2.
  return { ...head, at: (q, k) => (k > q ? 0 : cells[(q * (q + 1)) / 2 + k]) };
}

// Weights of a row are shares and add up; the largest of several heads and columns do not.
export const joined = (total, weight, sums) => (sums ? total + weight : Math.max(total, weight));

// What a query gives to all keys that the window leaves out.
export function unseen({ at, sums }, q, { k0, size }) {
  let total = 0;
  for (let k = 0; k <= q; k += 1) {
    if (k < k0 || k >= k0 + size) total = joined(total, at(q, k), sums);
  }
  return total;
}

// The key that a query looks at most; of equals the first.
export function strongest({ at }, q) {
  let best = 0;
  for (let k = 1; k <= q; k += 1) if (at(q, k) > at(q, best)) best = k;
  return best;
}

// [weight, place] of all that a token looks at, or that look at it; the largest first.
export function ranked({ n, at }, token, toward) {
  const list = [];
  if (toward) for (let q = token; q < n; q += 1) list.push([at(q, token), q]);
  else for (let k = 0; k <= token; k += 1) list.push([at(token, k), k]);
  return list.sort((a, b) => b[0] - a[0]);
}

// The whole pattern on fewer cells, row after row: the largest or the average weight under each.
// Cells of nothing but the future have none and are null.
export function folded({ n, at }, across, pool) {
  const value = new Float32Array(across * across);
  const count = new Float32Array(across * across);
  const most = pool === 'max';
  for (let q = 0; q < n; q += 1) {
    const row = Math.floor((q * across) / n) * across;
    for (let k = 0; k <= q; k += 1) {
      const cell = row + Math.floor((k * across) / n);
      value[cell] = most ? Math.max(value[cell], at(q, k)) : value[cell] + at(q, k);
      count[cell] += 1;
    }
  }
  return Array.from(value, (v, i) => (count[i] ? v / (most ? 1 : count[i]) : null));
}

// --- words ------------------------------------------------------------------------------------

export function percent(weight) {
  if (weight >= 0.00995) return localised(`${(100 * weight).toFixed(1)}%`);
  if (weight >= 0.00005) return localised(`${(100 * weight).toFixed(2)}%`);
  return localised(weight > 0 ? '< 0.01%' : '0%');
}

export function short(text, most) {
  const all = [...text];
  return all.length > most ? `${all.slice(0, most - 1).join('')}…` : text;
}

// Of a sentence for one and a sentence for more: the one that fits a count, filled in.
export function counted(forms, count, weight) {
  return forms[count === 1 ? 0 : 1].replace('{n}', count).replace('{w}', percent(weight));
}
