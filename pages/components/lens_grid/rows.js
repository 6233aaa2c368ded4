// The lens row by row: what lies deeper than the row of the moment is not there yet.
import { drawSteps, following, halt, soon } from '../shared/steps.js';

export function drawRows(view) {
  const { grid, steps, player, data } = view;
  grid.querySelectorAll('[data-row]').forEach((element) => {
    const row = Number(element.dataset.row);
    element.classList.toggle('later', player.at !== null && row > player.at);
    element.classList.toggle('now', row === player.at);
  });
  drawSteps(steps, player, data.words, {
    play: () => playRows(view), pause: () => { halt(player); drawRows(view); },
    go: (row) => { halt(player); showRow(view, row); },
  });
}

// A row, and what the model would answer there; null is all of them.
function showRow(view, row) {
  const { player, data } = view;
  player.at = row === data.rows.length - 1 && !player.playing ? null : row;
  view.tellRow(row ?? data.rows.length - 1);
  drawRows(view);
}

function playRows(view) {
  const { player } = view;
  player.playing = true;
  if (player.at === null || player.at === player.last) showRow(view, 0);
  else drawRows(view);
  soon(player, () => advanceRow(view));
}

function advanceRow(view) {
  const { player, grid } = view;
  const next = following(player);
  if (!grid.isConnected || next === null) {
    halt(player);
    showRow(view, null);
    return;
  }
  showRow(view, next);
  soon(player, () => advanceRow(view));
}
