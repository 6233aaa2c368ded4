// One block, opened in place: its heads as small pictures, its loudest neurons, its lengths.
import { painted } from '../shared/canvas.js';
import { make } from '../shared/dom.js';
import { shade, stepsOf } from '../shared/ramp.js';
import { fill } from '../shared/token.js';

// Where a head or a block is seen whole: the second and the third of the places of `go`.
const HEAD_PAGE = 2;
const BLOCK_PAGE = 3;
const SIZE = 76;

function pictureOf({ open, patterns, steps }, head) {
  const cells = open.size * open.size;
  const own = patterns.subarray(head * cells, (head + 1) * cells);
  const canvas = painted(open.size, open.size, (i) => [...shade(steps, own[i], 255), 255]);
  canvas.style.width = canvas.style.height = `${SIZE}px`;
  return canvas;
}

function headsShown(shown, words, go) {
  const list = make('div', 'pictures');
  list.append(...shown.open.kinds.map((kind, head) => {
    const made = make('button', 'picture');
    made.type = 'button';
    const name = fill(words.one_head, { layer: shown.open.layer, head, kind });
    made.setAttribute('aria-label', name);
    made.title = name;
    made.append(pictureOf(shown, head), make('span', '', `${head} · ${kind}`));
    made.onclick = () => go(HEAD_PAGE, shown.open.layer, head);
    return made;
  }));
  return list;
}

function neuronsShown(open) {
  const list = make('ol', 'neurons');
  list.append(...open.neurons.map(([name, loud, share, raised]) => {
    const line = make('li');
    line.style.setProperty('--w', `${Math.round(100 * share)}%`);
    line.append(make('span', 'name', name), make('span', 'loud', loud), make('span', 'raised', raised));
    return line;
  }));
  return list;
}

function buttonOf(text, press, kind = '') {
  const made = make('button', kind, text);
  made.type = 'button';
  made.onclick = press;
  return made;
}

export function drawOpened(view, { go, close }) {
  const { opened, data, patterns, sequential } = view;
  const { open, words } = data;
  if (!open) { opened.replaceChildren(); return; }
  const shown = { open, patterns, steps: stepsOf(sequential, Math.sqrt) };
  const head = make('div', 'line');
  head.append(make('h3', '', fill(words.opened, open)), buttonOf(`✕ ${words.close}`, close));
  opened.replaceChildren(
    head,
    ...open.lines.map((line) => make('p', '', line)),
    make('h4', '', words.heads), headsShown(shown, words, go),
    make('h4', '', words.neurons), neuronsShown(open),
    buttonOf(`${words.to_layers} →`, () => go(BLOCK_PAGE, open.layer, 0), 'go-on'),
  );
}
