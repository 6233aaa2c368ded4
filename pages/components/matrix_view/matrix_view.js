// A matrix drawn on canvases: pointing reads a cell, arrow keys walk, clicking chooses.
// The numbers come as bytes: four bytes of header length, a JSON header, the values.
// Nothing that a person typed reaches the page but through textContent.

function unpack(bytes) {
  const copy = bytes.slice().buffer; // aligned: the message's own buffer may start anywhere
  const length = new DataView(copy).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(copy, 4, length)));
  const start = 4 + length + ((4 - (length % 4)) % 4);
  const values = head.type === 'u1' ? new Uint8Array(copy, start) : new Float32Array(copy, start);
  return { head, values };
}

const hex = (c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16));

function isDark(element) {
  const probe = document.createElement('span');
  probe.style.color = 'var(--st-background-color)';
  element.appendChild(probe);
  const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) || [255, 255, 255]).map(Number);
  probe.remove();
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}

function lookup(stops) {
  const colours = stops.map(hex);
  return (part) => {
    const at = Math.min(1, Math.max(0, part)) * (colours.length - 1);
    const low = Math.min(colours.length - 2, Math.floor(at));
    return colours[low].map((c, i) => Math.round(c + (at - low) * (colours[low + 1][i] - c)));
  };
}

export default function(component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.matrix');
  const note = parentElement.querySelector('.note');
  if (!data || !root) return;
  const dark = isDark(root);
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  let sum = bytes.length;
  for (let i = 0; i < bytes.length; i += 1 + (bytes.length >> 14)) sum = (sum * 31 + bytes[i]) | 0;
  const stamp = `${sum} ${dark}`;
  if (root.dataset.stamp === stamp) return; // idempotent: pointing survives a re-run
  root.dataset.stamp = stamp;

  const { head, values } = unpack(bytes);
  const { rows, cols, blocks } = head;
  const size = rows * cols;
  const value = head.type === 'u1'
    ? (b, r, c) => head.low + head.step * values[b * size + r * cols + c]
    : (b, r, c) => values[b * size + r * cols + c];
  const colour = lookup(dark ? head.dark : head.light);
  const part = (v) => (head.signed ? (v / head.bound + 1) / 2 : v / head.bound);
  const number = (v) => {
    const text = Math.abs(v).toFixed(head.digits);
    return head.plus ? (v < 0 ? '−' : '+') + text : (v < 0 ? '−' : '') + text;
  };
  const row = (r) => (head.rowLabels ? head.rowLabels[r] : r);
  const col = (c) => (head.colLabels ? head.colLabels[c] : c);

  const out = document.createDocumentFragment();
  const views = [];
  blocks.forEach((title, b) => {
    if (title) {
      const name = document.createElement('div');
      name.className = 'title';
      name.textContent = title;
      out.appendChild(name);
    }
    const frame = document.createElement('div');
    frame.className = 'frame';
    const labels = document.createElement('div');
    labels.className = 'rows';
    if (head.square) {
      frame.classList.add('square');
      const box = document.createElement('div');
      box.className = 'ticks down';
      head.ticks.forEach((t) => {
        const tick = document.createElement('span');
        tick.textContent = t;
        tick.style.top = `${(100 * (t + 0.5)) / rows}%`;
        box.appendChild(tick);
      });
      labels.appendChild(box);
    } else {
      for (let r = 0; r < rows; r += 1) {
        const text = document.createElement('div');
        text.textContent = row(r);
        text.style.height = `${head.rowHeight}px`;
        text.style.lineHeight = `${head.rowHeight}px`;
        if (r === head.chosen[0]) text.className = 'chosen';
        labels.appendChild(text);
      }
    }
    const paper = document.createElement('div');
    paper.className = 'paper';
    const canvas = document.createElement('canvas');
    canvas.width = cols;
    canvas.height = rows;
    if (!head.square) canvas.style.height = `${rows * head.rowHeight}px`;
    const picture = canvas.getContext('2d');
    const image = picture.createImageData(cols, rows);
    for (let r = 0; r < rows; r += 1) {
      for (let c = 0; c < cols; c += 1) {
        const [red, green, blue] = colour(part(value(b, r, c)));
        image.data.set([red, green, blue, 255], 4 * (r * cols + c));
      }
    }
    picture.putImageData(image, 0, 0);
    const across = document.createElement('div');
    across.className = 'line across';
    const down = document.createElement('div');
    down.className = 'line down';
    paper.append(canvas, across, down);
    frame.append(labels, paper);
    out.appendChild(frame);
    views.push({ paper, across, down });
  });

  const scale = document.createElement('div');
  scale.className = 'ticks along inset';
  const room = root.clientWidth ? root.clientWidth - 8.9 * head.room - 10 : 1000;
  if (head.colLabels && cols <= 48 && room / cols >= 15) {
    scale.classList.add('names');
    head.colLabels.forEach((text, c) => {
      const tick = document.createElement('span');
      tick.textContent = text;
      tick.style.left = `${(100 * (c + 0.5)) / cols}%`;
      if (head.marked.includes(c)) tick.className = 'chosen';
      scale.appendChild(tick);
    });
    const longest = Math.max(...head.colLabels.map((t) => t.length));
    scale.style.height = `${Math.min(120, 14 + 7 * longest)}px`;
  } else {
    head.ticks.forEach((t) => {
      const tick = document.createElement('span');
      tick.textContent = t;
      tick.style.left = `${(100 * (t + 0.5)) / cols}%`;
      scale.appendChild(tick);
    });
  }
  out.appendChild(scale);
  const caption = document.createElement('div');
  caption.className = 'axis inset';
  caption.textContent = head.axis;
  out.appendChild(caption);
  const ramp = document.createElement('div');
  ramp.className = 'ramp inset';
  const [low, bar, high] = ['span', 'span', 'span'].map((t) => document.createElement(t));
  const end = head.say.includes('{p0}')
    ? `${(100 * head.bound).toFixed(0)}%` : head.bound.toFixed(2);
  low.textContent = head.signed ? `−${end}` : '0';
  high.textContent = (head.signed ? '+' : '') + end;
  bar.className = 'bar';
  bar.style.background = `linear-gradient(to right, ${(dark ? head.dark : head.light).join(', ')})`;
  ramp.append(low, bar, high);
  out.appendChild(ramp);
  root.replaceChildren(out);
  root.style.setProperty('--room', head.square ? '3rem' : `${Math.round(8.9 * head.room) + 10}px`);

  const at = { r: Math.max(0, head.chosen[0]), c: Math.max(0, head.chosen[1]) };
  const say = () => {
    let text = head.say.replaceAll('{row}', row(at.r)).replaceAll('{col}', col(at.c));
    blocks.forEach((_title, b) => {
      const v = value(b, at.r, at.c);
      text = text.replaceAll(`{v${b}}`, number(v)).replaceAll(`{p${b}}`, `${(100 * v).toFixed(1)}%`);
    });
    note.textContent = text;
  };
  const mark = (on) => {
    views.forEach(({ across, down }) => {
      across.style.display = down.style.display = on ? 'block' : 'none';
      across.style.top = `${(100 * at.r) / rows}%`;
      across.style.height = `${100 / rows}%`;
      down.style.left = `${(100 * at.c) / cols}%`;
      down.style.width = `${100 / cols}%`;
    });
  };
  const rest = () => {
    if (head.chosen[1] >= 0) {
      [at.r, at.c] = head.chosen;
      mark(true);
      if (head.hint) note.textContent = head.hint;
      else say();
    } else {
      mark(false);
      note.textContent = head.hint;
    }
  };
  const point = (event, paper) => {
    const box = paper.getBoundingClientRect();
    at.c = Math.min(cols - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * cols)));
    at.r = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
    mark(true);
    say();
  };
  views.forEach(({ paper }) => {
    paper.onpointermove = (event) => point(event, paper);
    paper.onpointerleave = rest;
    paper.onclick = (event) => {
      point(event, paper);
      if (head.pick) setTriggerValue('pick', [at.r, at.c]);
    };
  });
  root.tabIndex = 0;
  root.setAttribute('role', 'img');
  root.setAttribute('aria-label', head.alt);
  root.onkeydown = (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    if (event.key === 'Enter' && head.pick) {
      setTriggerValue('pick', [at.r, at.c]);
      return;
    }
    const move = step[event.key];
    if (!move) return;
    event.preventDefault();
    at.r = Math.min(rows - 1, Math.max(0, at.r + move[0]));
    at.c = Math.min(cols - 1, Math.max(0, at.c + move[1]));
    mark(true);
    say();
  };
  rest();
}
