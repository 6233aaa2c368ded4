// A token as all pages draw it. What was typed reaches the page as text only.
import { make } from './dom.js';

// What stands for white space, as `core.tokens.label.MARKS` has it.
export const MARKS = '␣⏎⇥␍⍽';

// A text in stretches of [text, whether it is a mark]; each mark is one of its own.
export function stretches(text) {
  const found = [];
  for (const character of text) {
    const marked = MARKS.includes(character);
    const last = found[found.length - 1];
    if (last && !marked && !last[1]) last[0] += character;
    else found.push([character, marked]);
  }
  return found;
}

// Write a token's text, its marks faint.
export function write(target, text) {
  target.append(
    ...stretches(text).map(([part, marked]) => (marked ? make('span', 'mark', part) : part)));
  return target;
}

// What a screen reader says of a token, and whether keys and clicks reach it.
export function describe(made, words, { pick, first, chosen }) {
  made.setAttribute('role', pick ? 'button' : 'listitem');
  made.setAttribute('aria-label', words);
  if (!pick) return;
  made.tabIndex = first ? 0 : -1; // one stop for the tab key; the arrows go on from there
  made.setAttribute('aria-pressed', String(chosen));
}

// Fill in a pattern such as "Token {index}"; a name without a value stays as it is.
export function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}
