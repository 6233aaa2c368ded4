// One block as a diagram: its vectors as strips of colour beside the residual stream. Pointing
// names a dimension and its value, clicking a station opens its arithmetic.
import { make } from '../shared/dom.js';
import { localised } from '../shared/number.js';
import { onChoose } from '../shared/point.js';
import { mix, stopsOf } from '../shared/ramp.js';
import { fill } from '../shared/token.js';
import { fingerprint, unpack } from '../shared/wire.js';

// The dimension under the pointer of a strip.
export function dimensionAt(x, box, n) {
  return Math.min(n - 1, Math.max(0, Math.floor(((x - box.left) / box.width) * n)));
}

// A number in four digits, with the true minus sign.
export function written(value) {
  return localised(String(Number(value.toPrecision(4))).replace('-', '−'));
}

function stripOf(station, stops) {
  const strip = make('div', 'strip');
  const canvas = make('canvas');
  canvas.width = station.values.length;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  const image = context.createImageData(station.values.length, 1);
  station.values.forEach((value, at) => {
    image.data.set([...mix(stops, 0.5 + value / (2 * station.bound)), 255], 4 * at);
  });
  context.putImageData(image, 0, 0);
  strip.append(canvas);
  return strip;
}

function railOf(station) {
  const rail = make('div', 'rail');
  rail.append(make('div', 'arm'));
  if (station.dot) rail.append(make('div', 'dot', station.dot));
  return rail;
}

function lineOf(station, index, isChosen, stops) {
  const pick = station.pick ? ' pick' : '';
  const line = make('div', `station ${station.role}${pick}${isChosen ? ' on' : ''}`);
  line.dataset.index = index;
  line.setAttribute('role', station.pick ? 'button' : 'img');
  line.setAttribute('aria-label', `${station.name}: ${station.what}, ${station.length}`);
  if (station.pick) line.tabIndex = 0;
  const name = make('div', 'name');
  name.append(make('code', '', station.name), make('span', 'what', station.what));
  line.append(
    railOf(station), name, stripOf(station, stops), make('div', 'length', station.length));
  return line;
}

// What is under the pointer: a dimension of a vector, or how to find one.
function told(data, event) {
  const line = event.target.closest('.station');
  const canvas = event.target.closest('canvas');
  if (!line || !canvas) return data.hint;
  const { name, values } = data.stations[Number(line.dataset.index)];
  const at = dimensionAt(event.clientX, canvas.getBoundingClientRect(), values.length);
  return fill(data.point, { name, dim: at, value: written(values[at]) });
}

function listen(flow, note, data, setTriggerValue) {
  const choose = (line) => setTriggerValue('pick', Number(line.dataset.index));
  flow.onpointermove = (event) => { note.textContent = told(data, event); };
  flow.onpointerleave = () => { note.textContent = data.hint; };
  onChoose(flow, '.station.pick', choose, () => null);
}

export default function (component) {
  const { parentElement, setTriggerValue } = component;
  const flow = parentElement.querySelector('.flow');
  const note = parentElement.querySelector('.note');
  if (!component.data || !flow) return;
  const { head: data, arrays } = unpack(component.data);
  data.stations.forEach((station, index) => { station.values = arrays[index]; });
  const stops = stopsOf(flow, 'diverging');
  const stamp = `${fingerprint(component.data)} ${data.chosen} ${stops}`;
  if (flow.dataset.stamp !== stamp) {
    // Idempotent: the same data draws nothing anew, so pointing survives a re-run.
    flow.dataset.stamp = stamp;
    flow.replaceChildren(...data.stations.map((station, index) =>
      lineOf(station, index, station.name === data.chosen, stops)));
    note.textContent = data.hint;
  }
  listen(flow, note, data, setTriggerValue);
}
