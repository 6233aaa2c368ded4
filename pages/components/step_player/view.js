// Steps that the server draws: each is asked for when the one before it has come.
import { drawSteps, following, halt, soon } from '../shared/steps.js';

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const bar = parentElement.querySelector('.steps');
  if (!data || !bar) return undefined;
  const player = bar.player ?? { playing: false, timer: 0 };
  bar.player = player;
  const go = (step) => setTriggerValue('pick', step);
  if (player.stamp !== data.stamp) halt(player);
  Object.assign(player, { at: data.at, last: data.last, stamp: data.stamp });
  const draw = () => drawSteps(bar, player, data.words, {
    play: () => {
      player.playing = true;
      go(player.at === player.last ? 0 : player.at + 1);
      draw();
    },
    pause: () => { halt(player); draw(); },
    go: (step) => { halt(player); go(step); draw(); },
  });
  if (player.playing && player.at === player.last) halt(player);
  if (player.playing) soon(player, () => go(following(player)));
  draw();
  return () => window.clearTimeout(player.timer);
}
