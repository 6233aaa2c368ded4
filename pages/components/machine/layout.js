// Where everything of the machine stands, in pixels: arithmetic on the message and a width.

export const FONT = 14;
const CHAR = 8.5; // a letter of the monospaced face
const ROW = 22;
const STRIP = 16;
const TOP = 62;
const FOLD = 18;
const BAR = 30;
const ID = 52;
const WIDE = /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

// Columns that a text takes in the monospaced face.
export function columnsOf(text) {
  return [...text].reduce((sum, c) => sum + (WIDE.test(c) ? 2 : 1), 0);
}

// At most so many columns, the last an ellipsis if something was cut.
export function cutTo(text, most) {
  if (columnsOf(text) <= most) return text;
  const kept = [...text];
  while (kept.length && columnsOf(kept.join('')) > most - 1) kept.pop();
  return `${kept.join('')}…`;
}

export const between = (low, value, high) => Math.max(low, Math.min(high, value));

// The middle of every row, where tokens are folded away, and where the rows end.
export function rowsDown(data) {
  let y = TOP;
  const folds = [];
  const rows = data.tokens.map((token) => {
    if (token.folded > 0) {
      folds.push({ y: y + FOLD / 2, n: token.folded });
      y += FOLD;
    }
    y += ROW;
    return y - ROW / 2;
  });
  if (data.after > 0) {
    folds.push({ y: y + FOLD / 2, n: data.after });
    y += FOLD;
  }
  return { rows, folds, end: y };
}

// How many stripes are drawn as one, so that each is wide enough to be seen.
export function togetherOf(bins, width) {
  let together = 1;
  while (bins % (2 * together) === 0 && (width * together) / bins < 2.6) together *= 2;
  return together;
}

function sizesOf(data, width, zoom) {
  const longest = Math.max(...data.tokens.map((token) => columnsOf(token.t)));
  const tokens = between(90, CHAR * longest + 14, 138);
  const left = tokens + ID + 12;
  const next = width >= 1000 ? 236 : 176;
  const pitch = zoom * Math.max(6, (width - left - next) / (data.layers + 1));
  const strip = Math.round(between(3, 0.56 * pitch, 96));
  return { tokens, left, next, pitch, strip, together: togetherOf(data.bins, strip) };
}

// Left to right: a column for every stage, a row for every token.
export function across(data, width, zoom) {
  const size = sizesOf(data, width, zoom);
  const { rows, folds, end } = rowsDown(data);
  const bottom = Math.max(end, TOP + BAR * data.best.length);
  const x = (stage) => size.left + stage * size.pitch;
  const right = x(data.layers + 1);
  const all = { data, size, rows, x, end, right };
  return {
    narrow: false, together: size.together, width: Math.ceil(right + size.next), height: bottom + 74,
    tokens: rows.map((y) => ({ x: 1, y: y - ROW / 2 + 1, width: size.tokens, height: ROW - 2 })),
    ids: rows.map((y) => ({ x: size.tokens + ID, y })),
    folds: folds.map(({ y, n }) => ({ x: 8, y, n })),
    strips: stripsOf(all),
    titles: titlesOf(all),
    heads: headsOf(all),
    arcs: data.looks.flatMap((look, layer) => arcsOf(all, look, layer)),
    answers: answersOf(all),
    would: wouldOf(all),
    bars: data.best.map((_best, k) => (
      { x: right + 8, y: TOP + k * BAR, width: size.next - 16, height: BAR - 5 })),
    loop: loopOf(all, bottom),
    edges: edgesOf(all),
  };
}

function stripsOf({ data, size, rows, x }) {
  return Array.from({ length: data.layers + 1 }, (_, stage) => rows.map((y, row) => (
    { stage, row, x: x(stage), y: y - STRIP / 2, width: size.strip, height: STRIP }))).flat();
}

// What is written over the columns: the four parts, and under them what they hold.
function titlesOf({ data, size, x, right }) {
  const { words } = data;
  const part = (name, at, stage) => [
    { x: at, y: 12, text: words[name], bold: true, stage },
    { x: at, y: 34, text: words[`${name}_note`] ?? '', stage },
  ];
  const room = size.pitch > 84;
  return [
    ...part('text', 2, 0), ...part('vector', room ? x(0) : size.tokens + 12, 1),
    { x: Math.max(x(1), firstHead(size)), y: 12, text: words.blocks, bold: true, stage: 2 },
    ...part('next', right + 8, data.layers + 2),
  ];
}

// Where the blocks' own words begin: behind those of the vector.
const firstHead = (size) => (size.pitch > 84 ? 0 : size.tokens + 112);

// The names of the blocks, as many as the width can hold; each opens its block.
function headsOf({ data, size, x }) {
  const long = size.pitch >= 92;
  const every = long ? 1 : Math.max(1, Math.ceil(26 / size.pitch));
  return data.looks.map((look, layer) => ({
    layer, x: x(layer + 1), y: 24, width: Math.max(size.strip, 8), height: 20,
    text: layer % every || x(layer + 1) < firstHead(size) ? '' : long ? { layer, head: look.head } : String(layer),
  }));
}

function arcsOf({ data, size, rows, x }, look, layer) {
  const from = x(layer) + size.strip + 1;
  const to = x(layer + 1) - 1;
  const middle = (from + to) / 2;
  const y = rows[data.at];
  return look.rows.map((row, k) => ({
    layer, row, weight: look.weights[k], say: look.say[k],
    thick: Math.max(1, 9 * look.weights[k] * between(0.35, size.pitch / 60, 1)),
    path: `M${from} ${rows[row]}C${middle} ${rows[row]} ${middle} ${y} ${to} ${y}`,
    share: size.pitch >= 70 && look.weights[k] >= 0.3 && row !== data.at ? look.shares[k] : '',
    x: from + 3, y: rows[row] - 9,
  }));
}

// What it would say after each stage: everywhere if there is room, else where it changes.
function answersOf({ data, size, x, end }) {
  let free = 0;
  return data.answers.flatMap(([text, share], stage) => {
    const changed = stage === 0 || text !== data.answers[stage - 1][0];
    const last = stage === data.layers;
    const label = cutTo(text, Math.max(5, Math.floor(size.pitch / CHAR) - 1));
    const half = (CHAR * columnsOf(label)) / 2 + 3;
    const middle = x(stage) + size.strip / 2;
    const fits = middle - half >= free;
    if (!fits || !(changed || last || size.pitch > 50)) return [];
    free = middle + half;
    return [{ stage, text: label, share, full: text, x: middle, y: end + 18 }];
  });
}

// The words in front of the first answer.
function wouldOf({ data, size, x, end }) {
  const first = cutTo(data.answers[0][0], Math.max(5, Math.floor(size.pitch / CHAR) - 1));
  return { x: x(0) + size.strip / 2 - (CHAR * columnsOf(first)) / 2 - 8, y: end + 18 };
}

// From the next words down and back to the text.
function loopOf({ size, end, right }, bottom) {
  const y = bottom + 52;
  const to = 1 + size.tokens / 2;
  return {
    path: `M${right + 40} ${bottom + 6}V${y}H${to}V${end + 8}`,
    tip: `M${to - 6} ${end + 16}L${to} ${end + 6}L${to + 6} ${end + 16}`,
    x: (right + to) / 2, y: y - 11,
  };
}

// Where each stage of a thought ends: what lies behind is still to come.
function edgesOf({ data, size, x, right }) {
  const blocks = data.looks.map((_look, layer) => x(layer + 1) + size.strip + 2);
  return [size.left - 4, x(0) + size.strip + 2, ...blocks, right + size.next];
}
