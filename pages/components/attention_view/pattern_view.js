// One attention pattern: the whole of it, a window at full detail, lines, and weights in the text.
// Pointing never asks the server; a click chooses a query and a key. Tokens reach the page through
// textContent, fillText and nothing else.
const SVG = 'http://www.w3.org/2000/svg';
const CELL_LEAST = 20;
const GAP = 24; // between figures; a little more than the style sheet's, which is in rem
const SEEN = 0.01; // below one per cent a weight is summed with others, never dropped

function read(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const body = bytes.slice(4 + length);
  // Of a long prompt come the square roots of the weights in 16 bits.
  const cells = head.rooted
    ? Float32Array.from(new Uint16Array(body.buffer), (root) => (root / 65535) ** 2)
    : new Float32Array(body.buffer);
  // The lower triangle, row after row: row q begins at q (q + 1) / 2.
  const at = (q, k) => (k > q ? 0 : cells[(q * (q + 1)) / 2 + k]);
  return { head, at };
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!data) return;
  const root = parentElement.querySelector('.view');
  const { head, at } = read(data);
  const { n, labels, words, top } = head;
  const one = (name) => root.querySelector(name);
  root.style.setProperty('--accent', head.accent);

  const state = root.state || (root.state = { pool: 'max', way: 'from' });
  const pinned = { q: head.query, k: head.key };
  state.hover = null;
  state.nodesOf = null; // their handlers belong to the numbers shown before
  const size = n <= head.whole ? n : head.window;
  const clampTo = (v) => Math.max(0, Math.min(n - size, v));
  if (state.stamp !== head.stamp) {
    // A new prompt: the window goes to the pinned query.
    state.stamp = head.stamp;
    state.q0 = clampTo(pinned.q - size + 1);
    state.k0 = clampTo(Math.min(pinned.k - (size >> 1), pinned.q - size + 1));
  } else {
    state.q0 = clampTo(state.q0);
    state.k0 = clampTo(state.k0);
  }
  if (pinned.q < state.q0 || pinned.q >= state.q0 + size) state.q0 = clampTo(pinned.q - (size >> 1));
  if (pinned.k < state.k0 || pinned.k >= state.k0 + size) state.k0 = clampTo(pinned.k - (size >> 1));

  const style = (name, otherwise) =>
    getComputedStyle(root).getPropertyValue(name).trim() || otherwise;
  const ramp = () => {
    const probe = document.createElement('canvas').getContext('2d');
    probe.fillStyle = style('--st-background-color', '#ffffff');
    const value = parseInt(probe.fillStyle.slice(1), 16);
    const dark = ((value >> 16) & 255) + ((value >> 8) & 255) + (value & 255) < 384;
    const rgb = (dark ? head.dark : head.light).map((c) =>
      [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
    return Array.from({ length: 256 }, (_, v) => {
      const where = (v / 255) * (rgb.length - 1);
      const low = Math.min(rgb.length - 2, Math.floor(where));
      return rgb[low].map((c, i) => Math.round(c + (rgb[low + 1][i] - c) * (where - low)));
    });
  };
  const shade = (colours, w, most) => colours[Math.round(255 * Math.min(1, Math.max(0, w / most)))];
  const css = (c) => `rgb(${c[0]},${c[1]},${c[2]})`;
  const inkOn = (c) => (0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] > 140 ? '#14131C' : '#FFFFFF');
  const percent = (w) => (w >= 0.0995 ? `${(100 * w).toFixed(1)}%`
    : w >= 0.00005 ? `${(100 * w).toFixed(2)}%` : w > 0 ? '< 0.01%' : '0%');
  const short = (text, most) => {
    const all = [...text];
    return all.length > most ? `${all.slice(0, most - 1).join('')}…` : text;
  };
  const form = (forms, count) => forms[count === 1 ? 0 : 1];
  const now = () => state.hover || pinned;
  // Weights of a row are shares and add up; the largest of several heads and columns do not.
  const add = (total, w, sums) => (sums ? total + w : Math.max(total, w));
  const sum = (q, from, to) => {
    let total = 0;
    for (let k = from; k < to; k += 1) total = add(total, at(q, k), head.sums);
    return total;
  };
  const fit = (canvas, width, height) => {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const g = canvas.getContext('2d');
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    return g;
  };

  // --- the whole pattern, for long prompts ---------------------------------------------------
  const whole = one('.whole canvas');
  const long = n > size;
  one('.whole').hidden = !long;
  const wholeSide = () => Math.min(230, root.clientWidth);
  const drawWhole = (colours) => {
    if (!long) return;
    const side = wholeSide();
    one('.whole').style.width = `${side}px`; // its caption must not take the room beside it
    const across = Math.min(n, side);
    const signature = `${state.pool} ${side} ${colours[0]} ${colours[255]}`;
    if (state.picture === undefined || state.pictureOf !== data || state.signature !== signature) {
      const value = new Float32Array(across * across);
      const count = new Float32Array(across * across);
      for (let q = 0; q < n; q += 1) {
        const row = Math.floor((q * across) / n) * across;
        for (let k = 0; k <= q; k += 1) {
          const cell = row + Math.floor((k * across) / n);
          const w = at(q, k);
          if (state.pool === 'max') value[cell] = Math.max(value[cell], w);
          else value[cell] += w;
          count[cell] += 1;
        }
      }
      const image = new ImageData(across, across);
      for (let i = 0; i < value.length; i += 1) {
        const w = state.pool === 'max' ? value[i] : value[i] / Math.max(1, count[i]);
        const c = shade(colours, w, top);
        image.data.set([c[0], c[1], c[2], count[i] ? 255 : 0], 4 * i);
      }
      state.picture = document.createElement('canvas');
      state.picture.width = state.picture.height = across;
      state.picture.getContext('2d').putImageData(image, 0, 0);
      state.pictureOf = data;
      state.signature = signature;
    }
    const g = fit(whole, side, side);
    g.imageSmoothingEnabled = false;
    g.drawImage(state.picture, 0, 0, side, side);
    g.strokeStyle = style('--st-border-color', '#ccc');
    g.strokeRect(0.5, 0.5, side - 1, side - 1);
    g.strokeStyle = head.accent;
    g.lineWidth = 2;
    const unit = side / n;
    const across2 = Math.max(8, size * unit);
    g.strokeRect(state.k0 * unit, state.q0 * unit, across2, across2);
  };

  // --- the window at full detail -------------------------------------------------------------
  const detail = one('.detail canvas');
  let plan = null;
  const drawDetail = (colours) => {
    const mono = style('--st-code-font', 'monospace');
    const total = root.clientWidth;
    const beside = long ? wholeSide() + GAP : 0;
    const room = total - beside >= 420 ? total - beside : total;
    const names = labels.slice(state.q0, state.q0 + size);
    const g0 = detail.getContext('2d');
    g0.font = `14px ${mono}`;
    const widest = (list) => Math.max(0, ...list.map((t) => g0.measureText(short(t, 12)).width));
    const left = Math.ceil(widest(names)) + 12;
    const foot = Math.ceil(widest(labels.slice(state.k0, state.k0 + size))) + 12;
    const rest = long ? 1 : 0;
    const limit = long ? Math.min(room, 640) : total >= 680 ? total - 250 : total;
    const cell = Math.max(CELL_LEAST, Math.min(44, Math.floor((limit - left - 2) / (size + rest))));
    const width = left + (size + rest) * cell + 2;
    const height = size * cell + foot + 2;
    plan = { left, cell, rest, width };
    const g = fit(detail, width, height);
    const ink = style('--st-text-color', '#222');
    const line = style('--st-border-color', '#ccc');
    const where = now();
    g.font = `14px ${mono}`;
    g.textBaseline = 'middle';
    const number = (w, c, x, y, wide) => {
      if (w < 0.005) return;
      g.fillStyle = inkOn(c);
      g.textAlign = 'center';
      g.font = `14px ${mono}`;
      // 100 is wider than a small cell: its digits are set closer, not left out.
      g.fillText(String(Math.round(100 * w)), x + wide / 2, y + cell / 2 + 0.5, wide - 1);
    };
    for (let i = 0; i < size; i += 1) {
      const q = state.q0 + i;
      const y = i * cell;
      const chosen = q === where.q;
      g.textAlign = 'right';
      g.fillStyle = ink;
      g.font = `${chosen ? '700 ' : ''}14px ${mono}`;
      g.fillText(short(labels[q], 12), left - 7, y + cell / 2);
      if (rest) {
        const hidden = add(sum(q, 0, Math.min(state.k0, q + 1)), sum(q, state.k0 + size, q + 1),
          head.sums);
        const c = shade(colours, hidden, 1);
        g.fillStyle = css(c);
        g.fillRect(left, y, cell - 4, cell - 1);
        number(hidden, c, left, y, cell - 4);
      }
      for (let j = 0; j < size; j += 1) {
        const k = state.k0 + j;
        if (k > q) continue;
        const w = at(q, k);
        const c = shade(colours, w, top);
        const x = left + (rest + j) * cell;
        g.fillStyle = css(c);
        g.fillRect(x, y, cell - 1, cell - 1);
        number(w, c, x, y, cell - 1);
      }
    }
    g.strokeStyle = line;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(left + rest * cell - 0.5, 0);
    g.lineTo(left + rest * cell - 0.5, size * cell);
    g.moveTo(left, size * cell + 0.5);
    g.lineTo(width, size * cell + 0.5);
    g.stroke();
    g.fillStyle = ink;
    g.textAlign = 'right';
    const under = (text, j, bold) => {
      g.save();
      g.translate(left + j * cell + cell / 2, size * cell + 7);
      g.rotate(-Math.PI / 2);
      g.font = `${bold ? '700 ' : ''}14px ${mono}`;
      g.fillText(text, 0, 0);
      g.restore();
    };
    if (rest) under(words.rest, 0, false);
    for (let j = 0; j < size; j += 1) {
      under(short(labels[state.k0 + j], 12), rest + j, state.k0 + j === where.k);
    }
    const frame = (p, colour, wide) => {
      const i = p.q - state.q0;
      const j = p.k - state.k0;
      if (i < 0 || i >= size) return;
      g.strokeStyle = colour;
      g.lineWidth = 1;
      g.strokeRect(left + rest * cell, i * cell, Math.min(size, p.q - state.k0 + 1) * cell, cell - 1);
      if (j < 0 || j >= size || p.k > p.q) return;
      g.lineWidth = wide;
      g.strokeRect(left + (rest + j) * cell, i * cell, cell - 1, cell - 1);
    };
    frame(pinned, head.accent, 3);
    if (state.hover) frame(state.hover, ink, 2);
    one('.detail .axes').textContent = long
      ? words.axes_long.replace('{from}', state.q0).replace('{to}', state.q0 + size - 1)
        .replace('{kfrom}', state.k0).replace('{kto}', state.k0 + size - 1)
      : words.axes;
    const bar = one('.legend');
    bar.style.background = `linear-gradient(to right, ${[0, 64, 128, 191, 255]
      .map((v) => css(colours[v])).join(',')})`;
    one('.most').textContent = top < 1 ? `${percent(top)} +` : percent(top);
  };

  // --- lines between two columns of tokens -----------------------------------------------------
  const svg = one('.lines svg');
  const drawLines = () => {
    const rows = size;
    const free = root.clientWidth - plan.width - GAP - (long ? wholeSide() + GAP : 0);
    const beside = free >= 226;
    const high = beside ? plan.cell : 24; // beside the matrix, its rows go on
    const width = beside ? Math.min(free, 360) : Math.min(560, root.clientWidth);
    const side = Math.max(20, Math.min(112, Math.floor((width - 50) / 2)));
    const letters = Math.floor((side - 10) / 8.6);
    const extra = long ? 1 : 0;
    const height = (rows + extra) * high;
    svg.setAttribute('width', width);
    svg.setAttribute('height', height);
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const where = now();
    const parts = [];
    const y = (i) => (i + extra) * high + high / 2;
    const path = (i, j, w) => {
      const p = document.createElementNS(SVG, 'path');
      const x0 = side;
      const x1 = width - side;
      const yj = j < 0 ? high / 2 : y(j);
      const middle = (x0 + x1) / 2;
      p.setAttribute('d', `M${x0},${y(i)} C${middle},${y(i)} ${middle},${yj} ${x1},${yj}`);
      p.setAttribute('stroke-width', (1 + 7 * w).toFixed(2));
      p.setAttribute('stroke-opacity', Math.min(1, 0.12 + 0.88 * w).toFixed(3));
      if (j < 0) p.setAttribute('stroke-dasharray', '4 4');
      parts.push(p);
    };
    const toward = state.hover && state.hover.from === 'key';
    for (let i = 0; i < rows; i += 1) {
      const q = state.q0 + i;
      if (!toward && q !== where.q) continue;
      let unseen = extra ? add(sum(q, 0, Math.min(state.k0, q + 1)),
        sum(q, state.k0 + size, q + 1), head.sums) : 0;
      for (let j = 0; j < size; j += 1) {
        const k = state.k0 + j;
        if (k > q || (toward && k !== where.k)) continue;
        const w = at(q, k);
        if (w >= SEEN) path(i, j, w); else unseen = add(unseen, w, head.sums);
      }
      if (!toward && extra && unseen >= SEEN) path(i, -1, unseen);
    }
    const token = (i, index, right) => {
      const node = document.createElementNS(SVG, 'g');
      node.setAttribute('class', 'node');
      const box = document.createElementNS(SVG, 'rect');
      box.setAttribute('x', right ? width - side : 0);
      box.setAttribute('y', y(i) - high / 2);
      box.setAttribute('width', side);
      box.setAttribute('height', high);
      const text = document.createElementNS(SVG, 'text');
      text.setAttribute('x', right ? width - side + 8 : side - 8);
      text.setAttribute('y', y(i) + 5);
      text.setAttribute('text-anchor', right ? 'start' : 'end');
      const on = right ? index === where.k : index === where.q;
      if (on) text.setAttribute('class', 'on');
      text.textContent = short(labels[index], letters);
      node.append(box, text);
      node.onpointerenter = () => point(right
        ? { q: Math.max(pinned.q, index), k: index, from: 'key' }
        : { q: index, k: strongest(index), from: 'query' });
      node.onclick = () => choose(right ? { q: Math.max(pinned.q, index), k: index }
        : { q: index, k: strongest(index) });
      return node;
    };
    if (extra) {
      const text = document.createElementNS(SVG, 'text');
      text.setAttribute('x', width - side + 8);
      text.setAttribute('y', high / 2 + 5);
      text.textContent = words.rest;
      parts.push(text);
    }
    if (!svg.querySelector('.nodes') || state.nodesOf !== `${head.stamp} ${state.q0} ${state.k0} ${width}`) {
      const nodes = document.createElementNS(SVG, 'g');
      nodes.setAttribute('class', 'nodes');
      for (let i = 0; i < rows; i += 1) {
        nodes.append(token(i, state.q0 + i, false), token(i, state.k0 + i, true));
      }
      const lines = document.createElementNS(SVG, 'g');
      lines.setAttribute('class', 'paths');
      svg.replaceChildren(lines, nodes);
      svg.onpointerleave = () => point(null);
      state.nodesOf = `${head.stamp} ${state.q0} ${state.k0} ${width}`;
    } else {
      // Only the weight of the labels changes: new nodes under the pointer would fire again.
      svg.querySelectorAll('.node').forEach((node, index) => {
        const right = index % 2 === 1;
        const token = (right ? state.k0 : state.q0) + (index >> 1);
        const on = right ? token === where.k : token === where.q;
        node.querySelector('text').setAttribute('class', on ? 'on' : '');
      });
    }
    svg.querySelector('.paths').replaceChildren(...parts);
  };
  const strongest = (q) => {
    let best = 0;
    for (let k = 1; k <= q; k += 1) if (at(q, k) > at(q, best)) best = k;
    return best;
  };

  // --- weights in the text ---------------------------------------------------------------------
  const text = one('.text');
  const REACH = 160; // tokens of a long text that are written out around the query
  const drawText = (colours) => {
    const where = now();
    const from = state.way === 'from';
    const centre = pinned.q;
    const start = Math.max(0, Math.min(centre - REACH + 20, n - REACH));
    const end = Math.min(n, start + REACH);
    const weight = (i) => (from ? at(where.q, i) : at(i, where.q));
    let most = 0.2; // a row without any preference stays pale
    for (let i = 0; i < n; i += 1) most = Math.max(most, weight(i));
    const stamp = `${head.stamp} ${start} ${end}`;
    if (state.textOf !== stamp) {
      state.textOf = stamp;
      const out = document.createDocumentFragment();
      const before = document.createElement('span');
      before.className = 'rest before';
      const after = document.createElement('span');
      after.className = 'rest after';
      out.append(before);
      for (let i = start; i < end; i += 1) {
        const chip = document.createElement('span');
        chip.className = 't';
        chip.dataset.index = i;
        for (const character of labels[i]) {
          if ('␣⏎⇥␍⍽'.includes(character)) {
            const mark = document.createElement('span');
            mark.className = 'mark';
            mark.textContent = character;
            chip.append(mark);
          } else chip.append(character);
        }
        out.append(chip, document.createElement(labels[i].endsWith('⏎') ? 'br' : 'wbr'));
      }
      out.append(after);
      text.replaceChildren(out);
    }
    text.querySelectorAll('.t').forEach((chip) => {
      const i = Number(chip.dataset.index);
      const w = weight(i);
      const blank = from ? i > where.q : i < where.q;
      const c = shade(colours, w, most);
      chip.style.background = blank ? 'transparent' : css(c);
      chip.style.color = blank ? 'inherit' : inkOn(c);
      chip.style.opacity = blank ? 0.55 : 1;
      chip.classList.toggle('q', i === where.q);
      chip.title = blank ? '' : percent(w);
    });
    let before = 0;
    let after = 0;
    const sums = from && head.sums;
    for (let i = 0; i < start; i += 1) before = add(before, weight(i), sums);
    for (let i = end; i < n; i += 1) after = add(after, weight(i), sums);
    const tell = (count, w) => (count
      ? form(sums ? words.outside : words.outside_to, count).replace('{n}', count).replace('{w}', percent(w)) : '');
    one('.text .before').textContent = tell(start, before);
    one('.text .after').textContent = tell(n - end, after);
    root.querySelectorAll('.way button').forEach((b) =>
      b.setAttribute('aria-pressed', b.dataset.way === state.way));
  };

  // --- one line that says it -------------------------------------------------------------------
  const say = () => {
    const where = now();
    const out = [];
    const bold = (i) => {
      const b = document.createElement('b');
      b.textContent = `${labels[i]}`;
      return b;
    };
    const toward = (state.hover && state.hover.from === 'key') || state.way === 'to';
    const target = state.hover && state.hover.from === 'key' ? where.k : where.q;
    const list = [];
    if (toward) for (let q = target; q < n; q += 1) list.push([at(q, target), q]);
    else for (let k = 0; k <= where.q; k += 1) list.push([at(where.q, k), k]);
    list.sort((a, b) => b[0] - a[0]);
    const shown = list.slice(0, 5).filter(([w]) => w >= SEEN);
    out.push(bold(toward ? target : where.q), ` (${toward ? target : where.q}) `,
      toward ? words.looked_at : words.looks_at, ' ');
    shown.forEach(([w, i], index) => {
      if (index) out.push(', ');
      out.push(bold(i), ` (${i}) ${percent(w)}`);
    });
    if (!shown.length) out.push(words.nobody);
    const others = list.slice(shown.length);
    if (others.length) {
      const rest = others.reduce((total, [w]) => total + w, 0);
      out.push(toward || !head.sums
        ? form(words.others_to, others.length).replace('{n}', others.length)
          .replace('{w}', percent(Math.max(0, ...others.map(([w]) => w))))
        : form(words.others, others.length).replace('{n}', others.length).replace('{w}', percent(rest)));
    }
    if (!toward && !shown.some(([, i]) => i === where.k) && where.k <= where.q) {
      out.push(' · ', bold(where.k), ` (${where.k}) ${percent(at(where.q, where.k))}`);
    }
    one('.say').replaceChildren(...out);
  };

  let queued = false;
  const draw = () => {
    queued = false;
    if (root.clientWidth < 1) return; // not laid out yet: the observer below calls again
    const colours = ramp();
    drawWhole(colours);
    drawDetail(colours);
    drawLines();
    drawText(colours);
    say();
  };
  const soon = () => {
    if (!queued) { queued = true; requestAnimationFrame(draw); }
  };
  const point = (where) => {
    const same = (a, b) => a === b || (a && b && a.q === b.q && a.k === b.k && a.from === b.from);
    if (!same(where, state.hover)) { state.hover = where; soon(); }
  };
  const choose = ({ q, k }) => setTriggerValue('pick', [q, k]);

  const cellAt = (event) => {
    const area = detail.getBoundingClientRect();
    const j = Math.floor((event.clientX - area.left - plan.left) / plan.cell) - plan.rest;
    const i = Math.floor((event.clientY - area.top) / plan.cell);
    if (i < 0 || i >= size || j >= size) return null;
    const q = state.q0 + i;
    if (j < 0) return { q, k: strongest(q), from: 'query' };
    const k = state.k0 + j;
    return k > q ? null : { q, k, from: 'cell' };
  };
  detail.onpointermove = (event) => point(cellAt(event));
  detail.onpointerleave = () => point(null);
  detail.onclick = (event) => { const c = cellAt(event); if (c) choose(c); };
  detail.onkeydown = (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const where = now();
    if (event.key in steps) {
      event.preventDefault();
      const q = Math.max(0, Math.min(n - 1, where.q + steps[event.key][0]));
      const k = Math.max(0, Math.min(q, where.k + steps[event.key][1]));
      if (q < state.q0 || q >= state.q0 + size) state.q0 = clampTo(q - (size >> 1));
      if (k < state.k0 || k >= state.k0 + size) state.k0 = clampTo(k - (size >> 1));
      point({ q, k, from: 'cell' });
    } else if (event.key === 'Enter') choose(where);
  };
  const move = (event) => {
    const area = whole.getBoundingClientRect();
    state.k0 = clampTo(Math.round(((event.clientX - area.left) / area.width) * n - size / 2));
    state.q0 = clampTo(Math.round(((event.clientY - area.top) / area.height) * n - size / 2));
    soon();
  };
  whole.onpointerdown = (event) => { whole.setPointerCapture(event.pointerId); move(event); };
  whole.onpointermove = (event) => { if (event.buttons) move(event); };
  whole.onkeydown = (event) => {
    const by = Math.max(1, size >> 1);
    const steps = { ArrowUp: [-by, 0], ArrowDown: [by, 0], ArrowLeft: [0, -by], ArrowRight: [0, by] };
    if (!(event.key in steps)) return;
    event.preventDefault();
    state.q0 = clampTo(state.q0 + steps[event.key][0]);
    state.k0 = clampTo(state.k0 + steps[event.key][1]);
    soon();
  };
  root.querySelectorAll('.pool button').forEach((b) => {
    b.setAttribute('aria-pressed', b.dataset.pool === state.pool);
    b.onclick = () => {
      state.pool = b.dataset.pool;
      root.querySelectorAll('.pool button').forEach((o) =>
        o.setAttribute('aria-pressed', o.dataset.pool === state.pool));
      soon();
    };
  });
  root.querySelectorAll('.way button').forEach((b) => {
    b.onclick = () => { state.way = b.dataset.way; soon(); };
  });
  const chip = (event) => event.target.closest && event.target.closest('.t');
  text.onpointerover = (event) => {
    const c = chip(event);
    if (c) {
      const i = Number(c.dataset.index);
      point({ q: i, k: strongest(i), from: 'query' });
    }
  };
  text.onpointerleave = () => point(null);
  text.onclick = (event) => {
    const c = chip(event);
    if (c) { const i = Number(c.dataset.index); choose({ q: i, k: strongest(i) }); }
  };
  root.querySelectorAll('[data-word]').forEach((node) => {
    node.textContent = words[node.dataset.word];
  });
  detail.setAttribute('aria-label', head.alt);
  one('.lines').hidden = n < 2;
  draw();
  if (state.observer) state.observer.disconnect();
  let last = root.clientWidth;
  state.observer = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - last) > 1) { last = root.clientWidth; soon(); }
  });
  state.observer.observe(root);
  return () => state.observer && state.observer.disconnect();
}
