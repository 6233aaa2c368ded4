// The whole pattern of a long prompt, and the frame of the window in it, which can be dragged.
import { fit, painted, themed } from '../shared/canvas.js';
import { shade } from '../shared/ramp.js';
import { folded } from './pattern.js';
import { centred, pushed } from './window.js';

export const sideOf = ({ root }) => Math.min(230, root.clientWidth);

export function drawWhole(scene, colours) {
  if (!scene.long) return;
  const { root, state, pattern } = scene;
  const side = sideOf(scene);
  scene.one('.whole').style.width = `${side}px`; // its caption must not take the room beside it
  const pen = fit(scene.one('.whole canvas'), side, side);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(pictureOf(scene, colours, side), 0, 0, side, side);
  pen.strokeStyle = themed(root, '--st-border-color', '#ccc');
  pen.strokeRect(0.5, 0.5, side - 1, side - 1);
  pen.strokeStyle = pattern.accent;
  pen.lineWidth = 2;
  const unit = side / pattern.n;
  const across = Math.max(8, state.window.size * unit);
  pen.strokeRect(state.window.k0 * unit, state.window.q0 * unit, across, across);
}

// Kept until the numbers, the colours or the size change: 1,024 tokens are half a million cells.
function pictureOf({ data, state, pattern }, colours, side) {
  const across = Math.min(pattern.n, side);
  const of = `${state.pool} ${side} ${colours[0]} ${colours[255]}`;
  if (state.picture?.data !== data || state.picture.of !== of) {
    const weights = folded(pattern, across, state.pool);
    const canvas = painted(across, across, (i) => (weights[i] === null
      ? [0, 0, 0, 0] : [...shade(colours, weights[i], pattern.top), 255]));
    state.picture = { data, of, canvas };
  }
  return state.picture.canvas;
}

// --- the window is moved by pointer and by arrow keys, and the way of folding is chosen -----------

export function watchWhole({ root, state, pattern, one, soon }) {
  const canvas = one('.whole canvas');
  const move = (event) => {
    const area = canvas.getBoundingClientRect();
    state.window = centred(pattern, state.window,
      (event.clientY - area.top) / area.height, (event.clientX - area.left) / area.width);
    soon();
  };
  canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); move(event); };
  canvas.onpointermove = (event) => { if (event.buttons) move(event); };
  canvas.onkeydown = (event) => {
    const moved = pushed(pattern, state.window, event.key);
    if (!moved) return;
    event.preventDefault();
    state.window = moved;
    soon();
  };
  const buttons = root.querySelectorAll('.pool button');
  const press = () => buttons.forEach((b) =>
    b.setAttribute('aria-pressed', b.dataset.pool === state.pool));
  buttons.forEach((button) => {
    button.onclick = () => { state.pool = button.dataset.pool; press(); soon(); };
  });
  press();
}
