// Play, pause, step, speed, zoom: one row of buttons, each with its name.
import { button, make } from '../shared/dom.js';
import { fill } from '../shared/token.js';
import { SPEEDS, pause, play, showStage, step } from './play.js';

const ZOOMS = [1, 2, 4];
const after = (list, value) => list[(list.indexOf(value) + 1) % list.length];

// Where the buttons stand now; the focus stays on the one that was pressed.
export function drawBar(view) {
  const { bar, data, player, plan } = view;
  const { words } = data;
  const focused = [...bar.children].indexOf(bar.getRootNode().activeElement);
  const playing = button(
    player.playing ? '❚❚' : '▶', player.playing ? words.pause : words.play,
    () => (player.playing ? pause(view) : play(view)), 'main');
  playing.append(make('span', 'name', player.playing ? words.pause : words.play));
  const speed = fill(words.speed, { n: player.speed });
  const zoom = fill(words.zoom, { n: player.zoom });
  const whole = button(words.whole, words.whole, () => { pause(view); showStage(view, null); });
  bar.replaceChildren(
    playing,
    button('‹', words.back, () => step(view, -1)),
    button('›', words.on, () => step(view, 1)),
    button(`${player.speed}×`, speed, () => {
      player.speed = after(SPEEDS, player.speed);
      drawBar(view);
    }),
    ...(plan.narrow || data.layers <= 12 ? [] : [button(`⤢ ${player.zoom}×`, zoom, () => {
      player.zoom = after(ZOOMS, player.zoom);
      view.redraw();
    })]),
    ...(player.at === null ? [] : [whole]),
  );
  if (focused >= 0) bar.children[focused]?.focus();
}
