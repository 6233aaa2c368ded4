// The machine on a narrow page: top to bottom, along the one token that is followed.
import { between, columnsOf, cutTo, togetherOf } from './layout.js';

const LINE = 30;
const STAGE = 62;
const PASSED = 26;
const LETTER = 8.5;
const HIGH = 14;
const HEAD = 30;

// Tokens in lines, as words on a page.
function wrapped(data, width) {
  let [x, y] = [0, HEAD];
  const boxes = data.tokens.map((token) => {
    const wide = Math.min(width, LETTER * columnsOf(token.t) + 12);
    const fold = token.folded > 0 ? 26 : 0;
    if (x > 0 && x + fold + wide > width) [x, y] = [0, y + LINE];
    const box = { x: x + fold, y, width: wide, height: LINE - 6 };
    x += fold + wide + 4;
    return box;
  });
  return { boxes, end: y + LINE };
}

// A stage is told whole where its sentence is read, else it is a strip alone.
function stagesDown(data, top) {
  let y = top;
  return Array.from({ length: data.layers + 1 }, (_, stage) => {
    const told = stage === 0 || data.stops.includes(stage - 1);
    const place = { stage, y, told, high: told ? STAGE : PASSED };
    y += place.high;
    return place;
  });
}

export function down(data, width) {
  const { boxes, end } = wrapped(data, width);
  const stages = stagesDown(data, end + 12);
  const last = stages[stages.length - 1];
  const foot = last.y + last.high + 40;
  const bars = data.best.map((_best, k) => (
    { x: 0, y: foot + k * LINE, width: width - 2, height: LINE - 5 }));
  const height = foot + LINE * bars.length + 34;
  return {
    narrow: true, together: togetherOf(data.bins, width - 28), width, height, tokens: boxes, ids: [], arcs: [],
    folds: foldsOf(data, boxes),
    strips: stages.map((place) => ({
      stage: place.stage, row: data.at, x: 26, y: place.y + (place.told ? 36 : 6),
      width: width - 28, height: HIGH })),
    titles: titlesDown(data, stages, foot),
    heads: headsDown(data, stages, width),
    answers: answersDown(data, stages, width),
    bars, loop: loopDown(height, width),
    edges: [end + 2, ...stages.map((place) => place.y + place.high - 2), height],
  };
}

// How many tokens are folded away, before the token that follows them.
function foldsOf(data, boxes) {
  return data.tokens.flatMap((token, i) => (
    token.folded > 0 ? [{ x: boxes[i].x - 22, y: boxes[i].y + 12, n: token.folded, short: true }] : []));
}

function titlesDown(data, stages, foot) {
  const { words } = data;
  return [
    { x: 0, y: 12, text: `${words.text} · ${words.text_note}`, bold: true, stage: 0 },
    { x: 0, y: stages[0].y + 17, text: `${words.vector} · ${words.vector_note}`, bold: true, stage: 1 },
    { x: 0, y: foot - 18, text: `${words.next} · ${words.next_note}`, bold: true,
      stage: data.layers + 2 },
  ];
}

// Each block's number, and where its strongest head looks.
function headsDown(data, stages, width) {
  return data.looks.map((look, layer) => {
    const place = stages[layer + 1];
    const key = look.rows.length ? data.tokens[look.rows[0]].t : '';
    const text = place.told ? { layer, head: look.head, key, share: look.shares[0] ?? '' } : String(layer);
    return { layer, x: 0, y: place.y + (place.told ? 6 : 2), width: place.told ? width : 24,
      height: 22, text };
  });
}

function answersDown(data, stages, width) {
  return stages.flatMap(({ stage, y, told }) => {
    const [text, share] = data.answers[stage];
    if (!told) return [];
    const label = `→ ${cutTo(text, between(6, Math.floor(width / LETTER) - 32, 14))}`;
    return [{ stage, text: label, full: text, share, x: width - 4, y: y + 22, end: true }];
  });
}

function loopDown(height, width) {
  return { path: '', tip: '', x: width / 2, y: height - 12 };
}
