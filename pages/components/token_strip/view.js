// The tokens of a text in a row: pointing says what one is, a click chooses it.
import { make } from '../shared/dom.js';
import { besides, onChoose, onPoint } from '../shared/point.js';
import { describe, write } from '../shared/token.js';

const INK_TURNS = 0.75; // from here on the page's colour stands out more than its ink

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const strip = parentElement.querySelector('.strip');
  const note = parentElement.querySelector('.note');
  if (!data || !strip) return;
  const stamp = JSON.stringify(data);
  if (strip.dataset.stamp !== stamp) {
    // Idempotent: the same data draws nothing anew, so pointing survives a re-run.
    strip.dataset.stamp = stamp;
    draw(strip, data);
    note.textContent = data.hint;
  }
  onPoint(strip, '.token', (chip) => {
    note.textContent = chip ? chip.getAttribute('aria-label') : data.hint;
  });
  const chips = [...strip.querySelectorAll('.token')];
  const choose = (chip) => setTriggerValue('pick', chips.indexOf(chip));
  onChoose(strip, '.token', data.pick ? choose : null, (chip, step) =>
    besides(chips, chip, step));
}

function draw(strip, data) {
  strip.className = data.pick ? 'strip pick' : 'strip';
  strip.setAttribute('role', data.pick ? 'group' : 'list');
  strip.style.setProperty('--lines', data.lines);
  strip.replaceChildren(data.cut ? '… ' : '');
  data.tokens.forEach((token, index) => {
    strip.append(chipOf(data, token, index), make(token.t.endsWith('⏎') ? 'br' : 'wbr'));
  });
  bringIntoSight(strip, strip.querySelector('.chosen'));
}

function chipOf(data, token, index) {
  const chosen = index === data.chosen;
  const kinds = { split: token.s, group: token.g, chosen };
  const chip = make('span', ['token', ...Object.keys(kinds).filter((kind) => kinds[kind])].join(' '));
  describe(chip, token.n, { pick: data.pick, first: index === Math.max(0, data.chosen), chosen });
  shade(chip, data, token.v, index);
  return write(chip, token.t);
}

// Colours in turn, or the page's own by a token's share.
function shade(chip, data, share, index) {
  if (share === null) {
    chip.style.setProperty('--c', data.colours[index % data.colours.length]);
    return;
  }
  const part = `${Math.round(100 * share)}%`;
  chip.style.background = `color-mix(in srgb, var(--st-primary-color) ${part}, transparent)`;
  if (share > INK_TURNS) chip.style.color = 'var(--st-background-color)';
}

function bringIntoSight(strip, chip) {
  if (!chip) return;
  const above = chip.offsetTop < strip.scrollTop;
  const below = chip.offsetTop + chip.offsetHeight > strip.scrollTop + strip.clientHeight;
  if (above || below) strip.scrollTop = chip.offsetTop - strip.clientHeight / 2;
}
