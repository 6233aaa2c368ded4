// What pointing at a chip says.
import { fill } from '../shared/token.js';

// About one token of a row, or about the characters that several of them share.
export function noteOf(data, row, first, last) {
  return last - first === 1 ? aboutToken(data, row, first) : aboutGroup(data, row, first, last);
}

function aboutToken(data, row, n) {
  const [id, text, bytes, , start, end, rank] = row.tokens[n];
  const values = { index: data.first + n, text, id, bytes, start, end, rank };
  const made = rank === null ? '' : fill(data.made, values);
  const more = row.notes ? ` · ${row.notes[n]}` : '';
  return fill(row.note || data.note, values) + made + more;
}

function aboutGroup(data, row, first, last) {
  const parts = row.tokens.slice(first, last);
  const group = row.groups.find(([start]) => start === first);
  return fill(data.shared, {
    text: group ? group[2] : '',
    n: last - first,
    ids: parts.map(([id]) => id).join(', '),
    bytes: parts.map(([, , bytes]) => bytes).join(' | '),
  });
}
