// A sentence of ours with code in backticks in it; nothing of it is read as HTML. (As a number, so
// that a script has backticks around its own texts only: see declare.py.)
import { make } from './dom.js';

export function sentence(element, text) {
  const parts = text.split('\x60').map((part, n) => (n % 2 ? make('code', '', part) : part));
  element.replaceChildren(...parts);
  return element;
}
