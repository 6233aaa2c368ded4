// A thought on its way: which stage is shown, for how long, and what is said there.

const WHOLE = 10_000; // milliseconds for a thought at speed 1
const PASSING = 90; // a block at which nothing is read
export const SPEEDS = [1, 2, 0.5];

// Text, vector, every block, next word, and the way back.
export const stagesOf = (data) => data.layers + 4;

// How long each stage is shown, at speed 1.
export function timesOf(data) {
  const stops = new Set(data.stops);
  const passing = data.layers - stops.size;
  const told = (WHOLE - passing * PASSING) / (stagesOf(data) - passing);
  return Array.from({ length: stagesOf(data) }, (_, stage) => (
    stage < 2 || stage >= data.layers + 2 || stops.has(stage - 2) ? told : PASSING));
}

// What is said at a stage while it plays: a block that passes by leaves what was said before.
export function saidAt(data, stage, playing) {
  if (stage === null) return '';
  const stops = new Set(data.stops);
  let at = stage;
  while (playing && at >= 2 && at < data.layers + 2 && !stops.has(at - 2)) at -= 1;
  return data.steps[at];
}

export function stepped(data, stage, by) {
  if (stage === null) return by > 0 ? 0 : stagesOf(data) - 1;
  const next = stage + by;
  return next < 0 || next >= stagesOf(data) ? null : next;
}

// Set what is shown: null is the whole picture.
export function showStage(view, stage) {
  const { player, data, svg, plan } = view;
  player.at = stage;
  const curtain = svg.querySelector('.curtain');
  const edge = stage === null ? plan.edges.at(-1) : plan.edges[Math.min(stage, data.layers + 2)];
  curtain.style.transform = plan.narrow ? `translateY(${edge}px)` : `translateX(${edge}px)`;
  svg.classList.toggle('playing', stage !== null);
  svg.querySelectorAll('.now').forEach((element) => element.classList.remove('now'));
  if (stage !== null) nowAt(view, stage).forEach((element) => element.classList.add('now'));
  view.say.textContent = saidAt(data, stage, player.playing) || data.words.idle;
  view.say.classList.toggle('idle', stage === null);
  bringIntoView(view, edge);
  view.drawBar();
}

// What belongs to a stage.
function nowAt({ data, svg }, stage) {
  const layer = stage - 2;
  if (stage === 0) return [...svg.querySelectorAll('.tok')];
  if (stage === data.layers + 2) return [...svg.querySelectorAll('.best')];
  if (stage === data.layers + 3) return [...svg.querySelectorAll('.loop, .loop-text')];
  const rows = new Set(layer < 0 ? [] : data.looks[layer].rows);
  return [
    ...svg.querySelectorAll(`[data-layer="${layer}"], [data-stage="${stage - 1}"]`),
    ...svg.querySelectorAll(`.block[data-i="${layer}"]`),
    ...[...svg.querySelectorAll('.tok')].filter((token) => rows.has(Number(token.dataset.i))),
  ];
}

function bringIntoView({ scroll, plan, player }, edge) {
  if (!player.playing || plan.narrow || scroll.scrollWidth <= scroll.clientWidth + 1) return;
  scroll.scrollLeft = Math.max(0, edge - 0.7 * scroll.clientWidth);
}

export function pause(view) {
  window.clearTimeout(view.player.timer);
  view.player.playing = false;
  view.drawBar();
}

export function play(view) {
  const { player } = view;
  window.clearTimeout(player.timer);
  player.playing = true;
  showStage(view, player.at === null ? 0 : player.at);
  wait(view);
}

function wait(view) {
  const { player } = view;
  player.timer = window.setTimeout(() => advance(view), timesOf(view.data)[player.at] / player.speed);
}

function advance(view) {
  const { player, data, svg } = view;
  if (!player.playing || !svg.isConnected) return;
  // Nobody looks: it waits where it is.
  if (document.hidden) { wait(view); return; }
  const next = stepped(data, player.at, 1);
  if (next === null) {
    player.playing = false;
    showStage(view, null);
    return;
  }
  showStage(view, next);
  wait(view);
}

export function step(view, by) {
  pause(view);
  showStage(view, stepped(view.data, view.player.at, by));
}
