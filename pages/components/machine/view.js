// The machine: a thought on its way through the model. Pointing, playing and stepping stay in the
// browser; following a token, opening a block, writing a word and leaving go to the server.
import { onWidth } from '../shared/canvas.js';
import { make } from '../shared/dom.js';
import { leaveFor } from '../shared/leave.js';
import { moveFocus } from '../shared/point.js';
import { stopsOf } from '../shared/ramp.js';
import { fill } from '../shared/token.js';
import { fingerprint, unpack } from '../shared/wire.js';
import { drawBar } from './bar.js';
import { draw, shape } from './draw.js';
import { across } from './layout.js';
import { down } from './narrow.js';
import { drawOpened } from './opened.js';
import { pause, play, showStage } from './play.js';
import { listenToPointer } from './pointed.js';

const NARROW = 540;
const [FOLLOW, OPEN, WRITE, GO] = [0, 1, 2, 3];
const FORWARD = ['ArrowRight', 'ArrowDown'];
const BACKWARD = ['ArrowLeft', 'ArrowUp'];
const REACHED = '.tok, .block, .best, .go, .frame';

function planOf(view) {
  const width = Math.max(280, view.root.clientWidth - 2);
  return width < NARROW ? down(view.data, width) : across(view.data, width, view.player.zoom);
}

function redraw(view) {
  view.plan = planOf(view);
  view.root.classList.toggle('narrow', view.plan.narrow);
  draw(view);
  squeeze(view);
  showStage(view, view.player.at);
}

function deeds(view) {
  const tell = (...numbers) => view.tell('pick', numbers);
  const { data, root } = view;
  return {
    tok: (row) => tell(FOLLOW, data.tokens[row].n),
    block: (layer) => tell(OPEN, data.open?.layer === layer ? -1 : layer),
    best: (k) => { root.wrote = true; tell(WRITE, k); },
    go: (place, layer = 0, head = 0) => {
      leaveFor(fill(data.ways[place] ?? '', { layer, head }));
      tell(GO, place, layer, head);
    },
    close: () => tell(OPEN, -1),
  };
}

function chosen(view, element) {
  if (!element || !element.matches('.live, .go')) return;
  pause(view);
  const kind = ['tok', 'block', 'best', 'go'].find((name) => element.classList.contains(name));
  deeds(view)[kind](Number(element.dataset.i));
}

function pressed(view, event) {
  const element = event.target.closest(REACHED);
  if (!element) return;
  const by = FORWARD.includes(event.key) ? 1 : BACKWARD.includes(event.key) ? -1 : 0;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    chosen(view, element);
  } else if (by && element.matches('.live, .frame')) {
    event.preventDefault();
    const all = [...view.svg.querySelectorAll(`.${element.classList[0]}`)];
    moveFocus(element, all[all.indexOf(element) + by]);
  }
}

function listen(view) {
  const { svg } = view;
  svg.onclick = (event) => chosen(view, event.target.closest(REACHED));
  svg.onkeydown = (event) => pressed(view, event);
  listenToPointer(view);
  const { go, close } = deeds(view);
  drawOpened(view, { go, close });
}

// The same in words, for those who read it.
function drawSpoken({ spoken, data }) {
  const list = make('ol');
  list.append(...data.steps.map((text) => make('li', '', text)));
  const details = make('details');
  details.open = Boolean(spoken.querySelector('details')?.open);
  details.append(make('summary', '', data.words.picture), list);
  spoken.replaceChildren(details);
}

function partsOf(root) {
  const find = (name) => root.querySelector(name);
  let svg = find('svg');
  if (!svg) {
    svg = shape('svg', { class: 'picture-of-it' });
    find('.stage').append(svg);
  }
  return {
    root, svg, canvas: find('.stage > canvas'), say: find('.say'), bar: find('.bar'),
    tip: find('.tip'), opened: find('.opened'), spoken: find('.spoken'), scroll: find('.scroll'),
  };
}

// Letters are wider in some scripts: a line that has no room is drawn closer together.
function squeeze({ svg, plan }) {
  const line = svg.querySelector('.loop-text');
  if (!line || line.getComputedTextLength() <= plan.width) return;
  line.setAttribute('textLength', plan.width);
  line.setAttribute('lengthAdjust', 'spacingAndGlyphs');
}

function viewOf(root, message) {
  const { head, arrays: [strips, edges, patterns] } = unpack(message);
  const view = {
    ...partsOf(root), data: head, strips, edges, patterns,
    stops: stopsOf(root, 'diverging'), sequential: stopsOf(root, 'sequential'),
    player: root.view?.player ?? { at: null, playing: false, speed: 1, zoom: 1, timer: 0 },
  };
  view.drawBar = () => drawBar(view);
  view.redraw = () => redraw(view);
  return view;
}

// Another text, token or model begins anew; after a word was written the new thought plays.
function begin(view, before) {
  const { root, player, data } = view;
  const same = before && before.data.layers === data.layers &&
    JSON.stringify(before.data.tokens) === JSON.stringify(data.tokens) && before.data.at === data.at;
  window.clearTimeout(player.timer);
  if (!same) Object.assign(player, { at: null, playing: false });
  redraw(view);
  if (root.wrote && !same) {
    root.wrote = false;
    play(view);
  } else if (player.playing) play(view);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.machine');
  if (!data || !root) return undefined;
  const stamp = `${fingerprint(data)} ${stopsOf(root, 'diverging')}`;
  const before = root.view;
  if (root.dataset.stamp !== stamp) {
    root.dataset.stamp = stamp;
    root.view = viewOf(root, data);
    begin(root.view, before);
    drawSpoken(root.view);
  }
  root.view.tell = setTriggerValue;
  listen(root.view);
  const stop = onWidth(root, () => redraw(root.view));
  return () => {
    stop();
    window.clearTimeout(root.view.player.timer);
  };
}
