// The machine on the page: strips on a canvas, and over it everything that can be pointed at.
import { fit, painted } from '../shared/canvas.js';
import { wholeNumber } from '../shared/number.js';
import { stepsOf } from '../shared/ramp.js';
import { fill } from '../shared/token.js';
import { FONT, cutTo } from './layout.js';

const SPACE = 'http://www.w3.org/2000/svg';
const FAINT = 0.6;

export function shape(tag, attributes, text = undefined) {
  const made = document.createElementNS(SPACE, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  if (text !== undefined) made.textContent = text;
  return made;
}

// The largest number but for the few that stand out: one loud dimension would pale all others.
export function scaleOf(numbers) {
  const sizes = Float32Array.from(numbers, Math.abs).sort();
  return sizes[Math.floor(0.97 * (sizes.length - 1))] || 1;
}

// Means of neighbouring stripes; all stripes are equally wide but for rounding.
export function merged(numbers, together) {
  return Float32Array.from({ length: numbers.length / together }, (_, i) => {
    const own = numbers.subarray(i * together, (i + 1) * together);
    return own.reduce((sum, v) => sum + v, 0) / together;
  });
}

// One picture for each stage: a row of pixels for every token.
export function picturesOf({ data, plan, strips, stops }) {
  const bins = data.bins / plan.together;
  const rows = data.tokens.length;
  const steps = stepsOf(stops);
  return Array.from({ length: data.layers + 1 }, (_, stage) => {
    const all = rows * data.bins;
    const numbers = merged(strips.subarray(stage * all, (stage + 1) * all), plan.together);
    const scale = scaleOf(numbers);
    return painted(bins, rows, (i) => {
      const share = 0.5 + numbers[i] / scale / 2;
      return [...steps[Math.round(255 * Math.min(1, Math.max(0, share)))], 255];
    });
  });
}

export function paint(view) {
  const { canvas, data, plan } = view;
  const pictures = picturesOf(view);
  const pen = fit(canvas, plan.width, plan.height);
  pen.imageSmoothingEnabled = false;
  plan.strips.forEach(({ stage, row, x, y, width, height }) => {
    // What comes later is out of the chosen token's sight.
    pen.globalAlpha = row === data.at ? 1 : row < data.at ? FAINT : FAINT / 2;
    pen.drawImage(pictures[stage], 0, row, pictures[stage].width, 1, x, y, width, height);
  });
}

// What keys and clicks reach: a group with a box and its words.
function reached(kind, { x, y, width, height }, words, number, live) {
  const group = shape('g', { class: kind, 'data-i': number, 'aria-label': words });
  if (live) {
    group.setAttribute('role', 'button');
    group.setAttribute('tabindex', '-1');
    group.classList.add('live');
  } else group.setAttribute('role', 'img');
  group.append(shape('rect', { class: 'box', x, y, width, height, rx: 4 }));
  return group;
}

const inMiddle = (box) => box.y + box.height / 2 + 0.35 * FONT;

function tokensOf({ data, plan }) {
  const { words } = data;
  const sources = new Set(data.looks.flatMap((look) => look.rows));
  return plan.tokens.map((box, row) => {
    const token = data.tokens[row];
    const said = `${fill(words.token, token)}${data.live ? `; ${words.choose}` : ''}`;
    const made = reached('tok', box, said, row, data.live);
    if (row === data.at) made.classList.add('here');
    if (sources.has(row)) made.classList.add('source');
    made.style.setProperty('--c', data.colours[token.n % data.colours.length]);
    const most = Math.floor((box.width - 10) / 8.4);
    made.append(shape('text', { class: 'mono', x: box.x + 6, y: inMiddle(box) }, cutTo(token.t, most)));
    return made;
  });
}

function headsOf2(view) {
  const { data, plan } = view;
  return plan.heads.map((head) => {
    const said = data.looks[head.layer].say[0] ?? '';
    const words = `${fill(data.words.open, head)}. ${said}`;
    const made = reached('block', head, words, head.layer, data.live);
    if (data.open?.layer === head.layer) made.classList.add('open');
    const place = plan.narrow || head.text.layer !== undefined
      ? { x: head.x + 2 } : { x: head.x + head.width / 2, 'text-anchor': 'middle' };
    made.append(shape('text', { ...place, y: inMiddle(head) }, wordsOfHead(view, head.text)));
    return made;
  });
}

function wordsOfHead({ data, plan }, text) {
  if (typeof text === 'string') return text;
  if (!plan.narrow) return fill(data.words.head, text);
  const block = fill(data.words.block, text);
  const most = Math.max(4, Math.floor(plan.width / 8) - 34);
  return `${block} · ${fill(data.words.looks, text)} ${cutTo(text.key, most)} ${text.share}`;
}

function barsOf({ data, plan }) {
  const most = data.best[0][2] || 1;
  return plan.bars.map((box, k) => {
    const [t, share, prob] = data.best[k];
    const said = `${fill(data.words.best, { t, share })}${data.write ? `; ${data.words.write}` : ''}`;
    // Whoever speaks to the machine names what they see: it stands first in the name.
    const named = `${t} ${share}${data.write ? `; ${data.words.write}` : ''}`;
    const made = reached('best', box, named, k, data.write);
    made.dataset.tip = said;
    const width = Math.max(3, (prob / most) * box.width);
    const text = `${cutTo(t, Math.floor(box.width / 8.4) - 8)} `;
    made.append(
      shape('rect', { class: 'length', x: box.x, y: box.y, width, height: box.height, rx: 4 }),
      shape('text', { class: 'mono', x: box.x + 8, y: inMiddle(box) }, text),
      shape('text', { x: box.x + box.width - 6, y: inMiddle(box), 'text-anchor': 'end' }, share));
    return made;
  });
}

function arcsDrawn({ plan }) {
  return plan.arcs.flatMap((arc) => {
    const path = shape('path', {
      class: 'arc', d: arc.path, 'stroke-width': arc.thick, pathLength: 1,
      'data-tip': arc.say, 'data-layer': arc.layer });
    path.style.setProperty('--o', 0.35 + 0.6 * arc.weight);
    const share = arc.share && shape('text', {
      class: 'share', x: arc.x, y: arc.y, 'data-layer': arc.layer }, arc.share);
    return share ? [path, share] : [path];
  });
}

const placeOfStage = (words, stage) =>
  (stage === 0 ? words.entering : fill(words.after, { layer: stage - 1 }));

function wordsDrawn({ data, plan }) {
  const { words } = data;
  const place = (stage) => placeOfStage(words, stage);
  return [
    ...plan.titles.map(({ x, y, text, bold, stage }) => titleOf(words, { x, y, text, bold, stage }, data)),
    ...plan.ids.map(({ x, y }, row) => shape('text', {
      class: 'id mono', x, y: y + 5, 'text-anchor': 'end' }, data.tokens[row].id)),
    ...plan.folds.map(({ x, y, n, short }) => shape('text', { class: 'fold', x, y: y + 5 },
      short ? '⋯' : fill(words.folded, { n: wholeNumber(n) }))),
    ...plan.answers.map((answer) => shape('text', {
      class: 'answer mono', x: answer.x, y: answer.y, 'text-anchor': answer.end ? 'end' : 'middle',
      'data-stage': answer.stage,
      'data-tip': fill(words.answer, { place: place(answer.stage), t: answer.full, share: answer.share }),
    }, answer.text)),
    ...(plan.would ? [shape('text', {
      class: 'fold', x: plan.would.x, y: plan.would.y, 'text-anchor': 'end' }, words.would)] : []),
  ];
}

// The titles of text, vector and next word lead to their pages.
const PAGES = { text: 0, vector: 1, next: 4 };
const LEADS = { text: 'to_tokenizer', vector: 'to_embeddings', next: 'to_sampling' };

function titleOf(words, { x, y, text, bold, stage }, data) {
  const name = { 0: 'text', 1: 'vector', [data.layers + 2]: 'next' }[stage];
  const made = shape('text', { class: bold ? 'title' : 'fold', x, y: y + 5 }, text);
  if (!bold || !name || !data.live) return made;
  made.classList.add('go');
  made.append(shape('tspan', { class: 'arrow' }, ' ↗'));
  Object.entries({
    role: 'link', tabindex: 0, 'data-i': PAGES[name], 'data-tip': words[LEADS[name]],
    'aria-label': `${text}: ${words[LEADS[name]]}`,
  }).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function loopDrawn({ data, plan }) {
  const { loop } = plan;
  const path = shape('path', { class: 'loop', d: loop.path });
  const tip = shape('path', { class: 'loop tip-of-loop', d: loop.tip });
  const text = shape('text', { class: 'loop-text', x: loop.x, y: loop.y, 'text-anchor': 'middle' },
    cutTo(data.words.loop, Math.floor(plan.width / 6.4)));
  return loop.path ? [path, tip, text] : [text];
}

// The chosen token's own vectors, framed; keys reach each of them.
function framesOf({ data, plan }) {
  const { words } = data;
  const said = (stage) => fill(words.here, {
    t: data.tokens[data.at].t, v: data.norms[stage], place: placeOfStage(words, stage),
    answer: data.answers[stage][0], share: data.answers[stage][1] });
  return plan.strips.filter(({ row }) => row === data.at).map(({ stage, x, y, width, height }) =>
    shape('rect', {
      class: 'frame', x: x - 1, y: y - 1, width: width + 2, height: height + 2, rx: 2,
      tabindex: stage === 0 ? 0 : -1, role: 'img', 'aria-label': said(stage) }));
}

export function draw(view) {
  const { plan, svg } = view;
  svg.setAttribute('viewBox', `0 0 ${plan.width} ${plan.height}`);
  svg.setAttribute('width', plan.width);
  svg.setAttribute('height', plan.height);
  svg.replaceChildren(
    shape('rect', { class: 'hits', width: plan.width, height: plan.height }),
    ...framesOf(view), ...arcsDrawn(view), ...wordsDrawn(view), ...tokensOf(view),
    ...headsOf2(view), ...barsOf(view), ...loopDrawn(view),
    shape('rect', { class: 'curtain', width: plan.width, height: plan.height }),
  );
  ['.tok.here', '.block', '.best.live'].forEach(
    (kind) => svg.querySelector(`${kind}.live`)?.setAttribute('tabindex', '0'));
  paint(view);
}
