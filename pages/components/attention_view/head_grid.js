// All heads of all layers as small pictures. Pointing previews, clicking (or Enter) pins.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!data) return;
  const root = parentElement.querySelector('.grid');
  const canvas = root.querySelector('.tiles canvas');
  const preview = root.querySelector('.preview canvas');
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const cells = bytes.subarray(4 + length);
  const { layers, heads, size, scores, names, order, words } = head;
  const box = size * size;

  const state = root.state || (root.state = {});
  state.at = head.picked; // after a re-run the pinned head is the one to show
  const style = (name, otherwise) =>
    getComputedStyle(root).getPropertyValue(name).trim() || otherwise;
  const isDark = () => {
    const probe = document.createElement('canvas').getContext('2d');
    probe.fillStyle = style('--st-background-color', '#ffffff');
    const value = parseInt(probe.fillStyle.slice(1), 16);
    return ((value >> 16) & 255) + ((value >> 8) & 255) + (value & 255) < 384;
  };
  const table = (stops) => {
    const rgb = stops.map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
    return Array.from({ length: 256 }, (_, v) => {
      // Square root: faint stripes stay visible in a small picture.
      const at = Math.sqrt(v / 255) * (rgb.length - 1);
      const low = Math.min(rgb.length - 2, Math.floor(at));
      return rgb[low].map((c, i) => Math.round(c + (rgb[low + 1][i] - c) * (at - low)));
    });
  };
  const picture = (index, colours) => {
    const image = new ImageData(size, size);
    for (let i = 0; i < box; i += 1) {
      const future = i % size > Math.floor(i / size);
      const c = colours[cells[index * box + i]];
      image.data.set([c[0], c[1], c[2], future ? 0 : 255], 4 * i);
    }
    const tile = document.createElement('canvas');
    tile.width = tile.height = size;
    tile.getContext('2d').putImageData(image, 0, 0);
    return tile;
  };

  // The places of the tiles: layers x heads, or one after another when sorted.
  const sorted = order !== null;
  const shown = sorted ? order : Array.from({ length: layers * heads }, (_, i) => i);
  const place = () => {
    const width = Math.max(260, root.querySelector('.tiles').clientWidth);
    const left = sorted ? 0 : 42;
    const columns = sorted ? Math.max(4, Math.floor(width / 68)) : heads;
    const step = Math.min(sorted ? 68 : 66, Math.floor((width - left) / columns));
    const gap = step > 30 ? 8 : 3;
    const label = sorted ? 22 : 0;
    const bar = scores ? 7 : 0;
    const top = sorted ? 0 : 24;
    const rows = Math.ceil(shown.length / columns);
    return { left, top, columns, step, side: step - gap, bar, label, rows,
      high: step + bar + label, width: left + columns * step };
  };

  const draw = () => {
    const p = place();
    state.p = p;
    const ratio = window.devicePixelRatio || 1;
    const height = p.top + p.rows * p.high + 2;
    canvas.width = p.width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${p.width}px`;
    canvas.style.height = `${height}px`;
    const g = canvas.getContext('2d');
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.imageSmoothingEnabled = size > p.side;
    const colours = table(isDark() ? head.dark : head.light);
    const ink = style('--st-text-color', '#222');
    const mono = style('--st-code-font', 'monospace');
    g.font = `14px ${mono}`;
    g.textBaseline = 'middle';
    if (!sorted) {
      g.fillStyle = ink;
      g.textAlign = 'center';
      const every = p.step >= 26 ? 1 : 2;
      for (let h = 0; h < heads; h += every) {
        g.fillText(`H${h}`, p.left + h * p.step + p.side / 2, 10);
      }
      g.textAlign = 'right';
      for (let l = 0; l < layers; l += 1) {
        g.fillText(`L${l}`, p.left - 8, p.top + l * p.high + p.side / 2);
      }
    }
    shown.forEach((index, slot) => {
      const x = p.left + (slot % p.columns) * p.step;
      const y = p.top + Math.floor(slot / p.columns) * p.high;
      g.drawImage(picture(index, colours), x, y, p.side, p.side);
      g.lineWidth = 1;
      g.strokeStyle = style('--st-border-color', '#ccc');
      g.strokeRect(x + 0.5, y + 0.5, p.side - 1, p.side - 1);
      if (scores && scores[index] !== null) {
        g.fillStyle = style('--st-border-color', '#ccc');
        g.fillRect(x, y + p.side + 2, p.side, 4);
        g.fillStyle = head.accent;
        g.fillRect(x, y + p.side + 2, p.side * Math.min(1, scores[index]), 4);
      }
      if (sorted) {
        g.fillStyle = ink;
        g.textAlign = 'center';
        g.fillText(`L${Math.floor(index / heads)}.H${index % heads}`, x + p.side / 2,
          y + p.side + p.bar + 10);
      }
      if (index === head.picked || index === state.at) {
        g.lineWidth = index === head.picked ? 3 : 2;
        g.strokeStyle = index === head.picked ? head.accent : ink;
        g.strokeRect(x - 1, y - 1, p.side + 2, p.side + 2);
      }
    });
    show(colours);
  };
  const show = (colours) => {
    const at = state.at;
    const g = preview.getContext('2d');
    preview.width = preview.height = size;
    g.clearRect(0, 0, size, size);
    g.drawImage(picture(at, colours), 0, 0);
    root.querySelector('.name').textContent = `L${Math.floor(at / heads)}.H${at % heads}`;
    const score = scores && scores[at] !== null
      ? `\n${words.score}: ${(100 * scores[at]).toFixed(1)}%` : '';
    root.querySelector('.what').textContent = names[at] + score;
    canvas.setAttribute('aria-label',
      `${words.grid} L${Math.floor(at / heads)}.H${at % heads}: ${names[at]}${score}`);
  };
  const under = (event) => {
    const p = state.p;
    const area = canvas.getBoundingClientRect();
    const scale = p.width / area.width;
    const column = Math.floor(((event.clientX - area.left) * scale - p.left) / p.step);
    const row = Math.floor(((event.clientY - area.top) * scale - p.top) / p.high);
    if (column < 0 || column >= p.columns || row < 0 || row >= p.rows) return null;
    const slot = row * p.columns + column;
    return slot < shown.length ? shown[slot] : null;
  };
  const pin = (index) => setTriggerValue('pick', [Math.floor(index / heads), index % heads]);
  canvas.onpointermove = (event) => {
    const index = under(event);
    if (index !== null && index !== state.at) { state.at = index; draw(); }
  };
  canvas.onpointerleave = () => {
    if (state.at !== head.picked) { state.at = head.picked; draw(); }
  };
  canvas.onclick = (event) => { const index = under(event); if (index !== null) pin(index); };
  canvas.onkeydown = (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: state.p.columns,
      ArrowUp: -state.p.columns };
    if (event.key in steps) {
      event.preventDefault();
      const slot = shown.indexOf(state.at) + steps[event.key];
      if (slot >= 0 && slot < shown.length) { state.at = shown[slot]; draw(); }
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      pin(state.at);
    }
  };
  draw();
  if (state.observer) state.observer.disconnect();
  let last = root.clientWidth;
  state.observer = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - last) > 1) { last = root.clientWidth; draw(); }
  });
  state.observer.observe(root);
  return () => state.observer && state.observer.disconnect();
}
