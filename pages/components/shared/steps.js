// Steps that are played, paused and gone through one by one. `player` is { at, last, playing }.
// Whoever asks for less motion gets stills: the steps, and nothing that runs.
import { button, make } from './dom.js';

const PACE = 1_100; // milliseconds for a step

export const isCalm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

// The step after a step; null where it ends, and from the whole (null) the first.
export function following({ at, last }) {
  if (at === null) return 0;
  return at < last ? at + 1 : null;
}

// The row of buttons; the focus stays on the one that was pressed.
export function drawSteps(bar, player, words, deeds) {
  const focused = [...bar.children].indexOf(bar.getRootNode().activeElement);
  const { at, last, playing } = player;
  const name = playing ? words.pause : words.play;
  const main = button(playing ? '❚❚' : '▶', name, playing ? deeds.pause : deeds.play, 'main');
  main.append(make('span', 'name', name));
  const back = button('‹', words.back, () => deeds.go(at === null ? last - 1 : at - 1));
  const on = button('›', words.on, () => deeds.go(following(player)));
  back.disabled = at === 0;
  on.disabled = at === last;
  bar.replaceChildren(...(isCalm() ? [] : [main]), back, on);
  if (focused >= 0) bar.children[Math.min(focused, bar.children.length - 1)].focus();
}

// Go on after a while, unless somebody paused it; where nobody looks, it waits.
export function soon(player, go) {
  window.clearTimeout(player.timer);
  player.timer = window.setTimeout(() => {
    if (player.playing && document.hidden) soon(player, go);
    else if (player.playing) go();
  }, PACE);
}

export function halt(player) {
  window.clearTimeout(player.timer);
  player.playing = false;
}
