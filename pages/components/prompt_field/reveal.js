// A text that grows is written out piece by piece, so that it is seen to be written.

const STEP = 45; // milliseconds between two pieces
const LONGEST = 22; // pieces

// Writes what `text` has more than the field; what it returns ends that at once, whole.
export function reveal(area, text, each, done) {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const pieces = !still && text.startsWith(area.value) ? cut(text.slice(area.value.length)) : [];
  let timer = 0;
  const end = () => {
    clearInterval(timer);
    done();
    if (area.value !== text) put(area, text);
    each();
  };
  if (pieces.length < 2 || document.hidden) {
    end();
    return null;
  }
  timer = setInterval(() => {
    put(area, area.value + pieces.shift());
    each();
    if (!pieces.length) end();
  }, STEP);
  return end;
}

// Somebody may have marked the text, to type over it: what was marked stays so, its end included.
export function put(area, text) {
  const { selectionStart: from, selectionEnd: to, selectionDirection: way } = area;
  const length = area.value.length;
  area.value = text;
  if (from < to) area.setSelectionRange(from, to === length ? text.length : to, way);
}

// In pieces as words are, few enough to be through in a second.
export function cut(text) {
  const words = text.match(/\s*\S+|\s+$/g) ?? [];
  const size = Math.ceil(words.length / LONGEST) || 1;
  const pieces = [];
  for (let i = 0; i < words.length; i += size) pieces.push(words.slice(i, i + size).join(''));
  return pieces;
}
