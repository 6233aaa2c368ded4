// Numbers as the session's language writes them; `core.numbers` says how, and every message of
// bytes brings it along (wire.py).

let notation = null;

// What stands before the decimals and between the thousands, and a number "#" in per cent; nothing
// where that is the English way.
export function useNotation(marks) {
  notation = marks ?? null;
}

// A whole number as it is read: "1,012" in English.
export const wholeNumber = (n) => localised(n.toLocaleString('en'));

// An English number, "1,234.5" or "12.3%", in the session's language.
export function localised(text) {
  if (!notation) return text;
  const [decimals, thousands, percent] = notation;
  return text
    .replace(/[.,]/g, (mark) => (mark === '.' ? decimals : thousands))
    .replace(/(\d(?:[\d.,\s'’]*\d)?)%/g, (_whole, number) => percent.replace('#', number));
}
