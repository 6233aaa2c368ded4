// Words of the page that somebody cannot read: cut off, beyond the window, or broken within a word.
// Evaluated in the page; returns a sentence for each.
() => {
  const found = [];
  // What may be wider or higher than its frame, because it scrolls in itself, or is folded and says
  // how much: programs, long strips of tokens, tables, the bar's strip, a name in
  // the lens grid (the note under it says it whole).
  const SCROLLS = 'pre, .grid .cell, .grid .head, .top-bar .strip, [data-testid="stDataFrame"]';
  const PAGE = '[data-testid="stMain"], [data-testid="stSidebarContent"]';
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ??
    (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
  const ancestorsOf = (node) => {
    const all = [];
    for (let at = node; at; at = parentOf(at)) all.push(at);
    return all;
  };
  const nameOf = (node) => `${node.tagName.toLowerCase()}.${node.dataset?.testid ??
    (node.getAttribute('class') ?? '').split(' ').filter((one) => !/^(st-)?e[\w-]*$/.test(one)).join('.')}`;

  const boxOf = (element, range) => {
    const rects = element.closest('svg')
      ? [element.getBoundingClientRect()] // a range in a drawing has no place of its own
      : [...range.getClientRects()];
    const real = rects.filter(({ width, height }) => width > 0 && height > 0);
    return real.length && {
      left: Math.min(...real.map((r) => r.left)), right: Math.max(...real.map((r) => r.right)),
      top: Math.min(...real.map((r) => r.top)), bottom: Math.max(...real.map((r) => r.bottom)),
    };
  };

  // Where an ancestor cuts a box; null where all of it is out of sight on purpose, such as words for
  // screen readers alone (a box of a pixel) or a closed sidebar.
  const cutBy = (all, box) => {
    let left = { ...box };
    const drawn = all[0].closest('svg'); // words there may stand on their side
    for (const at of all) {
      const style = getComputedStyle(at);
      if (/^(inline|contents)$/.test(style.display) && at.tagName !== 'svg') continue;
      const frame = at.getBoundingClientRect();
      const hides = style.overflow !== 'visible';
      if (hides && (frame.width <= 2 || frame.height <= 2)) return null;
      for (const [overflow, from, to] of [
        [style.overflowX, 'left', 'right'], [style.overflowY, 'top', 'bottom']]) {
        if (overflow === 'visible') continue;
        const scrolls = from === 'top' && at.matches(PAGE);
        const over = Math.max(frame[from] - left[from], left[to] - frame[to]);
        // The room above and below letters may lie outside, letters may not.
        const most = from === 'top' ? Math.min(6, (box.bottom - box.top) / 4) : drawn ? 3 : 1.5;
        if (scrolls || at.matches(SCROLLS)) {
          left = { ...left, [from]: Math.max(left[from], frame[from]), [to]: Math.min(left[to], frame[to]) };
        } else if (over > most) return `${Math.round(over)} px cut by ${nameOf(at)}`;
      }
      if (left.right <= left.left || left.bottom <= left.top) return null;
    }
    const beyond = Math.max(-left.left, left.right - window.innerWidth);
    return beyond > 1 ? `${Math.round(beyond)} px beyond the window` : '';
  };

  // Words that stick out of their own box lie over the neighbours.
  const sticksOut = (element, box) => {
    const own = ancestorsOf(element).find((at) => getComputedStyle(at).display !== 'inline');
    if (!own?.clientWidth || own.matches(SCROLLS) || element.closest('svg, .katex')) return '';
    if (own.scrollWidth <= own.clientWidth + 1) return '';
    const frame = own.getBoundingClientRect();
    const over = Math.max(frame.left - box.left, box.right - frame.right);
    return over > 1.5 ? `${Math.round(over)} px out of ${nameOf(own)}` : '';
  };

  // A word of prose on two lines; tokens and programs may break anywhere.
  const broken = (node, element, range) => {
    if (element.closest('svg, code, pre, textarea, .katex')) return '';
    if (/mono|code/i.test(getComputedStyle(element).fontFamily)) return '';
    for (const { 0: word, index } of node.textContent.matchAll(/\p{L}{3,}/gu)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) {
        return `“${word}” is broken`;
      }
    }
    return '';
  };

  // Vega shortens what has no room; a token at an axis may be short, what explains a figure may not.
  const shortened = (element) => (element.closest('.role-legend, .role-axis-title, .role-title') &&
    element.textContent.endsWith('…') ? 'is shortened' : '');

  const look = (node) => {
    const element = node.parentElement ?? node.parentNode.host;
    if (!node.textContent.trim() || element.closest('style, script, noscript, title, desc, option')) return;
    if (element.closest('.katex-mathml')) return;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = boxOf(element, range);
    const all = ancestorsOf(element);
    const hidden = ({ display, visibility, opacity }) =>
      display === 'none' || visibility === 'hidden' || opacity === '0';
    if (!box || box.right <= 0 || all.some((at) => hidden(getComputedStyle(at)))) return;
    const cut = cutBy(all, box);
    if (cut === null) return;
    const wrong = cut || shortened(element) || sticksOut(element, box) || broken(node, element, range);
    const panel = all.map((at) => /st-key-[\w-]+/.exec(at.getAttribute('class') ?? '')?.[0]).find(Boolean);
    if (wrong) found.push(`${panel ?? 'page'}: “${node.textContent.trim().slice(0, 50)}”: ${wrong}`);
  };

  const walk = (root) => {
    const all = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = all.nextNode(); node; node = all.nextNode()) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (node.nodeType === Node.TEXT_NODE) look(node);
    }
  };
  walk(document.body);
  return found;
}
